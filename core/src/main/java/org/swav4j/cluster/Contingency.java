package org.swav4j.cluster;

import java.util.Arrays;

/**
 * How often each pair of clusters meets in two partitions of the same images; only pairs that do meet are kept.
 *
 * @param rows [cells], the cluster of the first partition
 * @param columns [cells], the cluster of the second
 * @param counts [cells], images in both; sorted by row, then column
 * @param rowSums per cluster of the first partition its images, zeros for numbers that are not used
 * @param columnSums likewise of the second
 * @param images N
 */
record Contingency(int[] rows, int[] columns, int[] counts, int[] rowSums, int[] columnSums, int images) {
    /** Of cluster numbers from 0, one of each partition for every image. */
    static Contingency of(int[] first, int[] second) {
        if (first.length != second.length || first.length == 0) {
            throw new IllegalArgumentException(
                    "partitions of " + first.length + " and " + second.length + " images; at least one is needed");
        }
        int[] rowSums = sums(first);
        int[] columnSums = sums(second);
        long[] pairs = new long[first.length];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = (long) first[i] << Integer.SIZE | second[i];
        }
        Arrays.sort(pairs);
        int cells = 0;
        int[] rows = new int[pairs.length];
        int[] columns = new int[pairs.length];
        int[] counts = new int[pairs.length];
        for (int i = 0; i < pairs.length; i++) {
            if (i == 0 || pairs[i] != pairs[i - 1]) {
                rows[cells] = (int) (pairs[i] >> Integer.SIZE);
                columns[cells] = (int) pairs[i];
                cells++;
            }
            counts[cells - 1]++;
        }
        return new Contingency(
                Arrays.copyOf(rows, cells),
                Arrays.copyOf(columns, cells),
                Arrays.copyOf(counts, cells),
                rowSums,
                columnSums,
                first.length);
    }

    private static int[] sums(int[] clusters) {
        int[] sums = new int[Arrays.stream(clusters).max().orElseThrow() + 1];
        for (int cluster : clusters) {
            sums[cluster]++;
        }
        return sums;
    }

    /** Per cluster of the first partition the place of its largest cell, -1 for an empty one; of equal cells the first. */
    int[] dominant() {
        int[] largest = new int[rowSums.length];
        Arrays.fill(largest, -1);
        for (int cell = 0; cell < counts.length; cell++) {
            int before = largest[rows[cell]];
            if (before < 0 || counts[cell] > counts[before]) {
                largest[rows[cell]] = cell;
            }
        }
        return largest;
    }

    /** I, nats. */
    double mutualInformation() {
        double sum = 0;
        for (int cell = 0; cell < counts.length; cell++) {
            double expected = (double) rowSums[rows[cell]] * columnSums[columns[cell]] / images;
            sum += counts[cell] * Math.log(counts[cell] / expected);
        }
        return Math.max(0, sum / images);
    }

    /** H of a partition with clusters of these sizes, nats. */
    static double entropy(int[] sizes) {
        double images = Arrays.stream(sizes).asLongStream().sum();
        double sum = 0;
        for (int size : sizes) {
            sum -= size == 0 ? 0 : size / images * Math.log(size / images);
        }
        return Math.max(0, sum);
    }
}
