package org.swav4j.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/** Damages encoded images. The damage is a pure function of its number, so a number is enough to see it again. */
final class Mutator {
    private static final int[] EXTREMES = {0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, -1
    };
    private static final int HEADER = 400;

    private final List<byte[]> images;

    Mutator(List<byte[]> images) {
        this.images = List.copyOf(images);
    }

    byte[] mutation(long number) {
        SplittableRandom random = new SplittableRandom(number);
        byte[] bytes = images.get(random.nextInt(images.size())).clone();
        int changes = 1 + random.nextInt(1 + random.nextInt(8));
        for (int i = 0; i < changes && bytes.length > 1; i++) {
            bytes = change(bytes, random);
        }
        // behind its checksums a PNG's damage never reaches the decoder
        return random.nextInt(4) > 0 ? withChecksums(bytes) : bytes;
    }

    private byte[] change(byte[] bytes, SplittableRandom random) {
        int at = anywhere(bytes, random);
        switch (random.nextInt(11)) {
            case 0, 1:
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                return bytes;
            case 2, 3:
                bytes[at] = (byte) random.nextInt();
                return bytes;
            case 4, 5, 6:
                return extreme(bytes, at, random);
            case 7:
                return Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 8:
                return moved(bytes, random);
            case 9:
                int end = at + random.nextInt(bytes.length - at);
                return joined(bytes, 0, random.nextBoolean() ? at : end, bytes, random.nextBoolean() ? at : end);
            default:
                byte[] other = images.get(random.nextInt(images.size()));
                return joined(bytes, 0, at, other, random.nextInt(other.length));
        }
    }

    /** Half of all damage falls on the first few hundred bytes, where sizes and offsets stand. */
    private static int anywhere(byte[] bytes, SplittableRandom random) {
        return random.nextInt(random.nextBoolean() ? Math.min(HEADER, bytes.length) : bytes.length);
    }

    /** An integer of one, two or four bytes becomes one at the limits, in either order of bytes. */
    private static byte[] extreme(byte[] bytes, int at, SplittableRandom random) {
        int value = EXTREMES[random.nextInt(EXTREMES.length)] + random.nextInt(-1, 2);
        int width = Math.min(1 << random.nextInt(3), bytes.length - at);
        boolean bigEndian = random.nextBoolean();
        for (int i = 0; i < width; i++) {
            bytes[at + i] = (byte) (value >> 8 * (bigEndian ? width - 1 - i : i));
        }
        return bytes;
    }

    /** A piece is cut out and put in elsewhere: segments and chunks change their order. */
    private static byte[] moved(byte[] bytes, SplittableRandom random) {
        int from = anywhere(bytes, random);
        int length = random.nextInt(Math.min(200, bytes.length - from) + 1);
        byte[] piece = Arrays.copyOfRange(bytes, from, from + length);
        byte[] rest = joined(bytes, 0, from, bytes, from + length);
        if (rest.length == 0) {
            return bytes;
        }
        int to = anywhere(rest, random);
        return joined(joined(rest, 0, to, piece, 0), 0, to + length, rest, to);
    }

    private static byte[] joined(byte[] head, int from, int to, byte[] tail, int tailFrom) {
        return ByteBuffer.allocate(to - from + tail.length - tailFrom)
                .put(head, from, to - from)
                .put(tail, tailFrom, tail.length - tailFrom)
                .array();
    }

    private static byte[] withChecksums(byte[] bytes) {
        if (bytes.length < 8 || !new String(bytes, 1, 3, StandardCharsets.ISO_8859_1).equals("PNG")) {
            return bytes;
        }
        ByteBuffer png = ByteBuffer.wrap(bytes);
        for (long at = 8; at + 12 <= bytes.length; ) {
            long length = png.getInt((int) at) & 0xFFFFFFFFL;
            if (at + 12 + length > bytes.length) {
                break;
            }
            CRC32 crc = new CRC32();
            crc.update(bytes, (int) at + 4, (int) length + 4);
            png.putInt((int) (at + 8 + length), (int) crc.getValue());
            at += 12 + length;
        }
        return bytes;
    }
}
