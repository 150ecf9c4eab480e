package org.swav4j.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.swav4j.data.RandomKey;

/**
 * Training images split into those that classifiers are fitted on and those that choose among them, each class in proportion.
 *
 * @param fitted ascending rows
 * @param heldOut ascending rows; of each class the same share, at least one where it has two images; of one image none
 */
record HeldOut(int[] fitted, int[] heldOut) {
    /** Keeps these streams apart from those of crops, orders and subsets. */
    private static final long STREAM = -7_101;

    /** A pure function of its arguments. */
    static HeldOut split(int[] labels, int classes, double share, long seed) {
        List<List<Integer>> byClass = new ArrayList<>();
        IntStream.range(0, classes).forEach(c -> byClass.add(new ArrayList<>()));
        for (int i = 0; i < labels.length; i++) {
            byClass.get(labels[i]).add(i);
        }
        boolean[] held = new boolean[labels.length];
        for (int c = 0; c < classes; c++) {
            List<Integer> members = byClass.get(c);
            int wanted = members.size() < 2 ? 0 : Math.max(1, (int) Math.round(share * members.size()));
            SplittableRandom random = RandomKey.of(seed, STREAM, c);
            for (int taken = 0; taken < wanted; taken++) {
                int drawn = taken + random.nextInt(members.size() - taken);
                held[members.get(drawn)] = true;
                members.set(drawn, members.get(taken));
            }
        }
        int[] all = IntStream.range(0, labels.length).toArray();
        return new HeldOut(
                Arrays.stream(all).filter(i -> !held[i]).toArray(),
                Arrays.stream(all).filter(i -> held[i]).toArray());
    }
}
