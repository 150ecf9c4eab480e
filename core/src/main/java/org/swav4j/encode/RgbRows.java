package org.swav4j.encode;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;

/**
 * The rows of a Java image as 8-bit RGB, with the values that the file it was read from has: as decoding gives them, alpha is
 * left out and 16 bits become their upper 8. Java itself takes grey for linear light and would brighten it.
 */
final class RgbRows {
    private final BufferedImage image;
    private final boolean raw;
    private final int[] pixels;

    RgbRows(BufferedImage image) {
        this.image = image;
        int type = image.getColorModel().getColorSpace().getType();
        int transfer = image.getColorModel().getTransferType();
        boolean samples = transfer == DataBuffer.TYPE_BYTE || transfer == DataBuffer.TYPE_USHORT;
        boolean known = type == ColorSpace.TYPE_GRAY
                || image.getColorModel().getColorSpace().isCS_sRGB();
        raw = image.getColorModel() instanceof ComponentColorModel model
                && samples
                && known
                && !model.isAlphaPremultiplied();
        pixels = new int[image.getWidth() * (raw ? image.getRaster().getNumBands() : 1)];
    }

    /** Writes row y to {@code rgb}, [3·width]. */
    void read(int y, byte[] rgb) {
        int width = image.getWidth();
        if (!raw) {
            image.getRGB(0, y, width, 1, pixels, 0, width);
            for (int x = 0; x < width; x++) {
                rgb[3 * x] = (byte) (pixels[x] >> 16);
                rgb[3 * x + 1] = (byte) (pixels[x] >> 8);
                rgb[3 * x + 2] = (byte) pixels[x];
            }
            return;
        }
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        int green = bands >= 3 ? 1 : 0;
        int blue = bands >= 3 ? 2 : 0;
        int shift = image.getColorModel().getTransferType() == DataBuffer.TYPE_USHORT ? 8 : 0;
        raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, pixels);
        for (int x = 0; x < width; x++) {
            rgb[3 * x] = (byte) (pixels[x * bands] >> shift);
            rgb[3 * x + 1] = (byte) (pixels[x * bands + green] >> shift);
            rgb[3 * x + 2] = (byte) (pixels[x * bands + blue] >> shift);
        }
    }
}
