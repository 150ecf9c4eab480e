package org.swav4j.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.jerolba.carpet.CarpetWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetVectorsTest {
    @TempDir
    private Path folder;

    /** A row as text: its texts and its vector. */
    private static List<String> rows(Path file) throws IOException {
        List<String> rows = new ArrayList<>();
        try (ParquetVectors table = ParquetVectors.open(file, "vector")) {
            List<String> texts = table.hasText("label") ? List.of("path", "label") : List.of("path");
            table.read(
                    texts,
                    (t, vector, length) -> rows.add(
                            String.join("|", Arrays.asList(t)) + Arrays.toString(Arrays.copyOf(vector, length))));
            assertThat(rows).hasSize((int) table.rows());
        }
        return rows;
    }

    /** Two row groups, a page boundary in neither. */
    private static byte[] written(DType dtype) throws IOException {
        ParquetTable table = new ParquetTable(List.of("path", "label?"), "vector", dtype, 2);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        WritableByteChannel channel = Channels.newChannel(bytes);
        channel.write(ByteBuffer.wrap(ParquetTable.head()));
        List<ParquetTable.RowGroup> groups = new ArrayList<>();
        for (int group = 0; group < 2; group++) {
            int rows = 3 - group;
            ByteBuffer values = ByteBuffer.allocate(rows * 2 * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            List<String> names = new ArrayList<>();
            List<String> labels = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                names.add("ü" + group + row);
                labels.add(row == 1 ? null : "cat");
                for (int i = 0; i < 2; i++) {
                    if (dtype == DType.F32) {
                        values.putFloat(group + row + i / 2f);
                    } else {
                        // 1, 1.5, ... as halves
                        values.putShort((short) (0x3C00 + (i << 9)));
                    }
                }
            }
            groups.add(table.append(channel, bytes.size(), List.of(names, labels), values.flip()));
        }
        channel.write(ByteBuffer.wrap(table.foot(groups, Map.of("k", "v"), "test")));
        return bytes.toByteArray();
    }

    @Test
    void whatIsWrittenHereIsReadBack() throws Exception {
        Path file = Files.write(folder.resolve("x"), written(DType.F32));
        assertThat(rows(file))
                .containsExactly(
                        "ü00|cat[0.0, 0.5]",
                        "ü01|null[1.0, 1.5]",
                        "ü02|cat[2.0, 2.5]",
                        "ü10|cat[1.0, 1.5]",
                        "ü11|null[2.0, 2.5]");
        try (ParquetVectors table = ParquetVectors.open(file, "vector")) {
            assertThat(table.about()).containsExactly(Map.entry("k", "v"));
        }
        Files.write(file, written(DType.F16));
        assertThat(rows(file)).hasSize(5).allMatch(row -> row.endsWith("[1.0, 1.5]"));
    }

    /** Rows as another program writes them: all fields may be lacking, levels have two bits. */
    public record Foreign(String path, String label, List<Float> vector) {}

    private Path foreign(boolean dictionary, List<Foreign> rows) throws IOException {
        Path file = folder.resolve("foreign");
        try (var out = Files.newOutputStream(file);
                CarpetWriter<Foreign> writer = new CarpetWriter.Builder<>(out, Foreign.class)
                        .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                        .withDictionaryEncoding(dictionary)
                        .build()) {
            for (Foreign row : rows) {
                writer.write(row);
            }
        }
        return file;
    }

    @Test
    void anIndependentWritersFileIsRead() throws Exception {
        List<Foreign> rows = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            List<Float> vector = List.of(i + 0.5f, -2f, 3f, (float) i, 1e-3f);
            rows.add(new Foreign("image " + i, i % 3 == 0 ? null : "l" + i, vector));
            expected.add("image " + i + "|" + (i % 3 == 0 ? null : "l" + i) + vector);
        }
        assertThat(rows(foreign(false, rows))).isEqualTo(expected);
    }

    @Test
    void whatIsNotReadIsNamed() throws Exception {
        Path file = foreign(true, Collections.nCopies(100, new Foreign("a", "b", List.of(1f))));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> rows(file))
                .withMessage(file + ": column 'path' has a dictionary, which is not read here; write it plain, without"
                        + " dictionary and compression, as 'swav embed' does");
        foreign(false, List.of(new Foreign("a", "b", List.of(1f)), new Foreign("c", "d", null)));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> rows(file))
                .withMessageStartingWith(file + ": ");
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> ParquetVectors.open(file, "numbers"))
                .withMessage(file + ": has no column 'numbers', but ['path', 'label', 'vector']");
    }

    @Test
    void cutOffAnywhereItIsRefused() throws Exception {
        byte[] whole = written(DType.F32);
        Path file = folder.resolve("cut");
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatExceptionOfType(FormatException.class)
                    .as("%d bytes", length)
                    .isThrownBy(() -> rows(file))
                    .withMessageStartingWith(file + ": ");
        }
    }

    /** Nothing but a {@link FormatException} comes of any changed byte, and no more memory is taken than the file explains. */
    @Test
    void aChangedByteIsReadOrRefused() throws Exception {
        byte[] whole = written(DType.F32);
        Path file = folder.resolve("changed");
        int refused = 0;
        boolean snappy = false;
        for (int at = 0; at < whole.length; at++) {
            for (int change : new int[] {1, 2, 0x80, 0xFF}) {
                byte[] changed = whole.clone();
                changed[at] ^= (byte) change;
                Files.write(file, changed);
                try {
                    rows(file);
                } catch (FormatException e) {
                    assertThat(e.getMessage()).startsWith(file + ": ").doesNotContain("\n");
                    refused++;
                    snappy |= e.getMessage().contains("is compressed by SNAPPY");
                }
            }
        }
        assertThat(refused).isGreaterThan(whole.length);
        assertThat(snappy).as("the codec's number was among the bytes").isTrue();
    }
}
