package org.swav4j.data;

import java.util.Locale;

/**
 * What may reach the native decoders: everything here is decided in Java, from an image's headers, before anything is
 * allocated.
 *
 * @param encoded the bytes to decode, which may be fewer than the file's
 */
record Admission(ImageHeader.Format format, byte[] encoded) {

    /** Refuses what must not reach a native decoder. */
    static Admission of(byte[] file) throws UnreadableImageException {
        if (file.length == 0) {
            throw new UnreadableImageException("the file is empty");
        }
        ImageHeader header = ImageHeader.of(file)
                .orElseThrow(() -> new UnreadableImageException(
                        "not an image: the content is neither JPEG, PNG, WebP, BMP, TIFF nor GIF"));
        String format = header.format().display;
        ImageSize size = header.size()
                .orElseThrow(() ->
                        new UnreadableImageException("damaged or truncated " + format + ": no size in its header"));
        if (size.pixels() > ImageDecoder.MAX_PIXELS) {
            throw new UnreadableImageException(String.format(
                    Locale.ROOT,
                    "%s of %dx%d pixels, more than the %,d accepted",
                    format,
                    size.width(),
                    size.height(),
                    ImageDecoder.MAX_PIXELS));
        }
        return switch (header.format()) {
            case PNG -> new Admission(header.format(), PngChunks.essential(file));
            default -> new Admission(header.format(), file);
        };
    }
}
