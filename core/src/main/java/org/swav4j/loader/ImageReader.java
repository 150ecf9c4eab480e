package org.swav4j.loader;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Quarantine;
import org.swav4j.data.UnreadableImageException;

/** Reads and decodes; what cannot be read goes to the quarantine. One per worker thread. */
final class ImageReader implements AutoCloseable {
    private final ImageSource source;
    private final Quarantine quarantine;
    private final ImageDecoder decoder = new ImageDecoder();

    ImageReader(ImageSource source, Quarantine quarantine) {
        this.source = source;
        this.quarantine = quarantine;
    }

    /** [height, width, 3] uint8 RGB, valid until the next call; null if the image was put into quarantine. */
    Mat read(int index) {
        try {
            return decoder.decode(source.read(index));
        } catch (UnreadableImageException e) {
            quarantine.record(source.name(index), e.getMessage());
        } catch (NoSuchFileException e) {
            quarantine.record(source.name(index), "the file has disappeared since the folder was indexed");
        } catch (AccessDeniedException e) {
            quarantine.record(source.name(index), "permission denied");
        } catch (OutOfMemoryError e) {
            quarantine.record(source.name(index), "the file is too large for the program's heap");
        } catch (IOException e) {
            quarantine.record(source.name(index), "cannot be read: " + e.getMessage());
        }
        return null;
    }

    @Override
    public void close() {
        decoder.close();
    }
}
