package org.swav4j.dataset.fetch;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Compresses square RGB images without loss; owns its native buffers, and belongs to one thread. */
final class PngEncoder implements AutoCloseable {
    private final int side;
    private final byte[] bgr;
    private final BytePointer pixels;
    private final Mat image;

    PngEncoder(int side) {
        this.side = side;
        bgr = new byte[3 * side * side];
        pixels = new BytePointer(bgr.length);
        image = new Mat(side, side, opencv_core.CV_8UC3, pixels);
    }

    /**
     * A PNG.
     *
     * @param planes [3, side, side] from {@code offset}: red, green, blue
     * @param columnsFirst whether a plane is laid out column after column, as in MATLAB, and not row after row
     */
    byte[] encode(byte[] planes, int offset, boolean columnsFirst) {
        int plane = side * side;
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int from = offset + (columnsFirst ? x * side + y : y * side + x);
                int to = 3 * (y * side + x);
                bgr[to] = planes[from + 2 * plane];
                bgr[to + 1] = planes[from + plane];
                bgr[to + 2] = planes[from];
            }
        }
        pixels.put(bgr, 0, bgr.length);
        try (BytePointer png = new BytePointer()) {
            if (!opencv_imgcodecs.imencode(".png", image, png)) {
                throw new IllegalStateException("OpenCV could not encode a PNG of " + side + " pixels");
            }
            byte[] bytes = new byte[(int) png.limit()];
            png.get(bytes);
            return bytes;
        }
    }

    @Override
    public void close() {
        image.close();
        pixels.close();
    }
}
