package org.swav4j.data;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.stdio.NativeStream;

/**
 * Decodes JPEG, PNG, WebP, BMP, TIFF and GIF (the first frame) to 8-bit RGB; grey, CMYK, palette, alpha and 16-bit become
 * that. EXIF orientation is ignored, as in the reference; a TIFF's own orientation tag is followed. Owns native scratch: one per worker thread, not thread-safe.
 */
public final class ImageDecoder implements AutoCloseable {
    /** Claims beyond this are refused before anything is allocated: a 691-byte JPEG may claim 30000×30000 pixels. */
    public static final long MAX_PIXELS = 67_108_864;

    private static final long MINIMUM_BUFFER = 1 << 16;
    /** One huge file must not leave every worker with a buffer of its size; below this nobody minds. */
    private static final long LARGE_BUFFER = 16 << 20;

    private BytePointer encodedBuffer = new BytePointer(MINIMUM_BUFFER);
    private final Mat image = new Mat();

    /**
     * Decodes one image. Refused by their headers, before anything is allocated: more than {@link #MAX_PIXELS} (a quarter of
     * that for GIF), JPEGs of more than 2<sup>30</sup> pixels over all their scans, PNGs with chunks beyond their end or wrong
     * checksums, TIFFs with tiles over a megapixel and four times the image. Damage within a JPEG's data is not an error.
     *
     * @param file the content of an image file
     * @return [height, width, 3] uint8 RGB, owned by this decoder and valid until the next call
     */
    public Mat decode(byte[] file) throws UnreadableImageException {
        Admission admitted = Admission.of(file);
        String format = admitted.format().display();
        byte[] encoded = admitted.encoded();
        boolean tooSmall = encodedBuffer.capacity() < encoded.length;
        boolean farTooLarge = encodedBuffer.capacity() > Math.max(LARGE_BUFFER, 4L * encoded.length);
        if (tooSmall || farTooLarge) {
            encodedBuffer.close();
            encodedBuffer = new BytePointer(Math.max(MINIMUM_BUFFER, encoded.length + encoded.length / 4L));
        }
        encodedBuffer.position(0).put(encoded, 0, encoded.length);
        // imdecode returns a second header on the pixels of `image`; left open it keeps them until the garbage
        // collector runs
        try (NativeStream.Silence nothingPrinted = NativeMessages.silence();
                Mat bytes = new Mat(1, encoded.length, CV_8UC1, encodedBuffer);
                Mat decoded = imdecode(bytes, IMREAD_COLOR_RGB | IMREAD_IGNORE_ORIENTATION, image)) {
            if (decoded.empty()) {
                throw new UnreadableImageException("damaged or truncated " + format);
            }
        } catch (RuntimeException e) {
            throw new UnreadableImageException("damaged or unsupported " + format, e);
        }
        if (image.type() != CV_8UC3) {
            throw new UnreadableImageException("unsupported kind of " + format);
        }
        return image;
    }

    @Override
    public void close() {
        image.close();
        encodedBuffer.close();
    }
}
