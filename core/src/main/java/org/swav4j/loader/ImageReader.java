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
    private final ImageDecoder decoder = new ImageDecoder();

    ImageReader(Quarantine quarantine) {
        this.quarantine = quarantine;
    }

    /**
     * [height, width, 3] uint8 RGB of the image at a visit's {@code position}, for the worker that fills {@code filled};
     * valid until the next call. Null if the image was put into quarantine, or the visit was given up meanwhile.
     */
    Mat read(Visit visit, int position, int filled) {
        String reason;
        try {
            return decoder.decode(visit.read(position, filled));
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

    @Override
    public void close() {
        decoder.close();
    }
}
