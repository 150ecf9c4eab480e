package org.swav4j.data;

import static org.bytedeco.opencv.global.opencv_core.CV_16UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_RST_INTERVAL;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR_444;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_PNG_BILEVEL;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_TIFF_COMPRESSION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_WEBP_QUALITY;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Small whole images of every kind that the decoders tell apart, by name: what fuzzing begins with. */
final class HostileCorpus {
    private static final int WIDTH = 61;
    private static final int HEIGHT = 45;

    private HostileCorpus() {}

    static Map<String, byte[]> images() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        jpegs(all);
        pngs(all);
        webps(all);
        tiffs(all);
        all.put("gif", encoded(".gif", CV_8UC3));
        all.put("animated gif", animatedGif());
        all.put("bmp", encoded(".bmp", CV_8UC3));
        all.put("palette bmp", written("bmp", palette(), null, false));
        all.put("rle bmp", written("bmp", palette(), "BI_RLE8", false));
        return all;
    }

    private static void jpegs(Map<String, byte[]> all) {
        byte[] plain = encoded(".jpg", CV_8UC3);
        all.put("jpeg", plain);
        all.put("grey jpeg", encoded(".jpg", CV_8UC1));
        all.put("progressive jpeg", encoded(".jpg", CV_8UC3, IMWRITE_JPEG_PROGRESSIVE, 1));
        all.put("grey progressive jpeg", encoded(".jpg", CV_8UC1, IMWRITE_JPEG_PROGRESSIVE, 1));
        all.put("jpeg with restarts", encoded(".jpg", CV_8UC3, IMWRITE_JPEG_RST_INTERVAL, 3));
        all.put("4:4:4 jpeg", encoded(".jpg", CV_8UC3, IMWRITE_JPEG_SAMPLING_FACTOR, IMWRITE_JPEG_SAMPLING_FACTOR_444));
        all.put("cmyk jpeg", cmyk());
        byte[] exif = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0};
        byte[] withExif = segment(plain, 0xE1, join("Exif\0\0".getBytes(StandardCharsets.US_ASCII), exif));
        all.put("jpeg with exif", withExif);
        byte[] profile = join("ICC_PROFILE\0\1\1".getBytes(StandardCharsets.US_ASCII), new byte[300]);
        all.put("jpeg with icc and comment", segment(segment(plain, 0xE2, profile), 0xFE, new byte[40]));
    }

    private static void pngs(Map<String, byte[]> all) {
        byte[] plain = encoded(".png", CV_8UC3);
        all.put("png", plain);
        all.put("grey png", encoded(".png", CV_8UC1));
        all.put("1-bit png", encoded(".png", CV_8UC1, IMWRITE_PNG_BILEVEL, 1));
        all.put("png with alpha", encoded(".png", CV_8UC4));
        all.put("16-bit png", encoded(".png", CV_16UC3));
        all.put("palette png", written("png", palette(), null, false));
        all.put("interlaced png", written("png", rgb(), null, true));
        byte[] text = "Comment\0a few words about it".getBytes(StandardCharsets.US_ASCII);
        byte[] icc = join("profile\0\0".getBytes(StandardCharsets.US_ASCII), deflated(new byte[400]));
        byte[] described = chunk(chunk(plain, "tEXt", text), "iCCP", icc);
        all.put("png with text and profile", chunk(described, "gAMA", new byte[] {0, 0, (byte) 0xB1, (byte) 0x8F}));
        byte[] frame = ByteBuffer.allocate(26)
                .putInt(0)
                .putInt(WIDTH)
                .putInt(HEIGHT)
                .putInt(0)
                .putInt(0)
                .putShort((short) 1)
                .putShort((short) 10)
                .array();
        all.put("animated png", chunk(chunk(plain, "fcTL", frame), "acTL", new byte[] {0, 0, 0, 2, 0, 0, 0, 0}));
    }

    private static void webps(Map<String, byte[]> all) {
        byte[] lossy = encoded(".webp", CV_8UC3, IMWRITE_WEBP_QUALITY, 80);
        all.put("webp", lossy);
        all.put("lossless webp", encoded(".webp", CV_8UC3, IMWRITE_WEBP_QUALITY, 101));
        all.put("webp with alpha", encoded(".webp", CV_8UC4, IMWRITE_WEBP_QUALITY, 60));
        all.put("lossless webp with alpha", encoded(".webp", CV_8UC4, IMWRITE_WEBP_QUALITY, 101));
        all.put("animated webp", animatedWebp(lossy));
    }

    private static void tiffs(Map<String, byte[]> all) {
        int[] schemes = {1, 5, 8, 32773};
        for (int scheme : schemes) {
            all.put("tiff, compression " + scheme, encoded(".tiff", CV_8UC3, IMWRITE_TIFF_COMPRESSION, scheme));
        }
        all.put("16-bit tiff", encoded(".tiff", CV_16UC3));
        all.put("grey tiff", encoded(".tiff", CV_8UC1));
        all.put("tiff with alpha", encoded(".tiff", CV_8UC4));
        all.put("palette tiff", written("tiff", palette(), "Deflate", false));
        all.put("jpeg in tiff", written("tiff", rgb(), "JPEG", false));
        all.put("fax tiff", written("tiff", bilevel(), "CCITT T.6", false));
        all.put("tiff of two pages", sequence("tiff", 2));
        all.put("tiled tiff", TiffFile.tiled(WIDTH, HEIGHT, 16, ByteOrder.LITTLE_ENDIAN));
        all.put("big-endian tiled tiff", TiffFile.tiled(WIDTH, HEIGHT, 32, ByteOrder.BIG_ENDIAN));
    }

    private static byte[] encoded(String extension, int type, int... parameters) {
        return Images.encoded(extension, WIDTH, HEIGHT, type, 5, parameters);
    }

    private static BufferedImage rgb() {
        return painted(BufferedImage.TYPE_3BYTE_BGR);
    }

    private static BufferedImage palette() {
        return painted(BufferedImage.TYPE_BYTE_INDEXED);
    }

    private static BufferedImage bilevel() {
        return painted(BufferedImage.TYPE_BYTE_BINARY);
    }

    private static BufferedImage painted(int type) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, type);
        Random random = new Random(9);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                image.setRGB(x, y, (x * 4) << 16 | (y * 5) << 8 | random.nextInt(64));
            }
        }
        return image;
    }

    private static byte[] cmyk() {
        Raster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, WIDTH, HEIGHT, 4, null);
        return written("jpeg", new IIOImage(inks, null, null), null, false);
    }

    private static byte[] written(String format, BufferedImage image, String compression, boolean interlaced) {
        return written(format, new IIOImage(image, null, null), compression, interlaced);
    }

    private static byte[] written(String format, IIOImage image, String compression, boolean interlaced) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam how = writer.getDefaultWriteParam();
            if (compression != null) {
                how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                how.setCompressionType(compression);
            }
            if (interlaced) {
                how.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.setOutput(out);
            writer.write(null, image, how);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static byte[] animatedGif() {
        return sequence("gif", 3);
    }

    private static byte[] sequence(String format, int pictures) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < pictures; i++) {
                writer.writeToSequence(new IIOImage(palette(), null, null), null);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** Two frames, both the still image {@code lossy}, in the container's extended form. */
    private static byte[] animatedWebp(byte[] lossy) {
        int picture = lossy.length - 12;
        int frame = 16 + picture;
        ByteBuffer out = ByteBuffer.allocate(12 + 18 + 14 + 2 * (8 + frame)).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(out.capacity() - 8);
        out.put("WEBPVP8X".getBytes(StandardCharsets.US_ASCII)).putInt(10).putInt(2);
        out.put(u24(WIDTH - 1)).put(u24(HEIGHT - 1));
        out.put("ANIM".getBytes(StandardCharsets.US_ASCII)).putInt(6).putInt(0).putShort((short) 0);
        for (int i = 0; i < 2; i++) {
            out.put("ANMF".getBytes(StandardCharsets.US_ASCII)).putInt(frame);
            out.put(u24(0))
                    .put(u24(0))
                    .put(u24(WIDTH - 1))
                    .put(u24(HEIGHT - 1))
                    .put(u24(40))
                    .put((byte) 0);
            out.put(lossy, 12, picture);
        }
        return out.array();
    }

    private static byte[] u24(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16)};
    }

    /** The JPEG with one more marker segment after its start. */
    static byte[] segment(byte[] jpeg, int marker, byte[] content) {
        ByteBuffer out = ByteBuffer.allocate(jpeg.length + 4 + content.length);
        out.put(jpeg, 0, 2).put((byte) 0xFF).put((byte) marker).putShort((short) (2 + content.length));
        return out.put(content).put(jpeg, 2, jpeg.length - 2).array();
    }

    /** The PNG with one more chunk after its IHDR. */
    static byte[] chunk(byte[] png, String type, byte[] content) {
        int afterHeader = 33;
        byte[] named = join(type.getBytes(StandardCharsets.US_ASCII), content);
        CRC32 crc = new CRC32();
        crc.update(named);
        ByteBuffer out = ByteBuffer.allocate(png.length + 8 + named.length);
        out.put(png, 0, afterHeader).putInt(content.length).put(named).putInt((int) crc.getValue());
        return out.put(png, afterHeader, png.length - afterHeader).array();
    }

    static byte[] deflated(byte[] content) {
        Deflater deflater = new Deflater(9);
        deflater.setInput(content);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] some = new byte[1 << 16];
        while (!deflater.finished()) {
            out.write(some, 0, deflater.deflate(some));
        }
        deflater.end();
        return out.toByteArray();
    }

    static byte[] join(byte[] a, byte[] b) {
        return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
    }
}
