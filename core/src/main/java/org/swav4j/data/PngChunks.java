package org.swav4j.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG that its pixels depend on. Everything else (text, colour profiles, further frames of an animation) never
 * reaches the native decoder, and neither does a chunk whose checksum or length is wrong: a length beyond the file's end keeps
 * OpenCV 4.13 busy for half a minute, and a compressed text may grow a thousandfold.
 */
final class PngChunks {
    private static final int SIGNATURE = 8;
    private static final int AROUND = 12; // length and type before a chunk's content, checksum after it
    private static final Set<String> ESSENTIAL = Set.of("IHDR", "PLTE", "tRNS", "IDAT", "IEND");

    private PngChunks() {}

    /**
     * The PNG with its essential chunks only; the same array if it has no others.
     *
     * @throws UnreadableImageException if it is cut off, or damaged by its own checksums
     */
    static byte[] essential(byte[] png) throws UnreadableImageException {
        ByteBuffer in = ByteBuffer.wrap(png);
        int kept = SIGNATURE;
        int at = SIGNATURE;
        String type = "";
        while (!type.equals("IEND")) {
            int before = at;
            if (png.length - at < AROUND || in.getInt(at) < 0 || in.getInt(at) > png.length - at - AROUND) {
                throw new UnreadableImageException("damaged or truncated PNG: it ends within a chunk");
            }
            int length = in.getInt(at);
            type = new String(png, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (before == SIGNATURE && !(type.equals("IHDR") && length == 13)) {
                throw new UnreadableImageException("damaged PNG: it does not begin with its header");
            }
            at += AROUND + length;
            boolean droppable = (type.charAt(0) & 0x20) != 0;
            if (ESSENTIAL.contains(type)) {
                CRC32 crc = new CRC32();
                crc.update(png, before + 4, 4 + length);
                if (in.getInt(at - 4) != (int) crc.getValue()) {
                    throw new UnreadableImageException("damaged PNG: the checksum of its " + type + " chunk is wrong");
                }
                kept += AROUND + length;
            } else if (!droppable) {
                throw new UnreadableImageException("damaged PNG: it has an unknown kind of chunk");
            }
        }
        return kept == png.length ? png : only(png, kept);
    }

    private static byte[] only(byte[] png, int length) {
        ByteBuffer in = ByteBuffer.wrap(png);
        ByteBuffer out = ByteBuffer.allocate(length).put(png, 0, SIGNATURE);
        for (int at = SIGNATURE; out.hasRemaining(); ) {
            int whole = AROUND + in.getInt(at);
            if (ESSENTIAL.contains(new String(png, at + 4, 4, StandardCharsets.ISO_8859_1))) {
                out.put(png, at, whole);
            }
            at += whole;
        }
        return out.array();
    }
}
