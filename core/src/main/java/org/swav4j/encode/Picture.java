package org.swav4j.encode;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.data.UnreadableImageException;

/** An image in one of the forms in which an encoder takes it. */
@FunctionalInterface
interface Picture {
    /** Longer files are no images that the decoder would accept, and must not fill the heap. */
    int MAX_FILE_BYTES = 1 << 28;

    /** [height, width, 3] uint8 RGB, valid until the view shows another. */
    Mat pixels(ImageView view) throws IOException, UnreadableImageException;

    /** An image file's content. */
    static Picture of(byte[] file) {
        return view -> view.decoded(file);
    }

    /** An image in memory. */
    static Picture of(BufferedImage image) {
        return view -> view.drawn(image);
    }

    /** An image file. */
    static Picture of(Path file) {
        return view -> {
            try (InputStream in = Files.newInputStream(file)) {
                return view.decoded(bounded(in));
            } catch (UnreadableImageException e) {
                throw new UnreadableImageException(file + ": " + e.getMessage(), e);
            }
        };
    }

    /** All of a stream, which stays open. */
    static byte[] bounded(InputStream in) throws IOException, UnreadableImageException {
        byte[] file = in.readNBytes(MAX_FILE_BYTES + 1);
        if (file.length > MAX_FILE_BYTES) {
            throw new UnreadableImageException("longer than " + (MAX_FILE_BYTES >> 20) + " MiB");
        }
        return file;
    }
}
