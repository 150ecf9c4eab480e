package org.swav4j.export;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** How far two networks are apart on the fixed images. */
final class Agreement {
    /** Files whose outputs differ by more are refused. */
    static final double LIMIT = 1e-3;

    private Agreement() {}

    /** The largest difference between any two numbers of their outputs; not a number where they have infinite ones. */
    static double largestDifference(Forward ours, Forward other, int size) throws IOException {
        double largest = 0;
        for (int i = 0; i < FixedImages.COUNT; i++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                Tensor image = FixedImages.image(i, size);
                List<Tensor> expected = ours.outputs(image);
                List<Tensor> found = other.outputs(image);
                for (int output = 0; output < expected.size(); output++) {
                    double difference = expected.get(output)
                            .sub(found.get(output))
                            .abs()
                            .max()
                            .item_double();
                    largest = Double.isNaN(difference) ? Double.NaN : Math.max(largest, difference);
                }
            }
        }
        return largest;
    }

    /** Refuses what is too far apart, or cannot be compared. */
    static void require(double difference, ExportFormat format) throws ExportException {
        if (!(difference <= LIMIT)) {
            throw new ExportException(String.format(
                    Locale.ROOT,
                    "the %s file computes something else than the network: the largest difference on %d images is %.1e,"
                            + " and %.0e is allowed; nothing was written",
                    format,
                    FixedImages.COUNT,
                    difference,
                    LIMIT));
        }
    }
}
