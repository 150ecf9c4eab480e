package org.swav4j.sample;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Compresses square RGB images to JPEG; owns its native buffers, and belongs to one thread. */
final class JpegEncoder implements AutoCloseable {
    private static final int QUALITY = 90;

    private final byte[] bgr;
    private final BytePointer pixels;
    private final Mat image;
    private final IntPointer options = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, QUALITY);

    JpegEncoder(int side) {
        bgr = new byte[3 * side * side];
        pixels = new BytePointer(bgr.length);
        image = new Mat(side, side, opencv_core.CV_8UC3, pixels);
    }

    /** {@code rgb}: [side, side, 3]. */
    byte[] encode(byte[] rgb) {
        for (int i = 0; i < rgb.length; i += 3) {
            bgr[i] = rgb[i + 2];
            bgr[i + 1] = rgb[i + 1];
            bgr[i + 2] = rgb[i];
        }
        pixels.put(bgr, 0, bgr.length);
        try (BytePointer jpeg = new BytePointer()) {
            if (!opencv_imgcodecs.imencode(".jpg", image, jpeg, options)) {
                throw new IllegalStateException("OpenCV could not encode a JPEG of " + image.cols() + " pixels");
            }
            byte[] bytes = new byte[(int) jpeg.limit()];
            jpeg.get(bytes);
            return bytes;
        }
    }

    @Override
    public void close() {
        options.close();
        image.close();
        pixels.close();
    }
}
