package org.swav4j.transfer;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Chooses a class's cost by cross-validation on training images alone: they are dealt into folds, with the class's images in
 * equal number, and each fold is ranked by a machine that was trained on the others. The highest mean AP (all points) over the
 * folds wins, the smaller cost among equals.
 *
 * @param costs to choose from, rising
 * @param folds at least 2; fewer where a class has fewer images
 * @param without the cost of a class that cannot be cross-validated, as it has a single image, or all images but one
 */
record CostSearch(List<Double> costs, int folds, double without) {
    CostSearch {
        costs = costs.stream().sorted().distinct().toList();
        if (costs.isEmpty() || folds < 2) {
            throw new IllegalArgumentException("at least one cost and two folds, not " + costs + " and " + folds);
        }
    }

    /**
     * What was chosen.
     *
     * @param validated mean AP over the folds of each cost; empty where there was nothing to choose by
     */
    record Choice(double cost, double[] validated) {
        /** Whether images chose it. */
        boolean isValidated() {
            return validated.length > 0;
        }
    }

    /**
     * Chooses for one class.
     *
     * @param rows [N, F], those of the trainer
     * @param chosen rows to use
     * @param positive of each of these, whether it is of the class
     */
    Choice choose(SvmTrainer trainer, float[][] rows, int[] chosen, boolean[] positive, SplittableRandom random) {
        int positives = (int)
                IntStream.range(0, positive.length).filter(i -> positive[i]).count();
        int parts = Math.min(folds, Math.min(positives, positive.length - positives));
        if (parts < 2) {
            return new Choice(without, new double[0]);
        }
        if (costs.size() == 1) {
            return new Choice(costs.get(0), new double[0]);
        }
        int[] foldOf = deal(positive, parts, random);
        double[] mean = new double[costs.size()];
        int best = 0;
        for (int c = 0; c < mean.length; c++) {
            for (int fold = 0; fold < parts; fold++) {
                mean[c] += heldOut(trainer, rows, chosen, positive, foldOf, fold, costs.get(c)) / parts;
            }
            best = mean[c] > mean[best] ? c : best;
        }
        return new Choice(costs.get(best), mean);
    }

    private static double heldOut(
            SvmTrainer trainer, float[][] rows, int[] chosen, boolean[] positive, int[] foldOf, int fold, double cost) {
        int[] kept =
                IntStream.range(0, chosen.length).filter(i -> foldOf[i] != fold).toArray();
        int[] held =
                IntStream.range(0, chosen.length).filter(i -> foldOf[i] == fold).toArray();
        boolean[] right = new boolean[kept.length];
        for (int i = 0; i < kept.length; i++) {
            right[i] = positive[kept[i]];
        }
        LinearSvm svm = trainer.train(IntStream.of(kept).map(i -> chosen[i]).toArray(), right, cost);
        double[] scores = new double[held.length];
        byte[] marks = new byte[held.length];
        for (int i = 0; i < held.length; i++) {
            scores[i] = svm.score(rows[chosen[held[i]]]);
            marks[i] = positive[held[i]] ? MultiLabelImages.PRESENT : MultiLabelImages.ABSENT;
        }
        return new RankedImages(scores, marks).averagePrecision().allPoints();
    }

    /** [N], the fold of each: those of the class are dealt out in a random order, then the others. */
    static int[] deal(boolean[] positive, int folds, SplittableRandom random) {
        int[] foldOf = new int[positive.length];
        int next = 0;
        for (boolean side : new boolean[] {true, false}) {
            int[] members = IntStream.range(0, positive.length)
                    .filter(i -> positive[i] == side)
                    .toArray();
            Shuffled.inPlace(members, random);
            for (int member : members) {
                foldOf[member] = next++ % folds;
            }
        }
        return foldOf;
    }
}
