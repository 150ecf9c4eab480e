package org.swav4j.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The entries of a tar archive, from its headers alone: ustar (POSIX.1-1988), pax (POSIX.1-2001) and GNU. What headers claim
 * is checked before it is believed, and nothing is ever written anywhere.
 *
 * <p>Hand-written because the data's offsets are needed, and because an archive must not decide how much memory is taken:
 * here, a megabyte at most.
 */
final class TarReader {
    private static final int BLOCK = 512;

    /** Long names and pax records; real ones take less than a kilobyte. */
    private static final int MAX_EXTENSION_BYTES = 1 << 20;

    private static final long MAX_SIZE = 1L << 60;

    /**
     * One entry.
     *
     * @param name as the archive has it
     * @param type the type flag, {@code '0'} for every kind of plain file
     * @param offset where the data begins
     * @param size the data's length as the header claims it; 0 or more
     */
    record Entry(String name, char type, long offset, long size) {
        boolean file() {
            return type == '0';
        }

        boolean directory() {
            return type == '5';
        }
    }

    private final ShardStream in;
    private long nextHeader;
    private boolean endMarked;

    TarReader(ShardStream in) {
        this.in = in;
    }

    /** Begins at a header in the middle of an archive. */
    static TarReader at(ShardStream in, long header) {
        TarReader reader = new TarReader(in);
        reader.nextHeader = header;
        return reader;
    }

    /** Whether the archive was ended by an empty block, as every complete one is. */
    boolean endMarked() {
        return endMarked;
    }

    /**
     * The next entry, whose data the stream then stands before; null after the last.
     *
     * @throws DamagedShardException if what follows is no entry; there is no way on after that
     */
    Entry next() throws IOException {
        String longName = null;
        String paxName = null;
        long paxSize = -1;
        boolean sparse = false;
        while (true) {
            byte[] header = header();
            if (header == null) {
                return null;
            }
            char type = (char) (header[156] & 255);
            long size = number(header, 124, 12);
            switch (type) {
                case 'L' -> {
                    byte[] name = extension(size);
                    longName = text(name, 0, name.length);
                }
                case 'K', 'g' -> extension(size);
                case 'x', 'X' -> {
                    Pax pax = Pax.parse(extension(size));
                    paxName = pax.name;
                    paxSize = pax.size;
                    sparse = pax.sparse;
                }
                default -> {
                    String name = paxName != null ? paxName : longName != null ? longName : name(header);
                    return entry(header, name, type, paxSize >= 0 ? paxSize : size, sparse);
                }
            }
        }
    }

    private Entry entry(byte[] header, String name, char type, long claimed, boolean sparse) throws IOException {
        boolean plain = type == '0' || type == 0 || type == '7';
        char kind = type;
        if (plain) {
            kind = name.endsWith("/") ? '5' : sparse ? 'S' : '0';
        }
        // links, devices and directories have no data, whatever their size says
        long size = "123456".indexOf(type) >= 0 ? 0 : claimed;
        if (type == 'S') {
            skipSparseMap(header);
        }
        long offset = in.position();
        nextHeader = offset + padded(size);
        return new Entry(name, kind, offset, size);
    }

    /** The next header with a valid checksum, or null at the end. */
    private byte[] header() throws IOException {
        boolean first = nextHeader == 0;
        if (!in.compressed() && nextHeader >= in.end()) {
            return null;
        }
        in.skipTo(nextHeader);
        byte[] header = in.read(BLOCK);
        if (header.length == 0) {
            return null;
        }
        if (header.length < BLOCK) {
            throw first
                    ? new DamagedShardException("not a tar archive")
                    : new DamagedShardException(
                            String.format(Locale.ROOT, "cut off within the header at byte %,d", nextHeader));
        }
        if (empty(header)) {
            endMarked = true;
            return null;
        }
        if (!checksumFits(header)) {
            throw first
                    ? new DamagedShardException("not a tar archive")
                    : new DamagedShardException(
                            String.format(Locale.ROOT, "the header at byte %,d is damaged", nextHeader));
        }
        nextHeader += BLOCK;
        return header;
    }

    /** The data of an entry that describes the one after it. */
    private byte[] extension(long size) throws IOException {
        if (size > MAX_EXTENSION_BYTES) {
            throw new DamagedShardException(String.format(
                    Locale.ROOT,
                    "the name or attributes before byte %,d claim %,d bytes, more than the %,d accepted",
                    nextHeader,
                    size,
                    MAX_EXTENSION_BYTES));
        }
        byte[] bytes = in.read((int) size);
        if (bytes.length < size) {
            throw new DamagedShardException(
                    String.format(Locale.ROOT, "cut off within the name or attributes at byte %,d", nextHeader));
        }
        nextHeader += padded(size);
        return bytes;
    }

    private void skipSparseMap(byte[] header) throws IOException {
        boolean more = header[482] != 0;
        while (more) {
            byte[] map = in.read(BLOCK);
            more = map.length == BLOCK && map[504] != 0;
        }
    }

    private static long padded(long size) {
        return (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    private static boolean empty(byte[] header) {
        for (byte b : header) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Some old programs added the bytes up as signed ones. */
    private boolean checksumFits(byte[] header) {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            byte b = i >= 148 && i < 156 ? (byte) ' ' : header[i];
            unsigned += b & 255;
            signed += b;
        }
        long stated = octal(header, 148, 8);
        return stated == unsigned || stated == signed;
    }

    private long number(byte[] header, int offset, int length) throws DamagedShardException {
        long value = (header[offset] & 0x80) == 0 ? octal(header, offset, length) : binary(header, offset, length);
        if (value < 0 || value > MAX_SIZE) {
            throw new DamagedShardException(
                    String.format(Locale.ROOT, "the header before byte %,d claims no valid size", nextHeader));
        }
        return value;
    }

    /** Octal digits between spaces and zero bytes; -1 if it is anything else, 0 if there is nothing. */
    private static long octal(byte[] header, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end && header[at] == ' ') {
            at++;
        }
        long value = 0;
        while (at < end && header[at] >= '0' && header[at] <= '7') {
            value = value * 8 + header[at++] - '0';
        }
        while (at < end && (header[at] == ' ' || header[at] == 0)) {
            at++;
        }
        return at == end ? value : -1;
    }

    /** GNU's form for large numbers: big-endian two's complement, the first bit set as a mark. */
    private static long binary(byte[] header, int offset, int length) {
        if ((header[offset] & 0x7F) != 0) {
            return -1;
        }
        long value = 0;
        for (int i = offset + 1; i < offset + length; i++) {
            if (value > MAX_SIZE) {
                return -1;
            }
            value = value << 8 | header[i] & 255;
        }
        return value;
    }

    private static String name(byte[] header) {
        String name = text(header, 0, 100);
        // GNU archives keep other things where POSIX keeps the prefix
        boolean posix = text(header, 257, 6).equals("ustar") && header[262] == 0;
        String prefix = posix ? text(header, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + '/' + name;
    }

    private static String text(byte[] bytes, int offset, int length) {
        int end = offset;
        while (end < offset + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, offset, end - offset, StandardCharsets.UTF_8);
    }

    /** Of the records {@code "length key=value\n"} those that matter. */
    private static final class Pax {
        private String name;
        private long size = -1;
        private boolean sparse;

        static Pax parse(byte[] bytes) throws DamagedShardException {
            Pax pax = new Pax();
            int at = 0;
            while (at < bytes.length && bytes[at] != 0) {
                int space = at;
                int length = 0;
                while (space < bytes.length && bytes[space] >= '0' && bytes[space] <= '9' && space - at < 8) {
                    length = length * 10 + bytes[space++] - '0';
                }
                int end = at + length;
                if (space == at || space >= bytes.length || bytes[space] != ' ' || end <= space || end > bytes.length) {
                    throw new DamagedShardException("an entry's pax attributes are damaged");
                }
                String record = text(bytes, space + 1, end - space - 2);
                int equals = record.indexOf('=');
                if (equals > 0) {
                    pax.take(record.substring(0, equals), record.substring(equals + 1));
                }
                at = end;
            }
            return pax;
        }

        private void take(String key, String value) throws DamagedShardException {
            if (key.equals("path")) {
                name = value;
            } else if (key.startsWith("GNU.sparse.")) {
                sparse = true;
            } else if (key.equals("size")) {
                if (!value.matches("[0-9]{1,18}") || Long.parseLong(value) > MAX_SIZE) {
                    throw new DamagedShardException("an entry's pax attributes claim no valid size");
                }
                size = Long.parseLong(value);
            }
        }
    }
}
