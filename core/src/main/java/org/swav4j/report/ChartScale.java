package org.swav4j.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An axis: what values it spans and where its ticks are.
 *
 * @param low first value; likewise {@code high}, which is greater
 * @param log whether equal factors are equally far apart
 * @param ticks round values within it, ascending
 */
record ChartScale(double low, double high, boolean log, List<Double> ticks) {
    private static final int FEW = 7;

    /** Where a value lies, 0 at the low end and 1 at the high end. */
    double position(double value) {
        return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    }

    /**
     * A linear axis around values. It begins at zero where that leaves them more than half of it, and ends at round values.
     *
     * @param values finite, maybe none
     * @param share whether they are shares of 1, beyond which there is nothing
     * @param tight whether it spans the values and no more
     */
    static ChartScale linear(double[] values, boolean share, boolean tight) {
        double low = Arrays.stream(values).min().orElse(0);
        double high = Arrays.stream(values).max().orElse(1);
        if (!tight && low > 0 && low < .5 * high) {
            low = 0;
        }
        if (low == high) {
            double room = low == 0 ? 1 : Math.abs(low) * .1;
            low -= room;
            high += room;
        }
        boolean whole = tight && Arrays.stream(values).allMatch(v -> v == Math.rint(v));
        double step = step((high - low) / 5);
        if (whole) {
            step = Math.max(1, step);
        }
        if (!tight) {
            low = step * Math.floor(low / step + 1e-9);
            high = step * Math.ceil(high / step - 1e-9);
            if (share) {
                low = Math.max(0, low);
                high = Math.min(1, high);
            }
        }
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return new ChartScale(low, high, false, List.copyOf(ticks));
    }

    /**
     * A logarithmic axis over values: ticks at the values themselves where there are few, at round ones otherwise.
     *
     * @param values positive and finite, maybe none
     */
    static ChartScale log(double[] values) {
        double[] distinct = Arrays.stream(values).sorted().distinct().toArray();
        if (distinct.length == 0) {
            return log(new double[] {1, 10});
        }
        double low = distinct[0];
        double high = distinct[distinct.length - 1];
        if (low == high) {
            return new ChartScale(low / 2, high * 2, true, List.of(low));
        }
        if (distinct.length <= FEW) {
            return new ChartScale(
                    low, high, true, Arrays.stream(distinct).boxed().toList());
        }
        double decades = Math.log10(high / low);
        double[] digits =
                decades <= 1 ? new double[] {1, 2, 3, 5, 7} : decades <= 3 ? new double[] {1, 2, 5} : new double[] {1};
        int every = Math.max(1, (int) Math.ceil(decades / 8));
        List<Double> ticks = new ArrayList<>();
        for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high) + 1e-9; power++) {
            for (double digit : digits) {
                // 10 to a negative power is not exact, a quotient of whole numbers is the nearest there is
                double tick = power < 0 ? digit / Math.pow(10, -power) : digit * Math.pow(10, power);
                if (Math.floorMod(power, every) == 0 && tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) {
                    ticks.add(tick);
                }
            }
        }
        return new ChartScale(low, high, true, List.copyOf(ticks));
    }

    /** The next of 1, 2, 5, 10, ... from {@code least} on. */
    private static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double digit : new double[] {1, 2, 5}) {
            if (digit * power >= least * (1 - 1e-9)) {
                return digit * power;
            }
        }
        return 10 * power;
    }
}
