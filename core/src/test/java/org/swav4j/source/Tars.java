package org.swav4j.source;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Tar archives made for tests, in memory, by a library that the code under test does not use. */
public final class Tars {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    public Tars() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    public Tars file(String name, byte[] data) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(data.length);
        return entry(entry, data);
    }

    public Tars file(String name, String text) {
        return file(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** An entry without data, such as a link. */
    public Tars special(String name, byte type, String target) {
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        entry.setLinkName(target);
        return entry(entry, new byte[0]);
    }

    private Tars entry(TarArchiveEntry entry, byte[] data) {
        try {
            tar.putArchiveEntry(entry);
            tar.write(data);
            tar.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public byte[] bytes() {
        try {
            tar.close();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** An archive that Python's tarfile wrote the way webdataset's TarWriter uses it. */
    static byte[] python(String format) throws IOException {
        try (InputStream in = Tars.class.getResourceAsStream("webdataset-" + format + ".b64")) {
            byte[] gzip = Base64.getMimeDecoder().decode(in.readAllBytes());
            return new GZIPInputStream(new ByteArrayInputStream(gzip)).readAllBytes();
        }
    }

    /** Replaces a part of the header at {@code header} and makes its checksum fit again. */
    static byte[] patched(byte[] tar, int header, int offset, byte[] part) {
        byte[] changed = tar.clone();
        System.arraycopy(part, 0, changed, header + offset, part.length);
        Arrays.fill(changed, header + 148, header + 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += changed[header + i] & 255;
        }
        byte[] octal = String.format("%06o\0", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(octal, 0, changed, header + 148, octal.length);
        return changed;
    }

    /** A size as an archive states it: octal, or binary if it is too large for that. */
    static byte[] size(long size) {
        if (size >= 0 && size < 1L << 33) {
            return String.format("%011o\0", size).getBytes(StandardCharsets.US_ASCII);
        }
        byte[] binary = ByteBuffer.allocate(12)
                .putInt(size < 0 ? -1 : 0x80000000)
                .putLong(size)
                .array();
        return binary;
    }
}
