package org.swav4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.swav4j.eval.NearestImages.Neighbours;

/**
 * Weighted k-nearest-neighbour classification of frozen features: cosine similarity, each of the k nearest votes for its
 * class with weight exp(similarity / temperature) (Wu et al. 2018; the protocol of DINO's published evaluation). Of equal
 * similarities the image that comes first in the bank is nearer; of equal votes the class of the nearer image wins. A class
 * that none of the neighbours is of is not predicted at any place.
 *
 * @param ks numbers of neighbours, each evaluated by itself in one pass over the features; the first is the headline
 * @param temperature of the votes [0.07]
 */
public record Knn(List<Integer> ks, double temperature) {
    private static final int PLACES = 5;

    /**
     * Accuracy over the test images for one k.
     *
     * @param k neighbours that voted: as asked for, or all training images if those are fewer
     * @param predictions at most five classes of each test image, most voted first
     * @param trainImages in the bank
     */
    public record Result(int k, double temperature, Predictions predictions, int trainImages) {
        /** Share whose most voted class is right, 0 to 1. */
        public double top1() {
            return predictions.top(1);
        }

        /** Share whose right class is among the five most voted. */
        public double top5() {
            return predictions.top(PLACES);
        }

        /** Images classified. */
        public int testImages() {
            return predictions.size();
        }
    }

    /** Refuses what has no meaning. */
    public Knn {
        ks = List.copyOf(ks);
        if (ks.isEmpty()) {
            throw new IllegalArgumentException("k is missing");
        }
        ks.forEach(k -> {
            if (k < 1) {
                throw new IllegalArgumentException("k must be at least 1, not " + k);
            }
        });
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("temperature must be above 0, not " + temperature);
        }
    }

    /** Of one k. */
    public Knn(int k, double temperature) {
        this(List.of(k), temperature);
    }

    /**
     * Classifies {@code test} by {@code train}. Beside the features this holds what {@link NearestImages} says, for the
     * largest k.
     *
     * @param classes names by number; labels are numbers of these
     * @return one for each of {@link #ks}, in that order
     */
    public List<Result> evaluate(LabelledFeatures train, LabelledFeatures test, List<String> classes) {
        int[] voters = ks.stream().mapToInt(k -> Math.min(k, train.size())).toArray();
        int most = IntStream.of(voters).max().orElseThrow();
        int[] labels = train.labels();
        int[][][] ranked = new int[voters.length][test.size()][];
        new NearestImages(train, most).visit(test, (row, nearest) -> {
            for (int which = 0; which < voters.length; which++) {
                ranked[which][row] = ranked(nearest, Math.min(voters[which], nearest.size()), labels, classes.size());
            }
        });
        int[] images = test.images();
        int[] right = test.labels();
        List<Result> results = new ArrayList<>();
        for (int which = 0; which < voters.length; which++) {
            Predictions predictions = new Predictions(classes, images, right, ranked[which]);
            results.add(new Result(voters[which], temperature, predictions, train.size()));
        }
        return results;
    }

    /** The most voted classes of the first {@code k} neighbours, at most five. */
    private int[] ranked(Neighbours nearest, int k, int[] labels, int classes) {
        double[] votes = new double[classes];
        boolean[] known = new boolean[classes];
        int[] inOrder = new int[Math.min(k, classes)];
        int count = 0;
        for (int i = 0; i < k; i++) {
            int label = labels[nearest.row(i)];
            if (!known[label]) {
                known[label] = true;
                inOrder[count++] = label;
            }
            // the nearest neighbour's weight is 1, so that no temperature overflows
            votes[label] += Math.exp(((double) nearest.similarity(i) - nearest.similarity(0)) / temperature);
        }
        int[] best = new int[Math.min(PLACES, count)];
        for (int place = 0; place < best.length; place++) {
            int winner = -1;
            for (int i = 0; i < count; i++) {
                int label = inOrder[i];
                if (known[label] && (winner < 0 || votes[label] > votes[winner])) {
                    winner = label;
                }
            }
            known[winner] = false;
            best[place] = winner;
        }
        return best;
    }
}
