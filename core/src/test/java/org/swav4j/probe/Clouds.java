package org.swav4j.probe;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Made-up features: per class a cloud of points around a centre of its own. */
final class Clouds {
    private Clouds() {}

    /** Labels 0, 1, ..., classes − 1, 0, 1, ...; owned by the scope it is called in. */
    static FeatureRows of(int rows, int dimensions, int classes, double spread, long seed) {
        double[] values = values(rows, dimensions, classes, spread, seed);
        return new FeatureRows(
                FeatureRows.doubles(values, 0, rows, dimensions).to(ScalarType.Float),
                labels(rows, classes),
                IntStream.range(0, rows).toArray());
    }

    static int[] labels(int rows, int classes) {
        return IntStream.range(0, rows).map(i -> i % classes).toArray();
    }

    static double[] values(int rows, int dimensions, int classes, double spread, long seed) {
        SplittableRandom centres = new SplittableRandom(99);
        double[][] centre = new double[classes][dimensions];
        for (double[] c : centre) {
            for (int f = 0; f < dimensions; f++) {
                c[f] = gaussian(centres);
            }
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[rows * dimensions];
        for (int i = 0; i < values.length; i++) {
            values[i] = 3 + centre[i / dimensions % classes][i % dimensions] + spread * gaussian(random);
        }
        return values;
    }

    private static double gaussian(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
