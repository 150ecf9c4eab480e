package org.swav4j.probe;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Minimises a smooth function by limited-memory BFGS with a line search for the strong Wolfe conditions (Nocedal and Wright,
 * Numerical Optimization, algorithms 7.4, 7.5, 3.5 and 3.6).
 */
final class Lbfgs {
    private static final int MEMORY = 10;
    private static final double SUFFICIENT_DECREASE = 1e-4;
    private static final double CURVATURE = 0.9;
    private static final int MOST_TRIALS = 25;
    /** Of a value, relative, when matrix products are computed in float32. */
    private static final double ROUNDING = 1e-6;

    /** What is minimised. */
    @FunctionalInterface
    interface Objective {
        /**
         * Its value at {@code x}.
         *
         * @param gradient [x.length], overwritten with the gradient there
         */
        double at(double[] x, double[] gradient);
    }

    /**
     * Where it ended.
     *
     * @param value of the objective
     * @param gradientNorm largest absolute part of the gradient
     * @param iterations steps taken
     * @param evaluations of the objective
     * @param converged whether the gradient is as small as asked; else rounding or the count of iterations ended it
     */
    record Result(double value, double gradientNorm, int iterations, int evaluations, boolean converged) {}

    /** A step and how the gradient changed over it. */
    private record Pair(double[] step, double[] change, double curvature) {}

    private final Objective objective;
    private final double[] x;
    private final double[] trial;
    private double[] gradient;
    private double[] trialGradient;
    private double value;
    private double trialValue;
    private int evaluations;

    private Lbfgs(Objective objective, double[] x) {
        this.objective = objective;
        this.x = x;
        this.trial = new double[x.length];
        this.gradient = new double[x.length];
        this.trialGradient = new double[x.length];
    }

    /**
     * Goes from {@code x} to a minimum.
     *
     * @param x where to begin; overwritten with where it ended
     * @param tolerance it ends when no part of the gradient is larger
     */
    static Result minimise(Objective objective, double[] x, double tolerance, int mostIterations) {
        return new Lbfgs(objective, x).run(tolerance, mostIterations);
    }

    private Result run(double tolerance, int mostIterations) {
        Deque<Pair> pairs = new ArrayDeque<>();
        value = evaluate(x, gradient);
        int iteration = 0;
        while (largest(gradient) > tolerance && iteration < mostIterations) {
            double[] direction = direction(pairs);
            double slope = dot(direction, gradient);
            double first = pairs.isEmpty() ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
            if (!(slope < 0) || !search(direction, slope, first)) {
                if (pairs.isEmpty()) {
                    break;
                }
                // curvature that rounding has spoilt: begin again with steepest descent
                pairs.clear();
                continue;
            }
            remember(pairs);
            iteration++;
        }
        return new Result(value, largest(gradient), iteration, evaluations, largest(gradient) <= tolerance);
    }

    /** Two-loop recursion: minus the approximate inverse Hessian times the gradient. */
    private double[] direction(Deque<Pair> pairs) {
        double[] q = new double[x.length];
        for (int i = 0; i < q.length; i++) {
            q[i] = -gradient[i];
        }
        double[] weights = new double[pairs.size()];
        int n = 0;
        for (Pair pair : pairs) {
            weights[n] = dot(pair.step, q) / pair.curvature;
            add(q, -weights[n++], pair.change);
        }
        if (!pairs.isEmpty()) {
            Pair newest = pairs.getFirst();
            double scale = newest.curvature / dot(newest.change, newest.change);
            for (int i = 0; i < q.length; i++) {
                q[i] *= scale;
            }
        }
        for (Iterator<Pair> oldest = pairs.descendingIterator(); oldest.hasNext(); ) {
            Pair pair = oldest.next();
            add(q, weights[--n] - dot(pair.change, q) / pair.curvature, pair.step);
        }
        return q;
    }

    /** Moves to the trial point, and notes the step to it. */
    private void remember(Deque<Pair> pairs) {
        double[] step = new double[x.length];
        double[] change = new double[x.length];
        for (int i = 0; i < step.length; i++) {
            step[i] = trial[i] - x[i];
            change[i] = trialGradient[i] - gradient[i];
            x[i] = trial[i];
        }
        double[] old = gradient;
        gradient = trialGradient;
        trialGradient = old;
        value = trialValue;
        double curvature = dot(step, change);
        if (curvature > 0) {
            pairs.addFirst(new Pair(step, change, curvature));
            if (pairs.size() > MEMORY) {
                pairs.removeLast();
            }
        }
    }

    /** Finds a trial point along a direction that satisfies the strong Wolfe conditions; false if there is none to be found. */
    private boolean search(double[] direction, double slope, double first) {
        double low = 0;
        double lowValue = value;
        double lowSlope = slope;
        double high = Double.NaN;
        double highValue = Double.NaN;
        double highSlope = Double.NaN;
        double at = first;
        for (int t = 0; t < MOST_TRIALS; t++) {
            for (int i = 0; i < trial.length; i++) {
                trial[i] = x[i] + at * direction[i];
            }
            trialValue = evaluate(trial, trialGradient);
            double trialSlope = dot(direction, trialGradient);
            boolean tooHigh = !(trialValue <= value + SUFFICIENT_DECREASE * at * slope) && !isLevel(trialSlope, slope);
            if (!tooHigh && Math.abs(trialSlope) <= -CURVATURE * slope) {
                return true;
            }
            if (tooHigh || trialValue >= lowValue) {
                high = at;
                highValue = trialValue;
                highSlope = trialSlope;
            } else {
                if (trialSlope * ((Double.isNaN(high) ? Double.POSITIVE_INFINITY : high) - low) >= 0) {
                    high = low;
                    highValue = lowValue;
                    highSlope = lowSlope;
                }
                low = at;
                lowValue = trialValue;
                lowSlope = trialSlope;
            }
            if (Double.isNaN(high)) {
                at = 2 * at;
            } else if (Math.abs(high - low) <= 1e-12 * Math.max(1, Math.abs(low))) {
                break;
            } else {
                at = between(low, lowValue, lowSlope, high, highValue, highSlope);
            }
        }
        return false;
    }

    /**
     * Near a minimum values differ by less than their rounding, and slopes say more: Hager and Zhang's approximate condition (2005).
     */
    private boolean isLevel(double trialSlope, double slope) {
        return trialValue <= value + ROUNDING * Math.abs(value) && trialSlope <= (2 * SUFFICIENT_DECREASE - 1) * slope;
    }

    /** The minimum of the cubic through two points, kept off the ends of the interval; its middle where there is none. */
    private static double between(
            double low, double lowValue, double lowSlope, double high, double highValue, double highSlope) {
        double middle = (low + high) / 2;
        double d1 = lowSlope + highSlope - 3 * (lowValue - highValue) / (low - high);
        double square = d1 * d1 - lowSlope * highSlope;
        if (!(square >= 0)) {
            return middle;
        }
        double d2 = Math.signum(high - low) * Math.sqrt(square);
        double at = high - (high - low) * (highSlope + d2 - d1) / (highSlope - lowSlope + 2 * d2);
        double margin = 0.1 * Math.abs(high - low);
        boolean inside = at >= Math.min(low, high) + margin && at <= Math.max(low, high) - margin;
        return inside ? at : middle;
    }

    private double evaluate(double[] point, double[] into) {
        evaluations++;
        return objective.at(point, into);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] to, double factor, double[] values) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * values[i];
        }
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double v : values) {
            largest = Math.max(largest, Math.abs(v));
        }
        return largest;
    }
}
