package org.swav4j.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.swav4j.data.DataException;

/**
 * The images in a zip archive, read where they lie, as an {@link ImageFolder} of the unpacked archive would have them: the
 * same names, order, classes and fingerprint. A single folder at the top that everything lies in is left out of the names.
 *
 * <p>Only the archive's table of contents is read when it is opened. Each read opens the archive anew and holds no lock, so
 * threads unpack side by side and nothing is to be closed. Entries that are encrypted, compressed otherwise than by
 * deflate, or not where they are said to be, stay in the index and fail when they are read, by a message of their own.
 */
public final class ZipImages extends IndexedImages {
    private static final int LOCAL = 0x04034b50;

    /** Mostly enough for a local header's name and extra fields, so that header and content are one read. */
    private static final int HEADER_GUESS = 512;

    private final Path archive;
    private final ZipEntries entries;

    private ZipImages(Path archive, ImageIndex index, ZipEntries entries, String description) {
        super(index, description);
        this.archive = archive;
        this.entries = entries;
    }

    /**
     * Reads the table of contents.
     *
     * @throws DataException if the archive is missing, no zip, damaged, or holds no image that can be read
     */
    public static ZipImages open(Path archive) {
        return open(archive, "");
    }

    /**
     * The images below one folder of the archive, named relative to it.
     *
     * @param folder such as {@code train} or {@code a/b}, with or without the archive's single top folder; empty: all
     * @throws DataException as {@link #open(Path)}, and if there is no image in that folder
     */
    public static ZipImages open(Path archive, String folder) {
        if (!Files.isRegularFile(archive)) {
            throw new DataException(archive + (Files.exists(archive) ? ": is no file" : ": no such file"));
        }
        ZipDirectory directory = ZipDirectory.read(archive);
        ZipContents contents = ZipContents.of(archive, directory, prefix(folder));
        ImageIndex.Builder images = contents.images();
        if (images.count() == 0) {
            throw new DataException(archive + ": " + contents.insteadOfImages(folder));
        }
        ZipEntries found = contents.entries();
        if (found.readable() == 0) {
            throw new DataException(archive + ": none of its images can be read: " + found.problem(0));
        }
        int[] repeated = new int[1];
        int[] order = images.order((first, again) -> repeated[0]++);
        ImageIndex index = images.build(order);
        List<String> notes = new ArrayList<>();
        note(notes, contents.unsafe(), "entries with .. in their names left out");
        note(notes, repeated[0], "entries replaced by later ones of the same name");
        note(notes, images.count() - found.readable(), "that cannot be unpacked");
        Path place = folder.isEmpty() ? archive : archive.resolve(folder);
        String description = index.summary(place, "folder", "folders");
        if (!notes.isEmpty()) {
            description += " (" + String.join(", ", notes) + ")";
        }
        return new ZipImages(archive, index, found.sorted(order), description);
    }

    private static String prefix(String folder) {
        String name = ZipContents.clean(folder + "/");
        return name == null || name.isEmpty() ? "" : name + "/";
    }

    private static void note(List<String> notes, int count, String what) {
        if (count > 0) {
            notes.add(String.format(Locale.ROOT, "%,d %s", count, what));
        }
    }

    @Override
    public byte[] read(int index) throws IOException {
        String problem = entries.problem(index);
        if (problem != null) {
            throw new IOException(problem);
        }
        int compressed = entries.compressed(index);
        byte[] bytes;
        int at;
        try (SeekableByteChannel channel = Files.newByteChannel(archive)) {
            long offset = entries.offset(index);
            long there = Math.max(0, channel.size() - offset);
            bytes = new byte[(int) Math.min(there, (long) HEADER_GUESS + compressed)];
            int filled = ImageFiles.read(channel, offset, bytes);
            at = contentStart(bytes, filled);
            if (filled == bytes.length && filled < there && filled - at < compressed) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(there, (long) at + compressed));
                filled = ImageFiles.readOn(channel, bytes, filled);
            }
            if (filled - at < compressed) {
                throw new IOException("the archive ends within it; it was changed since it was opened");
            }
        }
        byte[] content = entries.deflated(index)
                ? inflate(bytes, at, compressed, entries.size(index))
                : Arrays.copyOfRange(bytes, at, at + compressed);
        CRC32 crc = new CRC32();
        crc.update(content);
        if ((int) crc.getValue() != entries.crc(index)) {
            throw new IOException("damaged in the archive: its checksum differs");
        }
        return content;
    }

    private static int contentStart(byte[] bytes, int filled) throws IOException {
        ByteBuffer header = ByteBuffer.wrap(bytes, 0, filled).order(ByteOrder.LITTLE_ENDIAN);
        if (filled < ZipEntries.LOCAL_BYTES || header.getInt(0) != LOCAL) {
            throw new IOException("damaged archive: there is no entry where its table of contents says");
        }
        return ZipEntries.LOCAL_BYTES
                + Short.toUnsignedInt(header.getShort(26))
                + Short.toUnsignedInt(header.getShort(28));
    }

    /** Unpacks exactly {@code size} bytes; more are never held. */
    private static byte[] inflate(byte[] bytes, int from, int length, int size) throws IOException {
        byte[] content = new byte[size];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(bytes, from, length);
            int filled = 0;
            while (filled < size) {
                int more = inflater.inflate(content, filled, size - filled);
                if (more == 0 && (inflater.finished() || inflater.needsInput() || inflater.needsDictionary())) {
                    throw new IOException(String.format(
                            Locale.ROOT, "damaged in the archive: %,d of %,d bytes unpack", filled, size));
                }
                filled += more;
            }
            // the end of the stream may yet have to be read
            if (!inflater.finished() && inflater.inflate(new byte[1]) > 0) {
                throw new IOException(
                        String.format(Locale.ROOT, "unpacks to more than the %,d bytes it is said to have", size));
            }
            return content;
        } catch (DataFormatException e) {
            throw new IOException("damaged in the archive: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }
}
