package org.swav4j.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.swav4j.data.HeaderBytes.EndOfHeader;

/**
 * Which format encoded bytes are in and the size they claim. Every read is bounds-checked through {@link HeaderBytes}, so hostile
 * bytes can only yield "unknown" or a wrong size, never an exception or an endless loop.
 */
public record ImageHeader(Format format, Optional<ImageSize> size) {

    /** The formats accepted. */
    public enum Format {
        /** By its start-of-image marker. */
        JPEG("JPEG"),
        /** By its eight-byte signature. */
        PNG("PNG"),
        /** 87a and 89a. */
        GIF("GIF"),
        /** Windows and OS/2 bitmaps. */
        BMP("BMP"),
        /** Lossy, lossless and extended. */
        WEBP("WebP"),
        /** Classic and BigTIFF, both byte orders. */
        TIFF("TIFF");

        private final String display;

        Format(String display) {
            this.display = display;
        }

        /** The name for people, such as {@code WebP}. */
        public String display() {
            return display;
        }
    }

    /** Recognises the format by its signature; empty when it is none of the six. */
    public static Optional<ImageHeader> of(byte[] encoded) {
        Format format = format(encoded);
        if (format == null) {
            return Optional.empty();
        }
        HeaderBytes bytes = new HeaderBytes(encoded, format == Format.JPEG || format == Format.PNG);
        Optional<ImageSize> size;
        try {
            size = switch (format) {
                case JPEG -> jpeg(bytes);
                case PNG -> sized(bytes.u32(16), bytes.u32(20));
                case GIF -> sized(bytes.u16(6), bytes.u16(8));
                case BMP -> bmp(bytes);
                case WEBP -> webp(bytes);
                case TIFF -> tiff(encoded);
            };
        } catch (EndOfHeader e) {
            size = Optional.empty();
        }
        return Optional.of(new ImageHeader(format, size));
    }

    private static Format format(byte[] b) {
        if (b.length >= 3 && (b[0] & 255) == 0xFF && (b[1] & 255) == 0xD8 && (b[2] & 255) == 0xFF) {
            return Format.JPEG;
        }
        if (startsWith(b, 0, "\u0089PNG\r\n\u001a\n")) {
            return Format.PNG;
        }
        if (startsWith(b, 0, "GIF87a") || startsWith(b, 0, "GIF89a")) {
            return Format.GIF;
        }
        if (startsWith(b, 0, "RIFF") && startsWith(b, 8, "WEBP")) {
            return Format.WEBP;
        }
        if (startsWith(b, 0, "II*\0")
                || startsWith(b, 0, "MM\0*")
                || startsWith(b, 0, "II+\0")
                || startsWith(b, 0, "MM\0+")) {
            return Format.TIFF;
        }
        return startsWith(b, 0, "BM") ? Format.BMP : null;
    }

    private static boolean startsWith(byte[] bytes, int offset, String latin1) {
        byte[] wanted = latin1.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < offset + wanted.length) {
            return false;
        }
        return Arrays.equals(bytes, offset, offset + wanted.length, wanted, 0, wanted.length);
    }

    /** Walks the marker segments to the first frame header (SOFn); the compressed data that follow are never looked at. */
    private static Optional<ImageSize> jpeg(HeaderBytes b) throws EndOfHeader {
        long at = 2;
        while (true) {
            while (b.u8(at) != 0xFF) {
                at++;
            }
            while (b.u8(at) == 0xFF) {
                at++;
            }
            int marker = b.u8(at++);
            boolean standsAlone = marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8);
            if (standsAlone) {
                continue;
            }
            boolean startOfScanOrEnd = marker == 0xDA || marker == 0xD9;
            if (startOfScanOrEnd) {
                return Optional.empty();
            }
            boolean frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
            if (frame) {
                return sized(b.u16(at + 5), b.u16(at + 3));
            }
            long length = b.u16(at);
            if (length < 2) {
                return Optional.empty();
            }
            at += length;
        }
    }

    private static Optional<ImageSize> bmp(HeaderBytes b) throws EndOfHeader {
        boolean os2CoreHeader = b.u32(14) == 12;
        if (os2CoreHeader) {
            return sized(b.u16(18), b.u16(20));
        }
        int width = (int) b.u32(18);
        int height = (int) b.u32(22);
        // a negative height means rows from the top down
        return sized(width, Math.abs((long) height));
    }

    private static Optional<ImageSize> webp(HeaderBytes b) throws EndOfHeader {
        long chunk = b.u32(12);
        if (chunk == fourCc("VP8 ")) {
            boolean startCode = b.u8(23) == 0x9D && b.u8(24) == 0x01 && b.u8(25) == 0x2A;
            return startCode ? sized(b.u16(26) & 0x3FFF, b.u16(28) & 0x3FFF) : Optional.empty();
        }
        if (chunk == fourCc("VP8L")) {
            long bits = b.u32(21);
            return b.u8(20) == 0x2F ? sized((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1) : Optional.empty();
        }
        if (chunk == fourCc("VP8X")) {
            return sized((b.u32(24) & 0xFFFFFF) + 1, (b.u16(27) | b.u8(29) << 16) + 1L);
        }
        return Optional.empty();
    }

    private static long fourCc(String latin1) {
        return latin1.charAt(0)
                | (long) latin1.charAt(1) << 8
                | (long) latin1.charAt(2) << 16
                | (long) latin1.charAt(3) << 24;
    }

    private static Optional<ImageSize> tiff(byte[] encoded) throws EndOfHeader {
        TiffDirectory directory = TiffDirectory.first(encoded);
        return sized(directory.width(), directory.height());
    }

    private static Optional<ImageSize> sized(long width, long height) {
        if (width < 1 || height < 1) {
            return Optional.empty();
        }
        return Optional.of(
                new ImageSize((int) Math.min(width, Integer.MAX_VALUE), (int) Math.min(height, Integer.MAX_VALUE)));
    }
}
