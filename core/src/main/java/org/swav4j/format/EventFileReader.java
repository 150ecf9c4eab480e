package org.swav4j.format;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads TensorBoard event files; see {@link EventFileWriter} for the bytes. Fields other than those are skipped. */
public final class EventFileReader {
    private static final int HEAD_BYTES = Long.BYTES + Integer.BYTES;
    private static final int MAX_RECORD_BYTES = 64 << 20;

    private EventFileReader() {}

    /**
     * One record.
     *
     * @param wallTime seconds since 1970
     * @param fileVersion present in a file's first record
     * @param scalars the summary's simple values; empty for other records
     * @param restart whether older values from this step on are void, see {@link EventFileWriter#restartAt}
     */
    public record Event(
            double wallTime, long step, Optional<String> fileVersion, List<Scalar> scalars, boolean restart) {}

    /** A value under its name. */
    public record Scalar(String tag, float value) {}

    /**
     * All records in the file's order. A last record that is cut off is left out: the writer may still be at it.
     *
     * @throws FormatException when a checksum is wrong, a record is over 64 MiB or is not an event
     */
    public static List<Event> read(Path file) throws IOException {
        List<Event> events = new ArrayList<>();
        long position = 0;
        long size = Files.size(file);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            while (size - position >= HEAD_BYTES) {
                byte[] head = in.readNBytes(HEAD_BYTES);
                if (head.length < HEAD_BYTES) {
                    break;
                }
                ByteBuffer numbers = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
                long length = numbers.getLong();
                checkCrc(file, position, "length", numbers.getInt(), MaskedCrc.of(head, 0, Long.BYTES));
                if (length < 0 || length > MAX_RECORD_BYTES) {
                    throw new FormatException(
                            file,
                            "record at byte " + position + ": length must be 0 to " + MAX_RECORD_BYTES + ", found "
                                    + Long.toUnsignedString(length));
                }
                if (length + Integer.BYTES > size - position - HEAD_BYTES) {
                    break;
                }
                byte[] data = in.readNBytes((int) length);
                byte[] crc = in.readNBytes(Integer.BYTES);
                if (data.length < length || crc.length < Integer.BYTES) {
                    break;
                }
                int stored = ByteBuffer.wrap(crc).order(ByteOrder.LITTLE_ENDIAN).getInt();
                checkCrc(file, position, "data", stored, MaskedCrc.of(data, 0, data.length));
                try {
                    events.add(event(new ProtobufReader(ByteBuffer.wrap(data))));
                } catch (ProtobufReader.Malformed e) {
                    throw new FormatException(
                            file, "record at byte " + position + " is not an event: " + e.getMessage(), e);
                }
                position += HEAD_BYTES + length + Integer.BYTES;
            }
        }
        return events;
    }

    private static void checkCrc(Path file, long position, String what, int stored, int computed)
            throws FormatException {
        if (stored != computed) {
            throw new FormatException(
                    file,
                    String.format(
                            "record at byte %d: checksum of the %s must be %08x, found %08x",
                            position, what, computed, stored));
        }
    }

    private static Event event(ProtobufReader message) throws ProtobufReader.Malformed {
        double wallTime = 0;
        long step = 0;
        Optional<String> version = Optional.empty();
        List<Scalar> scalars = List.of();
        boolean restart = false;
        while (message.next()) {
            if (message.is(1, ProtobufWriter.FIXED64)) {
                wallTime = message.fixed64();
            } else if (message.is(2, ProtobufWriter.VARINT)) {
                step = message.varint();
            } else if (message.is(3, ProtobufWriter.BYTES)) {
                version = Optional.of(message.string());
            } else if (message.is(5, ProtobufWriter.BYTES)) {
                scalars = summary(new ProtobufReader(message.bytes()));
            } else if (message.is(7, ProtobufWriter.BYTES)) {
                restart = startsSession(new ProtobufReader(message.bytes()));
            } else {
                message.skip();
            }
        }
        return new Event(wallTime, step, version, scalars, restart);
    }

    private static List<Scalar> summary(ProtobufReader message) throws ProtobufReader.Malformed {
        List<Scalar> scalars = new ArrayList<>();
        while (message.next()) {
            if (message.is(1, ProtobufWriter.BYTES)) {
                scalar(new ProtobufReader(message.bytes())).ifPresent(scalars::add);
            } else {
                message.skip();
            }
        }
        return List.copyOf(scalars);
    }

    private static Optional<Scalar> scalar(ProtobufReader message) throws ProtobufReader.Malformed {
        String tag = "";
        Float value = null;
        while (message.next()) {
            if (message.is(1, ProtobufWriter.BYTES)) {
                tag = message.string();
            } else if (message.is(2, ProtobufWriter.FIXED32)) {
                value = message.fixed32();
            } else {
                message.skip();
            }
        }
        return value == null ? Optional.empty() : Optional.of(new Scalar(tag, value));
    }

    private static boolean startsSession(ProtobufReader message) throws ProtobufReader.Malformed {
        boolean start = false;
        while (message.next()) {
            if (message.is(1, ProtobufWriter.VARINT)) {
                start = message.varint() == 1;
            } else {
                message.skip();
            }
        }
        return start;
    }
}
