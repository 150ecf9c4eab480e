package org.swav4j.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void writesTheSameBytesAsHuggingFace() throws IOException {
        Map<String, TensorBytes> tensors = new LinkedHashMap<>();
        tensors.put("s", TensorBytes.ofLongs(new long[] {7}));
        tensors.put("b", TensorBytes.ofFloats(new float[] {1.5f, -2}, 2));
        tensors.put("a", TensorBytes.ofBytes(new byte[] {1, 2, 3}, 3, 1));
        Path file = folder.resolve("a.safetensors");

        Safetensors.write(file, tensors, Map.of("format", "pt"));

        // safetensors 0.8.0: save({"b": float32, "a": uint8, "s": int64}, metadata={"format": "pt"})
        String header = "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"s\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]},"
                + "\"a\":{\"dtype\":\"U8\",\"shape\":[3,1],\"data_offsets\":[16,19]}}      ";
        String expected = "c800000000000000"
                + HexFormat.of().formatHex(header.getBytes(StandardCharsets.US_ASCII))
                + "0700000000000000"
                + "0000c03f000000c0"
                + "010203";
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(file))).isEqualTo(expected);
    }

    @Test
    void readsBackEveryTypeInTheOrderGivenAndAligned() throws IOException {
        Map<String, TensorBytes> tensors = new LinkedHashMap<>();
        byte[] random = new byte[48];
        new java.util.Random(3).nextBytes(random);
        List<DType> narrowFirst = Arrays.asList(DType.values());
        Collections.reverse(narrowFirst);
        for (DType dtype : narrowFirst) {
            int elements = 3;
            ByteBuffer bytes = ByteBuffer.wrap(random, 5, elements * dtype.bytes());
            tensors.put("größe." + dtype + "\n\"", new TensorBytes(dtype, new long[] {1, elements}, bytes));
        }
        tensors.put("empty", TensorBytes.ofFloats(new float[0], 4, 0, 3));
        tensors.put("", TensorBytes.ofDoubles(new double[] {Math.PI}));
        Path file = folder.resolve("all.safetensors");

        Safetensors.write(file, tensors, Map.of());
        Safetensors.File read = Safetensors.read(file);

        assertThat(read.names()).containsExactlyElementsOf(tensors.keySet());
        assertThat(read.metadata()).isEmpty();
        for (String name : read.names()) {
            TensorBytes tensor = read.get(name);
            assertThat(tensor.dtype()).isEqualTo(tensors.get(name).dtype());
            assertThat(tensor.shape()).isEqualTo(tensors.get(name).shape());
            assertThat(tensor.toBytes()).isEqualTo(tensors.get(name).toBytes());
            assertThat(tensor.data().isDirect()).isTrue();
            assertThat(tensor.data().alignmentOffset(0, tensor.dtype().bytes())).isZero();
        }
    }

    @Test
    void readsUnalignedTensorsIntoAlignedMemory() throws IOException {
        Path file = folder.resolve("unaligned.safetensors");
        String json = "{\"u\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}";
        Files.write(file, SafetensorsHostileTest.file(json, new byte[] {9, 0, 0, (byte) 0x80, 0x3f}));

        TensorBytes tensor = Safetensors.read(file).get("f");

        assertThat(tensor.toFloats()).containsExactly(1f);
        assertThat(tensor.data().alignmentOffset(0, 4)).isZero();
    }

    @Test
    void keepsMetadataInOrder() throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", "line one\nline two");
        metadata.put("a", "");
        Path file = folder.resolve("meta.safetensors");

        Safetensors.write(file, Map.of(), metadata);

        assertThat(Safetensors.read(file).names()).isEmpty();
        assertThat(Safetensors.read(file).metadata()).containsExactlyEntriesOf(metadata);
    }

    @Test
    void readsAHundredThousandTensors() throws IOException {
        Map<String, TensorBytes> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 100_000; i++) {
            tensors.put("layer" + i + ".weight", TensorBytes.ofFloats(new float[] {i}));
        }
        Path file = folder.resolve("many.safetensors");

        Safetensors.write(file, tensors, Map.of());
        Safetensors.File read = Safetensors.read(file);

        assertThat(read.names()).hasSize(100_000);
        for (int i = 0; i < 100_000; i++) {
            // more tensors than a process may have maps
            assertThat(read.get("layer" + i + ".weight").data().getFloat()).isEqualTo(i);
        }
    }

    @Test
    void writesMoreThanTwoGibibytes() throws IOException {
        TensorBytes large = sparseTensor(3L << 28);
        Map<String, TensorBytes> tensors = new LinkedHashMap<>();
        tensors.put("a", large);
        tensors.put("b", large);
        tensors.put("c", large);
        tensors.put("d", TensorBytes.ofLongs(new long[] {1, 2}, 2));
        Discarding channel = new Discarding();

        Safetensors.write(channel, tensors, Map.of());

        String header = new String(channel.head, 8, (int) channel.headerBytes(), StandardCharsets.UTF_8);
        assertThat(channel.written).isEqualTo(8 + channel.headerBytes() + 3 * (3L << 28) + 16);
        assertThat(header)
                .contains("\"d\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]}")
                .contains("\"c\":{\"dtype\":\"U8\",\"shape\":[805306368],\"data_offsets\":[1610612752,2415919120]}");
    }

    @Test
    void readsFilesOverTwoGibibytesAndRefusesATensorOverTwo() throws IOException {
        long huge = 5L << 29;
        long end = huge + (3L << 29) + 8;
        String json = String.format(
                "{\"huge\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                        + "\"large\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]},"
                        + "\"last\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[%d,%d]}}",
                huge, huge, 3L << 29, huge, end - 8, end - 8, end);
        Path file = folder.resolve("large.safetensors");
        Files.write(file, SafetensorsHostileTest.file(json, new byte[0]));
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(sparse.length() + end);
            sparse.seek(sparse.length() - 9);
            sparse.write(new byte[] {77, 5, 0, 0, 0, 0, 0, 0, 0});
        }

        Safetensors.File read = Safetensors.read(file);

        assertThat(read.get("last").toLongs()).containsExactly(5);
        assertThat(read.get("large").elements()).isEqualTo(3L << 29);
        assertThat(read.get("large").data().get((3 << 29) - 1)).isEqualTo((byte) 77);
        assertThatThrownBy(() -> read.get("huge"))
                .isInstanceOf(FormatException.class)
                .hasMessage(file + ": tensor 'huge' takes 2684354560 bytes; at most 2147483647 can be read at once");
    }

    @Test
    void replacesAnOldFileOnlyWhenTheNewOneIsComplete() throws IOException {
        Path file = folder.resolve("keep.safetensors");
        Safetensors.write(file, Map.of("a", TensorBytes.ofBytes(new byte[] {1}, 1)), Map.of());

        assertThatThrownBy(() ->
                        Safetensors.write(file, Map.of("__metadata__", TensorBytes.ofBytes(new byte[1], 1)), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'__metadata__'");
        assertThatThrownBy(() ->
                        Safetensors.write(file, Map.of("\ud800", TensorBytes.ofBytes(new byte[1], 1)), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(Safetensors.read(file).get("a").toBytes()).containsExactly(1);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void namesTheTensorThatIsMissingAndTheFileThatChanged() throws IOException {
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, Map.of("a", TensorBytes.ofBytes(new byte[] {1}, 1)), Map.of());
        Safetensors.File read = Safetensors.read(file);

        assertThat(read.contains("a")).isTrue();
        assertThat(read.contains("b")).isFalse();
        assertThatThrownBy(() -> read.get("b"))
                .isInstanceOf(FormatException.class)
                .hasMessage(file + ": tensor 'b' is not in the file");
        Files.write(file, new byte[3]);
        assertThatThrownBy(() -> read.get("a"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("changed while in use");
    }

    private TensorBytes sparseTensor(long bytes) throws IOException {
        Path file = folder.resolve("sparse");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(bytes);
            return new TensorBytes(
                    DType.U8,
                    new long[] {bytes},
                    sparse.getChannel().map(java.nio.channels.FileChannel.MapMode.READ_ONLY, 0, bytes));
        }
    }

    /** Counts bytes and keeps the first ones, so that large writes cost no disk. */
    private static final class Discarding implements WritableByteChannel {
        private final byte[] head = new byte[1024];
        private long written;

        private long headerBytes() {
            return ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getLong();
        }

        @Override
        public int write(ByteBuffer bytes) {
            int count = bytes.remaining();
            if (written < head.length) {
                bytes.get(head, (int) written, (int) Math.min(count, head.length - written));
            }
            bytes.position(bytes.limit());
            written += count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
