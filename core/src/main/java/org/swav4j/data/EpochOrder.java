package org.swav4j.data;

import java.util.SplittableRandom;

/** The order in which an epoch visits images: a pure function, so a run can be resumed at any position. */
public final class EpochOrder {
    /** Keeps the shuffle's stream apart from the augmentation streams of the same seed and epoch. */
    private static final long STREAM = -1;

    private EpochOrder() {}

    /**
     * The image indices of one rank in one epoch.
     *
     * <p>All of {@code 0..size-1} are shuffled (Fisher–Yates, keyed by seed and epoch, the same on every rank); rank r takes
     * positions r, r + world, r + 2·world, ... The remainder of {@code size / world} is dropped, so every rank gets the same
     * number of images and no image is given to two ranks.
     *
     * @return {@code size / world} distinct indices
     */
    public static int[] indices(long seed, int epoch, int rank, int world, int size) {
        if (world < 1 || rank < 0 || rank >= world) {
            throw new IllegalArgumentException("rank must satisfy 0 <= rank < world: " + rank + " of " + world);
        }
        if (size < 0) {
            throw new IllegalArgumentException("size < 0: " + size);
        }
        int[] all = new int[size];
        for (int i = 0; i < size; i++) {
            all[i] = i;
        }
        SplittableRandom random = RandomKey.of(seed, epoch, STREAM);
        for (int i = size - 1; i > 0; i--) {
            int j = (int) (random.nextDouble() * (i + 1));
            int swapped = all[i];
            all[i] = all[j];
            all[j] = swapped;
        }
        if (world == 1) {
            return all;
        }
        int[] mine = new int[size / world];
        for (int i = 0; i < mine.length; i++) {
            mine[i] = all[rank + i * world];
        }
        return mine;
    }
}
