package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.opencv.global.opencv_core.CV_16UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_PNG_BILEVEL;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;

class ImageDecoderTest {

    @Test
    void everyKindOfImageBecomesEightBitRgb() throws UnreadableImageException {
        Map<String, byte[]> images = new LinkedHashMap<>();
        for (String extension : new String[] {".jpg", ".png", ".bmp", ".gif", ".tiff", ".webp"}) {
            images.put(extension, Images.encoded(extension, 37, 21, CV_8UC3, 1));
        }
        images.put("grey jpeg", Images.encoded(".jpg", 37, 21, CV_8UC1, 1));
        images.put("progressive jpeg", Images.encoded(".jpg", 37, 21, CV_8UC3, 1, IMWRITE_JPEG_PROGRESSIVE, 1));
        images.put("png with alpha", Images.encoded(".png", 37, 21, CV_8UC4, 1));
        images.put("16-bit png", Images.encoded(".png", 37, 21, CV_16UC3, 1));
        images.put("16-bit tiff", Images.encoded(".tiff", 37, 21, CV_16UC3, 1));
        images.put("1-bit png", Images.encoded(".png", 37, 21, CV_8UC1, 1, IMWRITE_PNG_BILEVEL, 1));
        try (ImageDecoder decoder = new ImageDecoder()) {
            for (Map.Entry<String, byte[]> image : images.entrySet()) {
                Mat rgb = decoder.decode(image.getValue());
                assertThat(rgb.type()).as(image.getKey()).isEqualTo(CV_8UC3);
                assertThat(rgb.cols()).as(image.getKey()).isEqualTo(37);
                assertThat(rgb.rows()).as(image.getKey()).isEqualTo(21);
            }
        }
    }

    @Test
    void cmykAndPalettesBecomeRgbToo() throws IOException, UnreadableImageException {
        BufferedImage indexed = new BufferedImage(6, 5, BufferedImage.TYPE_BYTE_INDEXED);
        indexed.setRGB(2, 3, 0xFF0000);
        WritableRaster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 6, 5, 4, null);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream cmyk = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(cmyk)) {
            writer.setOutput(out);
            writer.write(new IIOImage(inks, null, null));
        }
        writer.dispose();
        ByteArrayOutputStream palette = new ByteArrayOutputStream();
        ImageIO.write(indexed, "png", palette);
        try (ImageDecoder decoder = new ImageDecoder()) {
            Mat rgb = decoder.decode(cmyk.toByteArray());
            assertThat(rgb.type()).isEqualTo(CV_8UC3);
            assertThat(rgb.cols()).isEqualTo(6);
            rgb = decoder.decode(palette.toByteArray());
            byte[] pixel = new byte[3];
            rgb.ptr(3, 2).get(pixel);
            assertThat(pixel).containsExactly(-1, 0, 0);
        }
    }

    /** A camera's note to turn the picture by 90° is ignored, as in the reference: width stays width. */
    @Test
    void orientationIsIgnored() throws UnreadableImageException {
        byte[] jpeg = Images.encoded(".jpg", 37, 21, CV_8UC3, 1);
        byte[] tiff = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0};
        ByteBuffer turned = ByteBuffer.allocate(jpeg.length + 10 + tiff.length);
        turned.put(jpeg, 0, 2).putShort((short) 0xFFE1).putShort((short) (8 + tiff.length));
        turned.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(tiff).put(jpeg, 2, jpeg.length - 2);
        try (ImageDecoder decoder = new ImageDecoder()) {
            assertThat(decoder.decode(turned.array()).cols()).isEqualTo(37);
        }
    }

    /** OpenCV's own order is BGR: the first byte of the encoded pixel comes out last. */
    @Test
    void theFirstChannelIsRed() throws UnreadableImageException {
        byte[] bgr = Images.encoded(".png", 5, 4, CV_8UC3, 3);
        try (ImageDecoder decoder = new ImageDecoder()) {
            Mat rgb = decoder.decode(bgr);
            Mat asStored = org.bytedeco.opencv.global.opencv_imgcodecs.imdecode(
                    new Mat(bgr), org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED);
            for (int channel = 0; channel < 3; channel++) {
                assertThat(rgb.ptr(3, 4).get(channel))
                        .isEqualTo(asStored.ptr(3, 4).get(2 - channel));
            }
        }
    }

    @Test
    void sixteenBitsKeepTheirUpperHalf() throws UnreadableImageException {
        byte[] deep = Images.encoded(".png", 9, 9, CV_16UC3, 2);
        try (ImageDecoder decoder = new ImageDecoder();
                Mat raw = org.bytedeco.opencv.global.opencv_imgcodecs.imdecode(
                        new Mat(deep), org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED)) {
            int stored = raw.ptr(8, 8).get(5) & 255; // upper byte of the last channel, which is red
            assertThat((double) (decoder.decode(deep).ptr(8, 8).get(0) & 255)).isCloseTo(stored, within(1.0));
        }
    }

    @Test
    void saysWhyAnImageCannotBeRead() {
        byte[] jpeg = Images.encoded(".jpg", 200, 150, CV_8UC3, 1);
        byte[] png = Images.encoded(".png", 200, 150, CV_8UC3, 1);
        refused(new byte[0], "the file is empty");
        refused("hello, world".getBytes(StandardCharsets.UTF_8), "not an image: the content is neither JPEG");
        refused("P6 30000 30000 255 ".getBytes(StandardCharsets.UTF_8), "not an image: the content is neither JPEG");
        refused(Arrays.copyOf(jpeg, 40), "damaged or truncated JPEG: no size in its header");
        refused(Arrays.copyOf(jpeg, jpeg.length * 6 / 10), "damaged or truncated JPEG");
        refused(Arrays.copyOf(png, png.length / 2), "damaged or truncated PNG");
    }

    /** The header alone says 30000×30000: refused before the decoder could allocate 2.7 GB. */
    @Test
    void bombsAreRefusedByTheirHeader() {
        byte[] jpeg = Images.encoded(".jpg", 64, 64, CV_8UC3, 1);
        int frame = 0;
        while ((jpeg[frame] & 255) != 0xFF || (jpeg[frame + 1] & 255) != 0xC0) {
            frame++;
        }
        for (int at : new int[] {frame + 5, frame + 7}) {
            jpeg[at] = (byte) (30000 >> 8);
            jpeg[at + 1] = (byte) (30000 & 255);
        }
        long before = Pointer.physicalBytes();
        refused(jpeg, "JPEG of 30000x30000 pixels, more than the 67,108,864 accepted");
        assertThat(Pointer.physicalBytes() - before).isLessThan(100L << 20);
    }

    @Test
    void noTruncationCrashesOrLeavesTheDecoderUnusable() throws UnreadableImageException {
        try (ImageDecoder decoder = new ImageDecoder()) {
            for (String extension : new String[] {".png", ".bmp", ".gif", ".tiff", ".webp"}) {
                byte[] whole = Images.encoded(extension, 16, 12, CV_8UC3, 1);
                for (int length = 0; length < whole.length; length += 7) {
                    try {
                        Mat image = decoder.decode(Arrays.copyOf(whole, length));
                        assertThat(image.type()).isEqualTo(CV_8UC3);
                    } catch (UnreadableImageException e) {
                        assertThat(e).hasMessageMatching("[^\\n]{10,120}");
                    }
                }
                assertThat(decoder.decode(whole).cols()).isEqualTo(16);
            }
        }
    }

    @Test
    void noPointerOutlivesAnImage() throws UnreadableImageException {
        byte[] small = Images.encoded(".jpg", 32, 32, CV_8UC3, 1);
        byte[] large = Images.encoded(".png", 300, 200, CV_8UC3, 1);
        try (ImageDecoder decoder = new ImageDecoder()) {
            decoder.decode(large);
            long before = Pointer.totalCount();
            for (int i = 0; i < 100; i++) {
                decoder.decode(i % 2 == 0 ? small : large);
            }
            assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
        }
    }

    private static void refused(byte[] encoded, String reason) {
        try (ImageDecoder decoder = new ImageDecoder()) {
            assertThatExceptionOfType(UnreadableImageException.class)
                    .isThrownBy(() -> decoder.decode(encoded))
                    .withMessageStartingWith(reason);
        }
    }
}
