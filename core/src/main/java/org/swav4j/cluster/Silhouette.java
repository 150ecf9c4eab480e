package org.swav4j.cluster;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * How much nearer images are to their own cluster than to the next one, by cosine distance 1 - x·y (Rousseeuw 1987):
 * (b - a) / max(a, b) with a the mean distance to the others of its cluster, b the smallest mean distance to another cluster;
 * 0 in a cluster of one.
 */
final class Silhouette {
    private Silhouette() {}

    /**
     * The mean over all images. As distances are linear in each vector, mean distances come from the clusters' sums, exactly and
     * without a distance of any pair.
     *
     * @param vectors [N][D], of unit length
     * @param clusters [N], numbers from 0
     * @return -1 to 1; empty if there are fewer than two clusters
     */
    static OptionalDouble mean(float[][] vectors, int[] clusters) {
        int most = Arrays.stream(clusters).max().orElse(-1) + 1;
        int[] sizes = new int[most];
        double[][] sums = new double[most][];
        for (int i = 0; i < vectors.length; i++) {
            int c = clusters[i];
            sizes[c]++;
            if (sums[c] == null) {
                sums[c] = new double[vectors[i].length];
            }
            for (int d = 0; d < vectors[i].length; d++) {
                sums[c][d] += vectors[i][d];
            }
        }
        if (Arrays.stream(sizes).filter(size -> size > 0).count() < 2) {
            return OptionalDouble.empty();
        }
        double total = 0;
        for (int i = 0; i < vectors.length; i++) {
            total += sizes[clusters[i]] == 1 ? 0 : width(vectors[i], clusters[i], sizes, sums);
        }
        return OptionalDouble.of(total / vectors.length);
    }

    private static double width(float[] x, int own, int[] sizes, double[][] sums) {
        double toItself = 0;
        for (float value : x) {
            toItself += (double) value * value;
        }
        double a = 1 - (dot(x, sums[own]) - toItself) / (sizes[own] - 1);
        double b = Double.POSITIVE_INFINITY;
        for (int c = 0; c < sizes.length; c++) {
            if (c != own && sizes[c] > 0) {
                b = Math.min(b, 1 - dot(x, sums[c]) / sizes[c]);
            }
        }
        double longer = Math.max(a, b);
        return longer > 0 ? (b - a) / longer : 0;
    }

    private static double dot(float[] x, double[] sum) {
        double dot = 0;
        for (int d = 0; d < x.length; d++) {
            dot += x[d] * sum[d];
        }
        return dot;
    }
}
