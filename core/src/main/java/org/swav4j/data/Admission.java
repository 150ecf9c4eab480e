package org.swav4j.data;

import java.util.Locale;

/**
 * What may reach the native decoders: everything here is decided in Java, from an image's headers, before anything is
 * allocated.
 *
 * @param encoded the bytes to decode, which may be fewer than the file's
 */
record Admission(ImageHeader.Format format, byte[] encoded) {

    /** A 64-megapixel progressive JPEG of sixteen scans, which is more than encoders make; libjpeg needs 1 to 2 ns for each. */
    static final long MAX_SCANNED_PIXELS = 1L << 30;

    /** OpenCV's decoder needs 14 bytes and 30 ns a pixel for GIFs. */
    static final long MAX_GIF_PIXELS = 1 << 24;

    /** A tile is decoded whole even where most of it lies outside the image, as it may at the edges. */
    private static final long MOST_TILE_PER_IMAGE = 4;

    private static final long SMALL_TILE_PIXELS = 1 << 20;

    /** Refuses what must not reach a native decoder. */
    static Admission of(byte[] file) throws UnreadableImageException {
        if (file.length == 0) {
            throw new UnreadableImageException("the file is empty");
        }
        ImageHeader header = ImageHeader.of(file)
                .orElseThrow(() -> new UnreadableImageException(
                        "not an image: the content is neither JPEG, PNG, WebP, BMP, TIFF nor GIF"));
        String format = header.format().display();
        ImageSize size = header.size()
                .orElseThrow(() ->
                        new UnreadableImageException("damaged or truncated " + format + ": no size in its header"));
        refuseBeyond(ImageDecoder.MAX_PIXELS, header.format(), size);
        switch (header.format()) {
            case PNG -> {
                return new Admission(header.format(), PngChunks.essential(file));
            }
            case JPEG -> refuseManyScans(file, size);
            case GIF -> refuseBeyond(MAX_GIF_PIXELS, header.format(), size);
            case TIFF -> refuseLargeTiles(file, size);
            case WEBP, BMP -> {}
        }
        return new Admission(header.format(), file);
    }

    private static void refuseBeyond(long pixels, ImageHeader.Format format, ImageSize size)
            throws UnreadableImageException {
        if (size.pixels() > pixels) {
            throw new UnreadableImageException(String.format(
                    Locale.ROOT,
                    "%s of %dx%d pixels, more than the %,d accepted",
                    format.display(),
                    size.width(),
                    size.height(),
                    pixels));
        }
    }

    private static void refuseManyScans(byte[] file, ImageSize size) throws UnreadableImageException {
        int scans = JpegScans.count(file);
        if (scans * size.pixels() > MAX_SCANNED_PIXELS) {
            throw new UnreadableImageException(String.format(
                    Locale.ROOT,
                    "JPEG of %,d scans of %dx%d pixels each, more than the %,d pixels accepted over all scans",
                    scans,
                    size.width(),
                    size.height(),
                    MAX_SCANNED_PIXELS));
        }
    }

    private static void refuseLargeTiles(byte[] file, ImageSize size) throws UnreadableImageException {
        long tile;
        try {
            tile = TiffDirectory.first(file).tilePixels();
        } catch (HeaderBytes.EndOfHeader e) {
            throw new UnreadableImageException("damaged or truncated TIFF: its header ends early", e);
        }
        if (tile > Math.max(SMALL_TILE_PIXELS, MOST_TILE_PER_IMAGE * size.pixels())) {
            throw new UnreadableImageException(String.format(
                    Locale.ROOT,
                    "TIFF of %dx%d pixels in tiles far larger than the image",
                    size.width(),
                    size.height()));
        }
    }
}
