package org.swav4j.transfer;

import java.util.stream.IntStream;

/**
 * Images by falling score, with what is right of each. Images of equal score have no order among them: precision and recall
 * are taken behind all of them.
 */
final class RankedImages {
    private static final int POINTS = 10;

    private final int[] order;
    private final boolean[] positive;
    private final boolean[] lastOfScore;

    /**
     * @param scores [N], finite
     * @param marks [N], of one class; images marked {@link MultiLabelImages#UNCOUNTED} are left out
     */
    RankedImages(double[] scores, byte[] marks) {
        if (scores.length != marks.length) {
            throw new IllegalArgumentException(scores.length + " scores, but " + marks.length + " marks");
        }
        for (double score : scores) {
            if (!Double.isFinite(score)) {
                throw new IllegalArgumentException("a score is " + score);
            }
        }
        order = IntStream.range(0, scores.length)
                .filter(i -> marks[i] != MultiLabelImages.UNCOUNTED)
                .boxed()
                .sorted((a, b) -> Double.compare(scores[b], scores[a]))
                .mapToInt(i -> i)
                .toArray();
        positive = new boolean[order.length];
        lastOfScore = new boolean[order.length];
        for (int place = 0; place < order.length; place++) {
            positive[place] = marks[order[place]] == MultiLabelImages.PRESENT;
            lastOfScore[place] = place + 1 == order.length || scores[order[place]] > scores[order[place + 1]];
        }
    }

    /** Of these images; NaN if none is of the class. */
    AveragePrecision averagePrecision() {
        int images = IntStream.of(order).max().orElse(-1) + 1;
        return averagePrecision(IntStream.generate(() -> 1).limit(images).toArray());
    }

    /**
     * Of these images, each so many times.
     *
     * @param times of each image, by its number
     */
    AveragePrecision averagePrecision(int[] times) {
        long[] seen = new long[order.length];
        long[] right = new long[order.length];
        int thresholds = 0;
        long allSeen = 0;
        long allRight = 0;
        for (int place = 0; place < order.length; place++) {
            allSeen += times[order[place]];
            allRight += positive[place] ? times[order[place]] : 0;
            if (lastOfScore[place] && allSeen > 0) {
                seen[thresholds] = allSeen;
                right[thresholds++] = allRight;
            }
        }
        if (allRight == 0) {
            return AveragePrecision.NONE;
        }
        double best = 0;
        double sum = 0;
        double area = 0;
        for (int t = thresholds - 1; t >= 0; t--) {
            best = Math.max(best, (double) right[t] / seen[t]);
            // recall r reaches k/10 if 10·right >= k·allRight: in whole numbers, as .3 is none of floating point's
            long reached = POINTS * right[t] / allRight;
            long reachedBefore = t == 0 ? -1 : POINTS * right[t - 1] / allRight;
            sum += (reached - reachedBefore) * best;
            area += (double) (right[t] - (t == 0 ? 0 : right[t - 1])) / allRight * best;
        }
        return new AveragePrecision(sum / (POINTS + 1), area);
    }
}
