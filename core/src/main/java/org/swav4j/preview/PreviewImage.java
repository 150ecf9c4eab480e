package org.swav4j.preview;

import java.util.List;
import org.swav4j.page.Picture;

/**
 * One image and its crops.
 *
 * @param index place in the source, from 0
 * @param name as the source calls it
 * @param width of the image, pixels; likewise {@code height}
 * @param original the image, reduced
 * @param crops in the recipe's order
 */
public record PreviewImage(int index, String name, int width, int height, Picture original, List<PreviewCrop> crops) {

    /** Copies the list. */
    public PreviewImage {
        crops = List.copyOf(crops);
    }
}
