package org.swav4j.data;

import java.util.Optional;

/** Width and height in pixels, both at least 1. */
public record ImageSize(int width, int height) {

    /** Refuses empty sizes. */
    public ImageSize {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("image size must be at least 1x1: " + width + "x" + height);
        }
    }

    /**
     * The size an encoded image claims, from its header bytes alone; nothing is decoded. Knows JPEG, PNG, GIF, BMP, WebP
     * and TIFF; empty for anything else and for damaged headers. A claim beyond 2^31-1 reads as 2^31-1.
     */
    public static Optional<ImageSize> of(byte[] encoded) {
        return ImageHeader.of(encoded).flatMap(ImageHeader::size);
    }

    /** Width times height. */
    public long pixels() {
        return (long) width * height;
    }
}
