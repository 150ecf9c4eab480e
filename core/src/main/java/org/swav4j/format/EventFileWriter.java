package org.swav4j.format;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A TensorBoard event file of scalars, named {@code events.out.tfevents.<unix seconds>.<host>}. A sequence of TFRecords,
 * each a protobuf {@code Event}; numbers little-endian, checksums masked CRC-32C:
 *
 * <pre>
 * record   8 length | 4 checksum of the length | length bytes of Event | 4 checksum of these
 * Event    1 wall_time double, seconds since 1970 | 2 step int64 | 3 file_version "brain.Event:2" (first record only)
 *          | 5 summary { 1 value { 1 tag, 2 simple_value float } } | 7 session_log { 1 status: 1 = START }
 * </pre>
 *
 * Not safe for use by several threads.
 */
public final class EventFileWriter implements Closeable {
    static final String FILE_VERSION = "brain.Event:2";

    private final Path file;
    private final OutputStream out;
    private final InstantSource clock;

    private EventFileWriter(Path file, InstantSource clock) throws IOException {
        this.file = file;
        this.clock = clock;
        this.out = new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    /** Starts a new file in an existing directory. */
    public static EventFileWriter create(Path directory) throws IOException {
        return create(directory, InstantSource.system(), HostName.current());
    }

    static EventFileWriter create(Path directory, InstantSource clock, String host) throws IOException {
        String name = "events.out.tfevents." + clock.instant().getEpochSecond() + "." + host;
        EventFileWriter writer = createNew(directory, name, clock);
        try {
            writer.record(writer.event(0).string(3, FILE_VERSION));
            writer.flush();
        } catch (Throwable failure) {
            try {
                writer.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            Files.deleteIfExists(writer.file);
            throw failure;
        }
        return writer;
    }

    /** Two files of one second must not overwrite each other; readers sort by name, so the suffix keeps their order. */
    private static EventFileWriter createNew(Path directory, String name, InstantSource clock) throws IOException {
        Path file = directory.resolve(name);
        for (int suffix = 1; ; suffix++) {
            try {
                return new EventFileWriter(file, clock);
            } catch (FileAlreadyExistsException e) {
                file = directory.resolve(name + "." + suffix);
            }
        }
    }

    /** The file being written. */
    public Path file() {
        return file;
    }

    /** Appends one value; TensorBoard keeps single precision. Not a number and infinities are allowed. */
    public void scalar(String tag, long step, double value) throws IOException {
        ProtobufWriter summary = new ProtobufWriter()
                .message(1, new ProtobufWriter().string(1, tag).fixed32(2, (float) value));
        record(event(step).message(5, summary));
    }

    /** Tells TensorBoard that a run goes on here: values of this step and later from older files no longer count. */
    public void restartAt(long step) throws IOException {
        record(event(step).message(7, new ProtobufWriter().varint(1, 1)));
    }

    /** Makes everything written so far visible to readers. */
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private ProtobufWriter event(long step) {
        Instant now = clock.instant();
        double seconds = now.getEpochSecond() + now.getNano() / 1e9;
        ProtobufWriter event = new ProtobufWriter().fixed64(1, seconds);
        // protobuf leaves defaults out
        return step == 0 ? event : event.varint(2, step);
    }

    private void record(ProtobufWriter event) throws IOException {
        byte[] data = event.toBytes();
        ByteBuffer record = ByteBuffer.allocate(16 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(MaskedCrc.of(record.array(), 0, Long.BYTES));
        record.put(data);
        record.putInt(MaskedCrc.of(data, 0, data.length));
        out.write(record.array());
    }
}
