package org.swav4j.page;

import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import java.util.Base64;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * An image that a page can hold in itself.
 *
 * @param width of what is encoded, pixels; likewise {@code height}
 * @param uri the encoded image, {@code data:image/png;base64,...}
 */
public record Picture(int width, int height, String uri) {
    private static final int JPEG_QUALITY = 85;

    /** Up to this side an image is kept exact: it is shown enlarged, which would enlarge what JPEG does to it too. */
    private static final int EXACT_SIDE = 256;

    /** Every pixel as it is: {@code rgb} is [height, width, 3] uint8 RGB. */
    public static Picture exact(Mat rgb) {
        return new Picture(rgb.cols(), rgb.rows(), encoded(rgb, ".png", "image/png"));
    }

    /** The image reduced to at most {@code longest} pixels, for looking at. */
    public static Picture reduced(Mat rgb, int longest) {
        int side = Math.max(rgb.cols(), rgb.rows());
        if (side <= EXACT_SIDE) {
            return exact(rgb);
        }
        return thumbnail(rgb, longest);
    }

    /** The image reduced to at most {@code longest} pixels if it is larger, in as few bytes as look right: JPEG. */
    public static Picture thumbnail(Mat rgb, int longest) {
        double scale = Math.min(1, (double) longest / Math.max(rgb.cols(), rgb.rows()));
        int width = Math.max(1, (int) Math.rint(scale * rgb.cols()));
        int height = Math.max(1, (int) Math.rint(scale * rgb.rows()));
        try (Mat small = new Mat();
                Size size = new Size(width, height)) {
            resize(rgb, small, size, 0, 0, INTER_AREA);
            return new Picture(width, height, encoded(small, ".jpg", "image/jpeg"));
        }
    }

    private static String encoded(Mat rgb, String extension, String type) {
        try (Mat bgr = new Mat();
                BytePointer bytes = new BytePointer();
                IntPointer parameters = new IntPointer(IMWRITE_JPEG_QUALITY, JPEG_QUALITY)) {
            cvtColor(rgb, bgr, COLOR_RGB2BGR);
            boolean done = extension.equals(".jpg")
                    ? imencode(extension, bgr, bytes, parameters)
                    : imencode(extension, bgr, bytes);
            if (!done) {
                throw new IllegalStateException("OpenCV cannot encode " + extension);
            }
            byte[] encoded = new byte[Math.toIntExact(bytes.limit())];
            bytes.get(encoded);
            return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(encoded);
        }
    }
}
