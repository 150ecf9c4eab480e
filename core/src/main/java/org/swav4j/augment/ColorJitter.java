package org.swav4j.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Brightness, contrast, saturation and hue with drawn factors in a drawn order (torchvision's {@code ColorJitter}).
 *
 * @param parts those that are not off, in the order of their application
 */
public record ColorJitter(List<Transform> parts) implements Transform {

    /** Consumes seven draws: three for the order, then the four factors, whether or not a part is off. */
    static ColorJitter draw(Augmentation strength, SplittableRandom random) {
        int[] order = {0, 1, 2, 3};
        for (int i = 3; i > 0; i--) {
            int j = (int) (random.nextDouble() * (i + 1));
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        double brightness = factor(strength.brightness(), random);
        double contrast = factor(strength.contrast(), random);
        double saturation = factor(strength.saturation(), random);
        double turns = strength.hue() * (2 * random.nextDouble() - 1);
        List<Transform> parts = new ArrayList<>(4);
        for (int part : order) {
            switch (part) {
                case 0 -> addUnlessOff(parts, strength.brightness(), new Brightness(brightness));
                case 1 -> addUnlessOff(parts, strength.contrast(), new Contrast(contrast));
                case 2 -> addUnlessOff(parts, strength.saturation(), new Saturation(saturation));
                default -> addUnlessOff(parts, strength.hue(), new Hue(turns));
            }
        }
        return new ColorJitter(parts);
    }

    private static double factor(double strength, SplittableRandom random) {
        double min = Math.max(0, 1 - strength);
        return min + (1 + strength - min) * random.nextDouble();
    }

    private static void addUnlessOff(List<Transform> parts, double strength, Transform part) {
        if (strength > 0) {
            parts.add(part);
        }
    }

    @Override
    public void apply(Mat image, Scratch scratch) {
        for (Transform part : parts) {
            part.apply(image, scratch);
        }
    }
}
