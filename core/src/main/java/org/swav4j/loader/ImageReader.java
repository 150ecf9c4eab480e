package org.swav4j.loader;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.Quarantine;
import org.swav4j.data.UnreadableImageException;

/** Reads and decodes; what cannot be read goes to the quarantine. One per worker thread. */
final class ImageReader implements AutoCloseable {
    private final Quarantine quarantine;
    private final DecodedCache cache;
    private final ImageDecoder decoder = new ImageDecoder();
    /** The header over a kept image that was given out last; null if none was. */
    private Mat lent;

    ImageReader(Quarantine quarantine, DecodedCache cache) {
        this.quarantine = quarantine;
        this.cache = cache;
    }

    /**
     * [height, width, 3] uint8 RGB of the image at a visit's {@code position}, for the worker that fills {@code filled};
     * valid until the next call. Null if the image was put into quarantine, or the visit was given up meanwhile.
     */
    Mat read(Visit visit, int position, int filled) {
        takeBack();
        int index = visit.order().image(position);
        lent = cache.get(index);
        if (lent != null) {
            return lent;
        }
        String reason;
        try {
            Mat image = decoder.decode(visit.read(position, filled));
            cache.offer(index, image);
            return image;
        } catch (UnreadableImageException e) {
            reason = e.getMessage();
        } catch (NoSuchFileException e) {
            reason = "the file has disappeared since the folder was indexed";
        } catch (AccessDeniedException e) {
            reason = "permission denied";
        } catch (OutOfMemoryError e) {
            reason = "the file is too large for the program's heap";
        } catch (IOException e) {
            reason = "cannot be read: " + e.getMessage();
        }
        if (!visit.givenUp()) {
            quarantine.record(visit.name(position), reason);
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
