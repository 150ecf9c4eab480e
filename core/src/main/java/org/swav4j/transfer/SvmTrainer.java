package org.swav4j.transfer;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import java.util.Arrays;
import java.util.Random;

/**
 * Trains linear support vector machines on rows of features with liblinear (Fan et al. 2008): the minimum over w and b of
 * ½(|w|² + b²) + cost · Σ weight · max(0, 1 − y(w·x + b))², where the weight of images of the class is 2 and of others 1. That
 * is the reference's {@code LinearSVC(C=cost, class_weight={1: 2, -1: 1}, loss="squared_hinge", tol=1e-4)}.
 *
 * <p>The minimum is one, and found by Newton's method where there are more images than features, by coordinate descent in the
 * dual otherwise. The same rows give the same numbers on any thread. Holds 28 bytes for each number of the rows, in the Java
 * heap. Thread-safe.
 */
final class SvmTrainer {
    /** Of images of the class, since these are few. */
    static final double POSITIVE_WEIGHT = 2;
    /** Where the solver stops: largest violation of optimality in the dual, or that share of the first gradient. */
    static final double TOLERANCE = 1e-4;

    private static final int MOST_ITERATIONS = 2000;
    private static final int[] SIGNS = {1, -1};

    private final Feature[][] nodes;
    private final int features;

    /** @param rows [N, F] */
    SvmTrainer(float[][] rows) {
        features = rows[0].length;
        nodes = new Feature[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            nodes[i] = nodes(rows[i]);
        }
        // it prints to the program's output otherwise; the switch is the process's
        Linear.disableDebugOutput();
    }

    private static Feature[] nodes(float[] row) {
        Feature[] nodes = new Feature[row.length + 1];
        int count = 0;
        for (int f = 0; f < row.length; f++) {
            if (row[f] != 0) {
                nodes[count++] = new FeatureNode(f + 1, row[f]);
            }
        }
        nodes[count++] = new FeatureNode(row.length + 1, 1);
        return count == nodes.length ? nodes : Arrays.copyOf(nodes, count);
    }

    /**
     * Trains one.
     *
     * @param chosen rows to train on
     * @param positive of each chosen row, whether it is of the class; there are both
     * @param cost of errors, above 0
     */
    LinearSvm train(int[] chosen, boolean[] positive, double cost) {
        return train(
                chosen,
                positive,
                cost,
                chosen.length > features ? SolverType.L2R_L2LOSS_SVC : SolverType.L2R_L2LOSS_SVC_DUAL);
    }

    LinearSvm train(int[] chosen, boolean[] positive, double cost, SolverType solver) {
        Problem problem = new Problem();
        problem.l = chosen.length;
        problem.n = features + 1;
        problem.bias = 1;
        problem.x = new Feature[chosen.length][];
        problem.y = new double[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            problem.x[i] = nodes[chosen[i]];
            problem.y[i] = positive[i] ? 1 : -1;
        }
        Parameter parameter = new Parameter(solver, cost, MOST_ITERATIONS, TOLERANCE);
        parameter.setWeights(new double[] {POSITIVE_WEIGHT, 1}, SIGNS);
        parameter.setRandom(new Random(0));
        // liblinear's first class is 1 where the labels are 1 and -1, whichever comes first
        double[] w = Linear.train(problem, parameter).getFeatureWeights();
        return new LinearSvm(Arrays.copyOf(w, features), w[features]);
    }
}
