package org.swav4j.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000, 500_000_000));

    @TempDir
    Path folder;

    @Test
    void masksTheChecksum() {
        // the published check value of CRC-32C is e3069283 for "123456789"; rotated right by 15 it is 2507c60d
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(MaskedCrc.of(digits, 0, digits.length)).isEqualTo(0x2507c60d + 0xa282ead8);
        // the length field of a record of 24 bytes, as in the first record of every file of TensorFlow's
        assertThat(MaskedCrc.of(new byte[] {24, 0, 0, 0, 0, 0, 0, 0}, 0, 8)).isEqualTo(0x224b7fa3);
    }

    @Test
    void writesTheSameBytesAsTensorBoard() throws IOException {
        EventFileWriter writer = EventFileWriter.create(folder, CLOCK, "host");
        writer.scalar("loss", 300, 1.5);
        writer.restartAt(7);
        writer.close();

        assertThat(writer.file()).isEqualTo(folder.resolve("events.out.tfevents.1700000000.host"));
        // written with tensorboard 2.21's RecordWriter from the same three events
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(writer.file())))
                .isEqualTo("1800000000000000" + "a37f4b22" // 24 bytes
                        + "0900002040fc54d941" + "1a0d627261696e2e4576656e743a32" // wall_time, file_version
                        + "2b353110" // checksum
                        + "1b00000000000000" + "1a0d9e13" // 27 bytes
                        + "0900002040fc54d941" + "10ac02" // wall_time, step 300
                        + "2a0d" + "0a0b" + "0a046c6f7373" + "150000c03f" // summary, value, tag loss, 1.5
                        + "edfb8f15"
                        + "0f00000000000000" + "6d532b09" // 15 bytes
                        + "0900002040fc54d941" + "1007" + "3a020801" // wall_time, step 7, session_log START
                        + "9beb06a7");
    }

    @Test
    void readsBackWhatWasWritten() throws IOException {
        try (EventFileWriter writer = EventFileWriter.create(folder, CLOCK, "host")) {
            writer.scalar("loss", 0, 2.5);
            writer.scalar("lr/größe", 1L << 40, Double.NaN);
            writer.scalar("x", -1, Double.NEGATIVE_INFINITY);
            writer.restartAt(9);
            writer.flush();

            assertThat(EventFileReader.read(writer.file()))
                    .containsExactly(
                            event(0, Optional.of("brain.Event:2"), List.of(), false),
                            event(0, Optional.empty(), List.of(new EventFileReader.Scalar("loss", 2.5f)), false),
                            event(
                                    1L << 40,
                                    Optional.empty(),
                                    List.of(new EventFileReader.Scalar("lr/größe", Float.NaN)),
                                    false),
                            event(
                                    -1,
                                    Optional.empty(),
                                    List.of(new EventFileReader.Scalar("x", Float.NEGATIVE_INFINITY)),
                                    false),
                            event(9, Optional.empty(), List.of(), true));
        }
    }

    @Test
    void twoFilesOfOneSecondStandSideBySideInOrder() throws IOException {
        try (EventFileWriter first = EventFileWriter.create(folder, CLOCK, "host");
                EventFileWriter second = EventFileWriter.create(folder, CLOCK, "host")) {
            assertThat(first.file().getFileName().toString())
                    .isLessThan(second.file().getFileName().toString());
            assertThat(EventFileReader.read(first.file())).hasSize(1);
        }
    }

    @Test
    void namesItselfAfterTheHost() throws IOException {
        try (EventFileWriter writer = EventFileWriter.create(folder)) {
            assertThat(writer.file().getFileName().toString()).matches("events\\.out\\.tfevents\\.\\d+\\.[\\w.-]+");
        }
    }

    @Test
    void leavesOutARecordThatIsCutOff() throws IOException {
        byte[] bytes = threeRecords();
        int last = 16 + 24 + 16 + 27;
        for (int length = last; length < bytes.length; length++) {
            Path file = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, length));
            assertThat(EventFileReader.read(file)).hasSize(2);
        }
    }

    @Test
    void namesTheRecordWhoseChecksumIsWrong() throws IOException {
        byte[] bytes = threeRecords();
        bytes[16 + 24 + 12] ^= 1;
        Path file = Files.write(folder.resolve("damaged"), bytes);
        assertThatThrownBy(() -> EventFileReader.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(file + ": record at byte 40: checksum of the data must be ");
    }

    /** With a right checksum a record's bytes can still be anything. */
    @Test
    void mutatedMessagesAreRefusedOrRead() throws IOException {
        byte[] bytes = threeRecords();
        byte[] message = Arrays.copyOfRange(bytes, 40 + 12, 40 + 12 + 27);
        Random random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 500; round++) {
            byte[] mutated = message.clone();
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            Path file = Files.write(folder.resolve("mutated" + round), record(mutated, mutated.length));
            try {
                assertThat(EventFileReader.read(file)).hasSize(1);
            } catch (FormatException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(50, 499);
    }

    @Test
    void refusesALengthOverTheCap() throws IOException {
        for (long length : new long[] {-1, Long.MAX_VALUE, (64 << 20) + 1}) {
            Path file = Files.write(folder.resolve("long"), record(new byte[4], length));
            assertThatThrownBy(() -> EventFileReader.read(file))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("length must be 0 to 67108864, found " + Long.toUnsignedString(length));
        }
    }

    private byte[] threeRecords() throws IOException {
        try (EventFileWriter writer = EventFileWriter.create(folder, CLOCK, "three")) {
            writer.scalar("loss", 300, 1.5);
            writer.scalar("loss", 301, 1.25);
            writer.flush();
            return Files.readAllBytes(writer.file());
        }
    }

    private static byte[] record(byte[] data, long claimed) {
        ByteBuffer record = ByteBuffer.allocate(16 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(claimed);
        record.putInt(MaskedCrc.of(record.array(), 0, 8));
        return record.put(data).putInt(MaskedCrc.of(data, 0, data.length)).array();
    }

    private static EventFileReader.Event event(
            long step, Optional<String> version, List<EventFileReader.Scalar> scalars, boolean restart) {
        return new EventFileReader.Event(1_700_000_000.5, step, version, scalars, restart);
    }
}
