package org.swav4j.cluster;

import java.util.Arrays;

/** The one-to-one naming of clusters by classes that makes most images right (Hungarian method, Kuhn 1955; Munkres 1957). */
final class Matching {
    private Matching() {}

    /**
     * Names clusters.
     *
     * @param clusters [N], numbers from 0
     * @param classes [N], likewise
     * @return per cluster its class, each class once; -1 for a cluster that is left over, or shares no image with the class left for it
     */
    static int[] classOf(int[] clusters, int[] classes) {
        Contingency table = Contingency.of(clusters, classes);
        int side = Math.max(table.rowSums().length, table.columnSums().length);
        int[][] common = new int[side][side];
        for (int cell = 0; cell < table.counts().length; cell++) {
            common[table.rows()[cell]][table.columns()[cell]] = table.counts()[cell];
        }
        int[] chosen = assign(common);
        int[] classOf = new int[table.rowSums().length];
        for (int c = 0; c < classOf.length; c++) {
            classOf[c] = common[c][chosen[c]] > 0 ? chosen[c] : -1;
        }
        return classOf;
    }

    /** Per row a column of its own such that the sum is largest; shortest augmenting paths with potentials, O(n³). */
    private static int[] assign(int[][] gain) {
        int n = gain.length;
        long[] rowPotential = new long[n + 1];
        long[] columnPotential = new long[n + 1];
        int[] rowOf = new int[n + 1];
        int[] cameFrom = new int[n + 1];
        for (int row = 1; row <= n; row++) {
            // column 0 stands for none yet
            rowOf[0] = row;
            int column = 0;
            long[] slack = new long[n + 1];
            Arrays.fill(slack, Long.MAX_VALUE);
            boolean[] visited = new boolean[n + 1];
            do {
                visited[column] = true;
                int from = rowOf[column];
                long step = Long.MAX_VALUE;
                int next = 0;
                for (int j = 1; j <= n; j++) {
                    if (visited[j]) {
                        continue;
                    }
                    long reduced = -gain[from - 1][j - 1] - rowPotential[from] - columnPotential[j];
                    if (reduced < slack[j]) {
                        slack[j] = reduced;
                        cameFrom[j] = column;
                    }
                    if (slack[j] < step) {
                        step = slack[j];
                        next = j;
                    }
                }
                for (int j = 0; j <= n; j++) {
                    if (visited[j]) {
                        rowPotential[rowOf[j]] += step;
                        columnPotential[j] -= step;
                    } else {
                        slack[j] -= step;
                    }
                }
                column = next;
            } while (rowOf[column] != 0);
            while (column != 0) {
                rowOf[column] = rowOf[cameFrom[column]];
                column = cameFrom[column];
            }
        }
        int[] chosen = new int[n];
        for (int j = 1; j <= n; j++) {
            chosen[rowOf[j] - 1] = j - 1;
        }
        return chosen;
    }
}
