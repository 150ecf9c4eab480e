package org.swav4j.loader;

import java.io.IOException;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.Quarantine;
import org.swav4j.data.UnreadableImageException;

/** Reads and decodes; what cannot be read goes to the quarantine. One per worker thread. */
final class ImageReader implements AutoCloseable {
    private final Quarantine quarantine;
    private final DecodedCache cache;
    private final LoadingWatch watch;
    private final ImageDecoder decoder = new ImageDecoder();
    /** The header over a kept image that was given out last; null if none was. */
    private Mat lent;

    ImageReader(Quarantine quarantine, DecodedCache cache, LoadingWatch watch) {
        this.quarantine = quarantine;
        this.cache = cache;
        this.watch = watch;
    }

    /**
     * [height, width, 3] uint8 RGB of the image at a visit's {@code position}, for the worker that fills {@code filled}
     * for a training's {@code step} or {@link Quarantine#NO_STEP};
     * valid until the next call. Null if the image was put into quarantine, or the visit was given up meanwhile.
     */
    Mat read(Visit visit, int position, int filled, long step) {
        watch.now(LoadingWatch.Stage.READ);
        takeBack();
        int index = visit.order().image(position);
        lent = cache.get(index);
        if (lent != null) {
            return lent;
        }
        try {
            byte[] file = visit.read(position, filled);
            watch.now(LoadingWatch.Stage.DECODE);
            Mat image = decoder.decode(file);
            cache.offer(index, image);
            return image;
        } catch (UnreadableImageException | IOException | OutOfMemoryError e) {
            if (!visit.givenUp()) {
                quarantine.record(visit.name(position), UnreadableImageException.reason(e), step);
            }
        }
        return null;
    }

    private void takeBack() {
        if (lent != null) {
            lent.close();
            lent = null;
        }
    }

    @Override
    public void close() {
        takeBack();
        decoder.close();
    }
}
