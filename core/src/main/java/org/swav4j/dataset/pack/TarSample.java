package org.swav4j.dataset.pack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * The blocks of one image in a tar: its entry {@code key.extension} and, when it has a label, {@code key.cls} with the
 * label as decimal text. A tar is its samples' blocks one after the other, so a sample's bytes depend on nothing but its
 * own content.
 */
final class TarSample {
    static final int BLOCK = 512;
    /** A tar's length is a multiple of this, and it ends with at least two blocks of zeros. */
    static final int RECORD = 20 * BLOCK;

    private final byte[] blocks;
    private final PackedImage image;
    private final long sourceBytes;
    private final boolean resized;

    private TarSample(byte[] blocks, PackedImage image, long sourceBytes, boolean resized) {
        this.blocks = blocks;
        this.image = image;
        this.sourceBytes = sourceBytes;
        this.resized = resized;
    }

    /** @param label -1: none */
    static TarSample of(String key, String extension, byte[] encoded, int label, long sourceBytes, boolean resized) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length + 8 * BLOCK);
        String name = key + "." + extension;
        int offset;
        // closing would write the end of an archive
        @SuppressWarnings("resource")
        TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, BLOCK, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        try {
            tar.putArchiveEntry(entry(name, encoded.length));
            offset = bytes.size();
            tar.write(encoded);
            tar.closeArchiveEntry();
            if (label >= 0) {
                byte[] text = Integer.toString(label).getBytes(StandardCharsets.US_ASCII);
                tar.putArchiveEntry(entry(key + ".cls", text.length));
                tar.write(text);
                tar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
        CRC32 crc = new CRC32();
        crc.update(encoded);
        PackedImage image = new PackedImage(name, offset, encoded.length, label, crc.getValue());
        return new TarSample(bytes.toByteArray(), image, sourceBytes, resized);
    }

    /** Nothing in it tells who packed when: owner 0, time 0, mode 0644. */
    private static TarArchiveEntry entry(String name, long size) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(size);
        entry.setMode(0644);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        entry.setNames("", "");
        return entry;
    }

    /** The length of a tar whose samples have so many bytes. */
    static long tarBytes(long sampleBytes) {
        return (sampleBytes + 2 * BLOCK + RECORD - 1) / RECORD * RECORD;
    }

    /** A whole number of blocks; not to be changed. */
    byte[] blocks() {
        return blocks;
    }

    int length() {
        return blocks.length;
    }

    /** With its offset in this sample's blocks. */
    PackedImage image() {
        return image;
    }

    /** How many bytes the source gave for it. */
    long sourceBytes() {
        return sourceBytes;
    }

    boolean resized() {
        return resized;
    }
}
