package org.swav4j.loader;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Decoded images kept from one epoch to the next, first come, first kept, until the memory allowed is full: decoding is half
 * the work of small crops of large images, and reading a file much of that of small ones. Keeping the ones used last
 * would be worthless, as an epoch comes back to an image only after all others.
 *
 * <p>Thread-safe, but {@link #close} only once nobody uses what {@link #get} gave.
 */
final class DecodedCache implements AutoCloseable {
    private record Kept(BytePointer pixels, int width, int height) {}

    private final AtomicReferenceArray<Kept> kept;
    private final AtomicLong room;

    /** For a source of so many images. */
    DecodedCache(int images, long bytes) {
        kept = new AtomicReferenceArray<>(bytes > 0 ? images : 0);
        room = new AtomicLong(bytes);
    }

    /** A header, which the caller closes, over the kept image [height, width, 3], which nobody may change; null if it is not kept. */
    Mat get(int index) {
        Kept image = index < kept.length() ? kept.get(index) : null;
        return image == null ? null : new Mat(image.height, image.width, CV_8UC3, image.pixels);
    }

    /** Copies a continuous image, if there is room for it. */
    void offer(int index, Mat image) {
        long bytes = 3L * image.rows() * image.cols();
        if (index >= kept.length() || !image.isContinuous() || kept.get(index) != null || !take(bytes)) {
            return;
        }
        BytePointer pixels = new BytePointer(bytes);
        try (BytePointer data = image.data()) {
            Pointer.memcpy(pixels, data, bytes);
        }
        if (!kept.compareAndSet(index, null, new Kept(pixels, image.cols(), image.rows()))) {
            pixels.close();
            room.addAndGet(bytes);
        }
    }

    private boolean take(long bytes) {
        if (room.addAndGet(-bytes) >= 0) {
            return true;
        }
        room.addAndGet(bytes);
        return false;
    }

    @Override
    public void close() {
        for (int i = 0; i < kept.length(); i++) {
            Kept image = kept.getAndSet(i, null);
            if (image != null) {
                image.pixels.close();
            }
        }
    }
}
