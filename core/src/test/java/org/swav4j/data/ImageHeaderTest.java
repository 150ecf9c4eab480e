package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_WEBP_QUALITY;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImageHeaderTest {
    private static final ImageSize SIZE = new ImageSize(37, 21);

    @Test
    void readsTheSizeOfEveryFormat() {
        samples()
                .forEach((name, bytes) ->
                        assertThat(ImageSize.of(bytes)).as(name).contains(SIZE));
    }

    /** No cut-off header may throw, and none may yield a size it does not have. */
    @Test
    void everyTruncationIsUnknownOrRight() {
        samples().forEach((name, bytes) -> {
            for (int length = 0; length < bytes.length; length++) {
                Optional<ImageSize> size = ImageSize.of(Arrays.copyOf(bytes, length));
                assertThat(size.isEmpty() || size.get().equals(SIZE))
                        .as("%s cut to %d bytes: %s", name, length, size)
                        .isTrue();
            }
        });
    }

    @Test
    void changedBytesNeverThrow() {
        Random random = new Random(11);
        samples().forEach((name, bytes) -> {
            for (int i = 0; i < 3000; i++) {
                byte[] hostile = bytes.clone();
                for (int k = 0; k < 1 + i % 5; k++) {
                    hostile[random.nextInt(Math.min(hostile.length, 200))] = (byte) random.nextInt();
                }
                ImageSize.of(hostile)
                        .ifPresent(size -> assertThat(size.pixels()).isPositive());
            }
        });
    }

    @Test
    void otherBytesAreNoImage() {
        assertThat(ImageSize.of(new byte[0])).isEmpty();
        assertThat(ImageSize.of("P6 30000 30000 255 ".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .isEmpty();
        assertThat(ImageHeader.of(new byte[] {'B'})).isEmpty();
    }

    /** A segment that claims no length must not be walked for ever. */
    @Test
    void jpegSegmentWithoutLengthEnds() {
        assertThat(ImageSize.of(new byte[] {-1, -40, -1, -32, 0, 0, -1, -32, 0, 0}))
                .isEmpty();
    }

    @Test
    void sizesBeyondIntAreClamped() {
        byte[] tiff = tiff(ByteOrder.BIG_ENDIAN, 4, 0xFFFFFFFFL, 5);
        assertThat(ImageSize.of(tiff)).contains(new ImageSize(Integer.MAX_VALUE, 5));
    }

    private static Map<String, byte[]> samples() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("jpeg", Images.encoded(".jpg", 37, 21, CV_8UC3, 1));
        all.put("grey jpeg", Images.encoded(".jpg", 37, 21, CV_8UC1, 1));
        all.put("progressive jpeg", Images.encoded(".jpg", 37, 21, CV_8UC3, 1, IMWRITE_JPEG_PROGRESSIVE, 1));
        all.put("png", Images.encoded(".png", 37, 21, CV_8UC3, 1));
        all.put("bmp", Images.encoded(".bmp", 37, 21, CV_8UC3, 1));
        all.put("bmp, rows from the top", topDown(Images.encoded(".bmp", 37, 21, CV_8UC3, 1)));
        all.put("gif", Images.encoded(".gif", 37, 21, CV_8UC3, 1));
        all.put("tiff", Images.encoded(".tiff", 37, 21, CV_8UC3, 1));
        all.put("big-endian tiff", tiff(ByteOrder.BIG_ENDIAN, 3, 37, 21));
        all.put("little-endian tiff", tiff(ByteOrder.LITTLE_ENDIAN, 4, 37, 21));
        all.put("webp VP8", Images.encoded(".webp", 37, 21, CV_8UC3, 1, IMWRITE_WEBP_QUALITY, 80));
        all.put("webp VP8L", Images.encoded(".webp", 37, 21, CV_8UC3, 1, IMWRITE_WEBP_QUALITY, 101));
        all.put("webp VP8X", Images.encoded(".webp", 37, 21, CV_8UC4, 1, IMWRITE_WEBP_QUALITY, 80));
        return all;
    }

    private static byte[] topDown(byte[] bmp) {
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(22, -21);
        return bmp;
    }

    /** A directory of two entries and nothing else; type 3 is 16 bits, 4 is 32 bits. */
    private static byte[] tiff(ByteOrder order, int type, long width, long height) {
        ByteBuffer b = ByteBuffer.allocate(38).order(order);
        byte letter = (byte) (order == ByteOrder.BIG_ENDIAN ? 'M' : 'I');
        b.put(letter).put(letter).putShort((short) 42).putInt(8).putShort((short) 2);
        for (int tag = 256; tag <= 257; tag++) {
            long value = tag == 256 ? width : height;
            b.putShort((short) tag).putShort((short) type).putInt(1);
            if (type == 3) {
                b.putShort((short) value).putShort((short) 0);
            } else {
                b.putInt((int) value);
            }
        }
        return b.array();
    }
}
