package org.swav4j.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.swav4j.data.Csv;

/** Vectors around a number of centres, as features of images of some classes are; the same for the same seed. */
final class MadeUpVectors {
    private MadeUpVectors() {}

    static float[][] clustered(int count, int dimensions, int clusters, double spread, long seed) {
        Random random = new Random(seed);
        float[][] centres = new float[clusters][dimensions];
        for (float[] centre : centres) {
            for (int i = 0; i < dimensions; i++) {
                centre[i] = (float) random.nextGaussian();
            }
        }
        float[][] vectors = new float[count][dimensions];
        for (int row = 0; row < count; row++) {
            for (int i = 0; i < dimensions; i++) {
                vectors[row][i] = (float) (centres[row % clusters][i] + spread * random.nextGaussian());
            }
        }
        return vectors;
    }

    /** As {@code swav embed} writes them: images {@code 0.jpg}, ..., every third without a label. */
    static Path csv(Path file, float[]... vectors) throws IOException {
        StringBuilder text = new StringBuilder("path,label");
        for (int i = 0; i < vectors[0].length; i++) {
            text.append(",v").append(i);
        }
        text.append('\n');
        for (int row = 0; row < vectors.length; row++) {
            String line = Csv.line(java.util.List.of(row + ".jpg", row % 3 == 2 ? "" : "class " + row % 3));
            text.append(line, 0, line.length() - 1);
            for (float value : vectors[row]) {
                text.append(',').append(value);
            }
            text.append('\n');
        }
        return Files.writeString(file, text);
    }

    static double cosine(float[] a, float[] b) {
        return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
    }

    static double product(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
