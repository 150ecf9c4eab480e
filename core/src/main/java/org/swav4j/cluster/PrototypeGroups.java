package org.swav4j.cluster;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.swav4j.data.RandomKey;

/**
 * Groups prototypes by spherical k-means (Dhillon and Modha 2001), each weighing as much as it has images, without looking at a
 * label. Prototypes without images belong to no group.
 */
final class PrototypeGroups {
    private static final long STREAM = -7_006;
    private static final int MOST_RESTARTS = 20;
    private static final int MOST_ROUNDS = 100;
    /** Multiplications that all restarts together may take, some ten seconds; one restart is always made. */
    private static final double WORK = 1e10;

    private static final int TYPICAL_ROUNDS = 20;

    private final double[][] vectors;
    private final int[] weights;
    private final int groups;

    private PrototypeGroups(double[][] vectors, int[] weights, int groups) {
        this.vectors = vectors;
        this.weights = weights;
        this.groups = groups;
    }

    /**
     * The best of several starts, by the images' mean cosine of their prototype with its group's centre.
     *
     * @param prototypes [K][D], scaled to unit length here
     * @param counts [K], images of each
     * @param groups how many groups are wanted; there are fewer only where fewer prototypes have images
     * @return [K], the group of each prototype, -1 for one without images
     */
    static int[] of(float[][] prototypes, int[] counts, int groups, long seed) {
        int[] used =
                IntStream.range(0, counts.length).filter(p -> counts[p] > 0).toArray();
        double[][] vectors =
                Arrays.stream(used).mapToObj(p -> unit(doubles(prototypes[p]))).toArray(double[][]::new);
        int[] weights = Arrays.stream(used).map(p -> counts[p]).toArray();
        int wanted = Math.min(groups, used.length);
        int[] best = new PrototypeGroups(vectors, weights, wanted).best(seed);
        int[] groupOf = new int[counts.length];
        Arrays.fill(groupOf, -1);
        for (int i = 0; i < used.length; i++) {
            groupOf[used[i]] = best[i];
        }
        return groupOf;
    }

    private int[] best(long seed) {
        double once = (double) vectors.length * groups * vectors[0].length * TYPICAL_ROUNDS;
        int restarts = (int) Math.max(1, Math.min(MOST_RESTARTS, WORK / once));
        int[] best = null;
        double highest = Double.NEGATIVE_INFINITY;
        for (int restart = 0; restart < restarts; restart++) {
            double[][] centres = start(RandomKey.of(seed, STREAM, restart));
            int[] groupOf = new int[vectors.length];
            double fit = refine(centres, groupOf);
            if (fit > highest) {
                highest = fit;
                best = groupOf;
            }
        }
        return best;
    }

    /** Centres drawn one after the other, likelier the farther a prototype is from those there are (k-means++). */
    private double[][] start(SplittableRandom random) {
        double[][] centres = new double[groups][];
        double[] distance = new double[vectors.length];
        Arrays.fill(distance, 1);
        for (int g = 0; g < groups; g++) {
            centres[g] = vectors[draw(distance, random)].clone();
            for (int i = 0; i < vectors.length; i++) {
                double now = Math.max(0, 1 - dot(vectors[i], centres[g]));
                distance[i] = g == 0 ? now : Math.min(distance[i], now);
            }
        }
        return centres;
    }

    private int draw(double[] distance, SplittableRandom random) {
        double total = 0;
        for (int i = 0; i < distance.length; i++) {
            total += weights[i] * distance[i];
        }
        double left = random.nextDouble() * total;
        int last = 0;
        for (int i = 0; i < distance.length; i++) {
            double part = weights[i] * distance[i];
            if (part > 0) {
                last = i;
                left -= part;
                if (left < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    /** Moves centres until no prototype changes its group; returns the sum over images of the cosine with their centre. */
    private double refine(double[][] centres, int[] groupOf) {
        Arrays.fill(groupOf, -1);
        double fit = 0;
        for (int round = 0; round < MOST_ROUNDS; round++) {
            boolean changed = false;
            fit = 0;
            double[] cosine = new double[vectors.length];
            for (int i = 0; i < vectors.length; i++) {
                int nearest = 0;
                double best = Double.NEGATIVE_INFINITY;
                for (int g = 0; g < groups; g++) {
                    double similarity = dot(vectors[i], centres[g]);
                    if (similarity > best) {
                        best = similarity;
                        nearest = g;
                    }
                }
                changed |= groupOf[i] != nearest;
                groupOf[i] = nearest;
                cosine[i] = best;
                fit += weights[i] * best;
            }
            changed |= fillEmpty(groupOf, cosine);
            if (!changed) {
                return fit;
            }
            move(centres, groupOf);
        }
        return fit;
    }

    /** Gives a group that lost its last prototype the one that fits its own worst and is not alone there. */
    private boolean fillEmpty(int[] groupOf, double[] cosine) {
        int[] sizes = new int[groups];
        Arrays.stream(groupOf).forEach(g -> sizes[g]++);
        boolean filled = false;
        for (int g = 0; g < groups; g++) {
            if (sizes[g] > 0) {
                continue;
            }
            int worst = -1;
            for (int i = 0; i < groupOf.length; i++) {
                if (sizes[groupOf[i]] > 1 && (worst < 0 || cosine[i] < cosine[worst])) {
                    worst = i;
                }
            }
            sizes[groupOf[worst]]--;
            sizes[g]++;
            groupOf[worst] = g;
            cosine[worst] = 1;
            filled = true;
        }
        return filled;
    }

    private void move(double[][] centres, int[] groupOf) {
        for (double[] centre : centres) {
            Arrays.fill(centre, 0);
        }
        for (int i = 0; i < vectors.length; i++) {
            double[] centre = centres[groupOf[i]];
            for (int d = 0; d < centre.length; d++) {
                centre[d] += weights[i] * vectors[i][d];
            }
        }
        for (int g = 0; g < groups; g++) {
            centres[g] = unit(centres[g]);
        }
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static double[] unit(double[] vector) {
        double length = Math.sqrt(dot(vector, vector));
        return length == 0 ? vector : Arrays.stream(vector).map(v -> v / length).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }
}
