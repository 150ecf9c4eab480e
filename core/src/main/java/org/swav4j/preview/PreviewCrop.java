package org.swav4j.preview;

import org.swav4j.augment.CropBox;
import org.swav4j.augment.View;
import org.swav4j.page.Picture;

/**
 * One crop as the network sees it.
 *
 * @param number its place in the recipe, from 1
 * @param resolution index into the recipe's crops
 * @param view where it was cut and what was done to it
 * @param pixels the result, exact
 * @param spread the largest standard deviation among its three channels, levels of 255
 */
public record PreviewCrop(int number, int resolution, View view, Picture pixels, double spread) {
    /** Below so many levels of 255 nothing can be made out. */
    static final double FLAT = 4;

    /** Whether hardly anything is to be seen in it. */
    public boolean isFlat() {
        return spread < FLAT;
    }

    /** How many times longer the crop's sides are than the box's, the larger of both; below 1 it was reduced. */
    public double enlargement() {
        CropBox box = view.box();
        return Math.max((double) pixels.width() / box.width(), (double) pixels.height() / box.height());
    }
}
