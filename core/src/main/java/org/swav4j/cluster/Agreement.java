package org.swav4j.cluster;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far clusters and classes of the same images agree. Clusters need not be as many as classes; only {@code ari} and
 * {@code ami} do not grow by themselves with the number of clusters.
 *
 * @param nmi mutual information over the arithmetic mean of both entropies, 0 to 1
 * @param ami the same adjusted for chance (Vinh, Epps and Bailey 2010): 0 on average for unrelated partitions, 1 for equal ones
 * @param ari Rand index adjusted for chance (Hubert and Arabie 1985), likewise
 * @param purity share of images that are of their cluster's most frequent class; 1 when every image has a cluster of its own
 */
public record Agreement(double nmi, double ami, double ari, double purity) {
    private static final double TINY = Math.ulp(1.0);

    /**
     * Compares partitions.
     *
     * @param clusters [N], numbers from 0; N at least one
     * @param classes [N], likewise
     */
    public static Agreement of(int[] clusters, int[] classes) {
        Contingency table = Contingency.of(clusters, classes);
        return new Agreement(nmi(table), ami(table), ari(table), purity(table));
    }

    private static double nmi(Contingency table) {
        if (isTrivial(table)) {
            return 1;
        }
        double information = table.mutualInformation();
        return information <= TINY ? 0 : information / meanEntropy(table);
    }

    private static double ami(Contingency table) {
        if (isTrivial(table)) {
            return 1;
        }
        double expected = expectedInformation(table);
        double most = meanEntropy(table) - expected;
        double denominator = most < 0 ? Math.min(most, -TINY) : Math.max(most, TINY);
        return (table.mutualInformation() - expected) / denominator;
    }

    /** One cluster on both sides: they agree, though there is no information to share. */
    private static boolean isTrivial(Contingency table) {
        return table.counts().length == 1;
    }

    private static double meanEntropy(Contingency table) {
        return (Contingency.entropy(table.rowSums()) + Contingency.entropy(table.columnSums())) / 2;
    }

    /** Over all partitions with clusters of these sizes, nats. Equal sizes are summed once, so that it takes no time. */
    private static double expectedInformation(Contingency table) {
        int n = table.images();
        double[] logFactorial = new double[n + 1];
        for (int i = 2; i <= n; i++) {
            logFactorial[i] = logFactorial[i - 1] + Math.log(i);
        }
        double sum = 0;
        Map<Integer, Integer> columns = multiplicities(table.columnSums());
        for (Map.Entry<Integer, Integer> row : multiplicities(table.rowSums()).entrySet()) {
            for (Map.Entry<Integer, Integer> column : columns.entrySet()) {
                double times = (double) row.getValue() * column.getValue();
                sum += times * expectedCell(row.getKey(), column.getKey(), n, logFactorial);
            }
        }
        return sum;
    }

    /** A cell's size is hypergeometric: {@code common} of {@code a} fall among {@code b} of {@code n}. */
    private static double expectedCell(int a, int b, int n, double[] logFactorial) {
        double constant =
                logFactorial[a] + logFactorial[b] + logFactorial[n - a] + logFactorial[n - b] - logFactorial[n];
        double sum = 0;
        for (int common = (int) Math.max(1, (long) a + b - n); common <= Math.min(a, b); common++) {
            double logProbability = constant
                    - logFactorial[common]
                    - logFactorial[a - common]
                    - logFactorial[b - common]
                    - logFactorial[n - a - b + common];
            double information = (double) common / n * Math.log((double) n * common / ((double) a * b));
            sum += information * Math.exp(logProbability);
        }
        return sum;
    }

    private static Map<Integer, Integer> multiplicities(int[] sizes) {
        Map<Integer, Integer> counts = new TreeMap<>();
        Arrays.stream(sizes).filter(size -> size > 0).forEach(size -> counts.merge(size, 1, Integer::sum));
        return counts;
    }

    private static double ari(Contingency table) {
        double together = pairs(table.counts());
        double inClusters = pairs(table.rowSums());
        double inClasses = pairs(table.columnSums());
        double all = (double) table.images() * (table.images() - 1) / 2;
        if (together == inClusters && together == inClasses) {
            return 1;
        }
        double expected = inClusters * inClasses / all;
        return (together - expected) / ((inClusters + inClasses) / 2 - expected);
    }

    private static double pairs(int[] sizes) {
        return Arrays.stream(sizes).mapToDouble(s -> (double) s * (s - 1) / 2).sum();
    }

    private static double purity(Contingency table) {
        long right = 0;
        for (int cell : table.dominant()) {
            right += cell < 0 ? 0 : table.counts()[cell];
        }
        return (double) right / table.images();
    }
}
