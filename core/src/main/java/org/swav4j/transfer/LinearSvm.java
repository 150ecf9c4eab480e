package org.swav4j.transfer;

/**
 * A linear classifier of two classes: the score of x is w·x + b, and above 0 it is of the class.
 *
 * @param weights [F]
 */
record LinearSvm(double[] weights, double bias) {
    /** The score of one image's features [F]. */
    double score(float[] features) {
        double sum = bias;
        for (int f = 0; f < weights.length; f++) {
            sum += weights[f] * features[f];
        }
        return sum;
    }

    /** The scores of several: [N, F] to [N]. */
    double[] scores(float[][] rows) {
        double[] scores = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            scores[i] = score(rows[i]);
        }
        return scores;
    }
}
