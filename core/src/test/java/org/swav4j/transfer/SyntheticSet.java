package org.swav4j.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Drawn features: each class that an image shows moves it along a direction of the class. */
final class SyntheticSet {
    private SyntheticSet() {}

    /** {@code noise} is the standard deviation beside directions of length 1; classes are shown with probability .3. */
    static MultiLabelFeatures draw(int images, int classes, int width, double noise, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] rows = new float[images][width];
        byte[][] marks = new byte[images][classes];
        for (int i = 0; i < images; i++) {
            for (int f = 0; f < width; f++) {
                rows[i][f] = (float) (noise * random.nextGaussian());
            }
            for (int c = 0; c < classes; c++) {
                boolean shown = random.nextInt(10) < 3;
                marks[i][c] = shown ? MultiLabelImages.PRESENT : MultiLabelImages.ABSENT;
                rows[i][c] += shown ? 1 : 0;
            }
        }
        List<String> names = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            names.add("class" + c);
        }
        return new MultiLabelFeatures(names, rows, marks);
    }
}
