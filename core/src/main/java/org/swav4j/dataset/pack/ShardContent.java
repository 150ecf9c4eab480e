package org.swav4j.dataset.pack;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.swav4j.format.Sha256;

/**
 * What is in a shard, as it was written or as it is read back.
 *
 * @param bytes of the file
 * @param sha256 of the file, hex
 * @param images in order
 */
record ShardContent(long bytes, String sha256, List<PackedImage> images) {
    private static final String LABEL = ".cls";

    ShardContent {
        images = List.copyOf(images);
    }

    /**
     * Reads a whole shard as a tar that it did not write.
     *
     * @throws IOException if it cannot be read or is no whole shard; the message says what is wrong, without its name
     */
    static ShardContent read(Path shard) throws IOException {
        long length = Files.size(shard);
        List<PackedImage> images = new ArrayList<>();
        try (Measured measured = new Measured(new BufferedInputStream(Files.newInputStream(shard), 1 << 16))) {
            // closing it closes the stream below it
            @SuppressWarnings("resource")
            TarArchiveInputStream tar = new TarArchiveInputStream(measured, StandardCharsets.UTF_8.name());
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                add(images, entry, tar, measured.count, length);
            }
            measured.skipNBytes(length - measured.count);
            return new ShardContent(length, measured.digest.hex(), images);
        } catch (IllegalArgumentException e) {
            throw new IOException("not a tar: " + e.getMessage(), e);
        }
    }

    private static void add(
            List<PackedImage> images, TarArchiveEntry entry, TarArchiveInputStream tar, long offset, long length)
            throws IOException {
        String name = entry.getName();
        if (!entry.isCheckSumOK()) {
            throw new IOException("the header of " + name + " is damaged");
        }
        if (!entry.isFile() || entry.getSize() > length - offset || entry.getSize() > Integer.MAX_VALUE - 8) {
            throw new IOException(name + " is no entry of a shard");
        }
        byte[] content = tar.readNBytes((int) entry.getSize());
        if (content.length < entry.getSize()) {
            throw new IOException(name + " ends early");
        }
        if (name.endsWith(LABEL)) {
            label(images, name, content);
            return;
        }
        CRC32 crc = new CRC32();
        crc.update(content);
        images.add(new PackedImage(name, offset, content.length, -1, crc.getValue()));
    }

    private static void label(List<PackedImage> images, String name, byte[] content) throws IOException {
        String key = name.substring(0, name.length() - LABEL.length());
        PackedImage image = images.isEmpty() ? null : images.get(images.size() - 1);
        if (image == null || image.label() >= 0 || !image.name().startsWith(key + ".")) {
            throw new IOException(name + " does not follow its image");
        }
        String text = new String(content, StandardCharsets.US_ASCII);
        if (!text.matches("\\d{1,9}")) {
            throw new IOException(name + " is no label: '" + text + "'");
        }
        PackedImage labelled =
                new PackedImage(image.name(), image.offset(), image.bytes(), Integer.parseInt(text), image.crc());
        images.set(images.size() - 1, labelled);
    }

    /** Where what was read back is not this, in words; null when it is the same. */
    String difference(ShardContent found) {
        if (equals(found)) {
            return null;
        }
        if (bytes != found.bytes) {
            return "has " + found.bytes + " bytes instead of " + bytes;
        }
        int shared = Math.min(images.size(), found.images.size());
        for (int i = 0; i < shared; i++) {
            if (!images.get(i).equals(found.images.get(i))) {
                return "has " + found.images.get(i) + " instead of " + images.get(i);
            }
        }
        return images.size() == found.images.size()
                ? "has other bytes than were written (SHA-256)"
                : "has " + found.images.size() + " images instead of " + images.size();
    }

    /** Counts and digests what passes. */
    private static final class Measured extends FilterInputStream {
        private final Sha256 digest = new Sha256();
        private long count;

        Measured(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = super.read(bytes, offset, length);
            if (n > 0) {
                digest.add(bytes, offset, n);
                count += n;
            }
            return n;
        }

        /** By reading: what is skipped must be digested too. */
        @Override
        public long skip(long n) throws IOException {
            byte[] skipped = new byte[(int) Math.min(Math.max(n, 0), 1 << 13)];
            return Math.max(0, read(skipped, 0, skipped.length));
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
