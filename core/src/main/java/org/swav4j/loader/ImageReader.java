package org.swav4j.loader;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
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
        } catch (OutOfMemoryError e) {
            quarantine.record(source.name(index), "the file is too large for the program's heap");
        } catch (IOException e) {
            quarantine.record(source.name(index), reason(e));
        }
        return null;
    }

    /** In words. File systems of other places wrap what happened. */
    private static String reason(IOException failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof NoSuchFileException) {
                return "the file has disappeared since the folder was indexed";
            }
            if (e instanceof AccessDeniedException) {
                return "permission denied";
            }
            if (e instanceof FileSystemException file && file.getReason() != null) {
                return "cannot be read: " + file.getReason();
            }
        }
        return "cannot be read: " + failure.getMessage();
    }

    @Override
    public void close() {
        decoder.close();
    }
}
