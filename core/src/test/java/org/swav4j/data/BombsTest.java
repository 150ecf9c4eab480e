package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Small files that ask for much: refused, or decoded within bounds. Without the limits each takes seconds to minutes, or gigabytes. */
@Timeout(20)
class BombsTest {
    private static final long MEGABYTE = 1 << 20;

    /** Refinement scans that say nothing, 120 bytes each: libjpeg visits all coefficients for every one of them. */
    @Test
    void aProgressiveJpegOfManyScansIsRefused() throws UnreadableImageException {
        byte[] bomb = progressive(8184, 1000);
        assertThat(bomb).hasSizeLessThan(300_000);
        refused(bomb, "JPEG of 1,001 scans of 8184x8184 pixels each, more than the 1,073,741,824 pixels accepted");
        assertThat(JpegScans.count(progressive(64, 1000))).isEqualTo(1001);
        decoded(progressive(64, 1000));
    }

    /** What an encoder writes is accepted at every size: ten scans, as libjpeg makes them. */
    @Test
    void scansOfOrdinaryJpegsAreCounted() {
        Map<String, byte[]> images = HostileCorpus.images();
        assertThat(JpegScans.count(images.get("jpeg"))).isEqualTo(1);
        assertThat(JpegScans.count(images.get("grey jpeg"))).isEqualTo(1);
        assertThat(JpegScans.count(images.get("jpeg with restarts"))).isEqualTo(1);
        assertThat(JpegScans.count(images.get("progressive jpeg"))).isEqualTo(10);
        assertThat(10 * ImageDecoder.MAX_PIXELS).isLessThan(Admission.MAX_SCANNED_PIXELS);
    }

    /** A segment that claims to reach over the scans does not hide them: libjpeg would meet them all the same. */
    @Test
    void scansBehindALyingLengthAreCounted() {
        byte[] jpeg = progressive(64, 50);
        int second = 0;
        for (int scans = 0; scans < 2; second++) {
            scans += (jpeg[second] & 255) == 0xFF && (jpeg[second + 1] & 255) == 0xDA ? 1 : 0;
        }
        byte[] lie = {-1, (byte) 0xFE, -1, -1};
        ByteBuffer out = ByteBuffer.allocate(jpeg.length + lie.length).put(jpeg, 0, second - 1);
        out.put(lie).put(jpeg, second - 1, jpeg.length - second + 1);
        assertThat(JpegScans.count(out.array())).isEqualTo(51);
    }

    /** Text, profile and frames that inflate to hundreds of megabytes never reach libpng; the picture does. */
    @Test
    void compressedMetadataOfAPngAreLeftOut() throws UnreadableImageException {
        byte[] plain = HostileCorpus.images().get("png");
        byte[] expected = decoded(plain);
        byte[] content = HostileCorpus.join(new byte[] {'a', 0, 0}, HostileCorpus.deflated(new byte[256 << 20]));
        byte[] bomb = plain;
        for (String type : new String[] {"zTXt", "iCCP", "zTXt"}) {
            bomb = HostileCorpus.chunk(bomb, type, content);
        }
        long before = Pointer.physicalBytes();
        assertThat(decoded(bomb)).isEqualTo(expected);
        assertThat(Pointer.physicalBytes() - before).isLessThan(64 * MEGABYTE);
        assertThat(decoded(HostileCorpus.images().get("png with text and profile")))
                .isEqualTo(expected);
        assertThat(decoded(HostileCorpus.images().get("animated png"))).isEqualTo(expected);
    }

    /** OpenCV 4.13 spends half a minute on 164 bytes whose chunk claims 3.7 GB. */
    @Test
    void aPngChunkLongerThanTheFileIsRefused() {
        byte[] png = HostileCorpus.images().get("png").clone();
        int afterHeader = 33;
        ByteBuffer.wrap(png).putInt(afterHeader, 0xDFEF0000);
        refused(png, "damaged or truncated PNG: it ends within a chunk");
        ByteBuffer.wrap(png).putInt(afterHeader, 0x7FFFFFFF);
        refused(png, "damaged or truncated PNG: it ends within a chunk");
    }

    @Test
    void aPngThatItsChecksumsGiveAwayIsRefused() {
        byte[] png = HostileCorpus.images().get("png").clone();
        png[60] ^= 1;
        refused(png, "damaged PNG: the checksum of its IDAT chunk is wrong");
    }

    /** 64×64 pixels in a tile of 8192×8192: OpenCV would allocate 256 MB for it. */
    @Test
    void aTiffsTilesAreNoLargerThanItsImage() throws UnreadableImageException {
        for (int tile : new int[] {8192, 65536, Integer.MAX_VALUE}) {
            TiffFile lies = new TiffFile(64, 64)
                    .with(TiffFile.TILE_WIDTH, tile)
                    .with(TiffFile.TILE_LENGTH, tile)
                    .with(324, 8)
                    .with(325, 1000);
            refused(lies.written(ByteOrder.LITTLE_ENDIAN, 1000), "TIFF of 64x64 pixels in tiles far larger");
        }
        decoded(TiffFile.tiled(61, 45, 512, ByteOrder.LITTLE_ENDIAN));
    }

    /** libtiff takes the first of two widths; which one a header check takes must not matter. */
    @Test
    void aTiffWithTwoWidthsIsRefused() {
        byte[] tiff = new TiffFile(64, 64).with(0x1000, 8).written(ByteOrder.BIG_ENDIAN, 64 * 64 * 3);
        int last = 10 + 12 * 7;
        ByteBuffer.wrap(tiff).putShort(last, (short) 256);
        refused(tiff, "damaged or truncated TIFF: no size in its header");
    }

    @Test
    void aGifOfTooManyPixelsIsRefused() {
        byte[] gif = HostileCorpus.images().get("gif").clone();
        for (int at : new int[] {6, 8}) {
            gif[at] = 0;
            gif[at + 1] = 0x20;
        }
        refused(gif, "GIF of 8192x8192 pixels, more than the 16,777,216 accepted");
    }

    /** A huge file leaves its buffer behind only until the next one. */
    @Test
    void scratchShrinksAfterAHugeImage() throws UnreadableImageException {
        byte[] huge = Images.encoded(".bmp", 4000, 3000, CV_8UC3, 1);
        byte[] small = HostileCorpus.images().get("jpeg");
        try (ImageDecoder decoder = new ImageDecoder()) {
            decoder.decode(small);
            long before = Pointer.totalBytes();
            decoder.decode(huge);
            assertThat(Pointer.totalBytes() - before).isGreaterThan(30 * MEGABYTE);
            decoder.decode(small);
            assertThat(Pointer.totalBytes() - before).isLessThan(MEGABYTE);
        }
    }

    /** A grey picture without content: one scan for the means, then refinements of all other coefficients. */
    private static byte[] progressive(int side, int refinements) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int blocks = (side / 8) * (side / 8);
        out.writeBytes(new byte[] {-1, (byte) 0xD8});
        int[] quantisation = new int[65];
        Arrays.fill(quantisation, 1, 65, 1);
        segment(out, 0xDB, quantisation);
        segment(out, 0xC2, 8, side >> 8, side & 255, side >> 8, side & 255, 1, 1, 0x11, 0);
        int[] codes = new int[18]; // one code of one bit: no difference; a run of 16384 blocks without coefficients
        codes[1] = 1;
        segment(out, 0xC4, codes);
        codes[0] = 0x10;
        codes[17] = 0xE0;
        segment(out, 0xC4, codes);
        segment(out, 0xDA, 1, 1, 0, 0, 0, 0);
        out.writeBytes(new byte[blocks / 8 + 1]);
        for (int i = 0; i < refinements; i++) {
            segment(out, 0xDA, 1, 1, 0, 1, 63, 0x10);
            out.writeBytes(new byte[(blocks / 16384 + 1) * 15 / 8 + 2]);
        }
        out.writeBytes(new byte[] {-1, (byte) 0xD9});
        return out.toByteArray();
    }

    private static void segment(ByteArrayOutputStream out, int marker, int... content) {
        out.write(0xFF);
        out.write(marker);
        out.write(content.length + 2 >> 8);
        out.write(content.length + 2);
        for (int value : content) {
            out.write(value);
        }
    }

    private static byte[] decoded(byte[] encoded) throws UnreadableImageException {
        try (ImageDecoder decoder = new ImageDecoder()) {
            Mat image = decoder.decode(encoded);
            byte[] pixels = new byte[(int) (image.total() * 3)];
            image.data().get(pixels);
            return pixels;
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
