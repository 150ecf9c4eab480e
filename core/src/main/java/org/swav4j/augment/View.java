package org.swav4j.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * One crop of one image, fully drawn, so that it can be shown or replayed.
 *
 * @param box where it lies in the image
 * @param transforms what is done to it once it was cut and resized, in order
 */
public record View(CropBox box, List<Transform> transforms) {

    /** Copies the list. */
    public View {
        transforms = List.copyOf(transforms);
    }

    /**
     * Draws a view. What is consumed from {@code random} is always the same: one split for the rectangle (whose number of
     * tries depends on the image's shape), then twelve draws: flip, jitter, its order (3) and factors (4), greyscale, blur,
     * its standard deviation.
     */
    static View draw(CropSpec spec, Augmentation augmentation, int width, int height, SplittableRandom random) {
        CropBox box = RandomResizedCrop.draw(spec.minScale(), spec.maxScale(), width, height, random.split());
        boolean flip = random.nextDouble() < augmentation.flip();
        boolean jitter = random.nextDouble() < augmentation.jitter();
        ColorJitter colours = ColorJitter.draw(augmentation, random);
        boolean grayscale = random.nextDouble() < augmentation.grayscale();
        boolean blur = random.nextDouble() < augmentation.blur();
        double sigma = augmentation.blurMin() + (augmentation.blurMax() - augmentation.blurMin()) * random.nextDouble();
        List<Transform> transforms = new ArrayList<>(4);
        if (flip) {
            transforms.add(new HorizontalFlip());
        }
        if (jitter) {
            transforms.add(colours);
        }
        if (grayscale) {
            transforms.add(new Grayscale());
        }
        if (blur && sigma > 0) {
            transforms.add(new GaussianBlur(sigma));
        }
        return new View(box, transforms);
    }

    /** The view of the same image at another size: the box rounded to whole pixels within it, at least one. */
    View scaled(double horizontally, double vertically, int width, int height) {
        int w = Math.min(width, Math.max(1, (int) Math.rint(box.width() * horizontally)));
        int h = Math.min(height, Math.max(1, (int) Math.rint(box.height() * vertically)));
        int x = Math.min(width - w, (int) Math.rint(box.x() * horizontally));
        int y = Math.min(height - h, (int) Math.rint(box.y() * vertically));
        return new View(new CropBox(x, y, w, h), transforms);
    }

    /** Cuts, resizes and transforms; the result lies in {@code destination}, a square of the scratch's size. */
    void render(Mat rgb, Mat destination, Scratch scratch) {
        scratch.resizer.resize(rgb, box, destination);
        for (Transform transform : transforms) {
            transform.apply(destination, scratch);
        }
    }
}
