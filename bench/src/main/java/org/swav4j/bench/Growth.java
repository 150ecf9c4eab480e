package org.swav4j.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How a cost grows with what is varied, by least squares.
 *
 * @param fixed what the cost has at 0
 * @param perUnit what each unit adds
 * @param exponent p of cost ~ value^p, from the points with a positive value
 */
record Growth(double fixed, double perUnit, double exponent) {

    /** @param values at least two different ones, and two different positive ones */
    static Growth of(List<Double> values, List<Double> costs) {
        double[] line = line(values, costs);
        int[] positive =
                IntStream.range(0, values.size()).filter(i -> values.get(i) > 0).toArray();
        double[] power = line(
                IntStream.of(positive).mapToObj(i -> Math.log(values.get(i))).toList(),
                IntStream.of(positive).mapToObj(i -> Math.log(costs.get(i))).toList());
        return new Growth(line[0], line[1], power[1]);
    }

    /** Intercept and slope. */
    private static double[] line(List<Double> x, List<Double> y) {
        double meanX = x.stream().mapToDouble(v -> v).average().orElseThrow();
        double meanY = y.stream().mapToDouble(v -> v).average().orElseThrow();
        double product = 0;
        double square = 0;
        for (int i = 0; i < x.size(); i++) {
            product += (x.get(i) - meanX) * (y.get(i) - meanY);
            square += (x.get(i) - meanX) * (x.get(i) - meanX);
        }
        double slope = product / square;
        return new double[] {meanY - slope * meanX, slope};
    }
}
