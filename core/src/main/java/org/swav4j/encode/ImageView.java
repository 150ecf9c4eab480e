package org.swav4j.encode;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.awt.image.BufferedImage;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.UnreadableImageException;

/** Brings images to the size that a network takes. One per thread. */
final class ImageView implements AutoCloseable {
    /** One huge image must not leave its pixels with every thread. */
    private static final long LARGE_PIXELS = 16 << 20;

    private final ImageDecoder decoder = new ImageDecoder();
    private final EvalTransform.Worker transform;
    private final Mat drawn = new Mat();

    ImageView(EvalTransform view) {
        transform = view.newWorker();
    }

    /** Writes a picture's view to {@code destination}, [size, size, 3] uint8 RGB. */
    void show(Picture picture, Mat destination) throws Exception {
        transform.apply(picture.pixels(this), destination);
        if (drawn.total() > LARGE_PIXELS) {
            drawn.release();
        }
    }

    Mat decoded(byte[] file) throws UnreadableImageException {
        return decoder.decode(file);
    }

    Mat drawn(BufferedImage image) throws UnreadableImageException {
        int width = image.getWidth();
        int height = image.getHeight();
        if ((long) width * height > ImageDecoder.MAX_PIXELS) {
            throw new UnreadableImageException("an image of " + width + "x" + height + " pixels, more than the "
                    + ImageDecoder.MAX_PIXELS + " accepted");
        }
        drawn.create(height, width, CV_8UC3);
        RgbRows rows = new RgbRows(image);
        byte[] row = new byte[3 * width];
        for (int y = 0; y < height; y++) {
            rows.read(y, row);
            try (BytePointer at = drawn.ptr(y)) {
                at.put(row);
            }
        }
        return drawn;
    }

    @Override
    public void close() {
        drawn.close();
        transform.close();
        decoder.close();
    }
}
