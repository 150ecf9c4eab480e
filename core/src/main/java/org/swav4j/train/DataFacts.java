package org.swav4j.train;

import java.io.IOException;
import java.util.Arrays;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSize;
import org.swav4j.data.ImageSource;
import org.swav4j.data.LabelledImages;

/**
 * What a configuration is chosen from: the images as a whole.
 *
 * @param images how many there are, at least 1
 * @param medianShortSide the middle one of their shorter sides, in pixels
 * @param classes how many they are labelled with; 0 if they are not
 */
public record DataFacts(int images, int medianShortSide, int classes) {
    private static final int LOOKED_AT = 256;

    /** Of images without labels. */
    public DataFacts(int images, int medianShortSide) {
        this(images, medianShortSide, 0);
    }

    public DataFacts {
        if (images < 1 || medianShortSide < 1) {
            throw new IllegalArgumentException(
                    "at least one image of at least one pixel, not " + images + " of " + medianShortSide);
        }
    }

    /**
     * Looks at the headers of some images, evenly spread over all.
     *
     * @throws DataException if none of them is an image
     */
    public static DataFacts of(ImageSource source) {
        int[] looks = source.looks(LOOKED_AT);
        int[] sides = new int[looks.length];
        int known = 0;
        for (int index : looks) {
            int side = shortSide(source, index);
            if (side > 0) {
                sides[known++] = side;
            }
        }
        if (known == 0) {
            throw new DataException(source.description() + ", but none of the " + looks.length
                    + " looked at can be read as an image, such as " + source.name(0));
        }
        Arrays.sort(sides, 0, known);
        return new DataFacts(source.size(), sides[known / 2], classes(source));
    }

    /** How many classes images are labelled with; 0 if they are not. */
    static int classes(ImageSource source) {
        return source instanceof LabelledImages labelled ? labelled.classNames().size() : 0;
    }

    private static int shortSide(ImageSource source, int index) {
        try {
            return ImageSize.of(source.read(index))
                    .map(s -> Math.min(s.width(), s.height()))
                    .orElse(0);
        } catch (IOException e) {
            // the loader names unreadable images when it meets them
            return 0;
        }
    }
}
