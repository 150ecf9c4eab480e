package org.swav4j.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpyFileTest {
    @TempDir
    Path folder;

    @Test
    void writesTheSameBytesAsNumpy() throws IOException {
        Path file = folder.resolve("a.npy");

        NpyFile.write(file, TensorBytes.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));

        // numpy 2.4: np.save of [[1, 2, 3], [4, 5, 6]] as '<f4'
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + " ".repeat(58) + "\n";
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(file)))
                .isEqualTo("934e554d505901007600"
                        + HexFormat.of().formatHex(header.getBytes(StandardCharsets.US_ASCII))
                        + "0000803f0000004000004040000080400000a0400000c040");
    }

    @Test
    void readsBackEveryTypeAndRank() throws IOException {
        Path file = folder.resolve("a.npy");
        for (DType dtype : DType.values()) {
            for (long[] shape : new long[][] {{}, {6}, {2, 3}, {0}, {3, 0, 2}, {1, 1, 6, 1}}) {
                int elements = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
                byte[] bytes = new byte[elements * dtype.bytes()];
                new Random(1).nextBytes(bytes);
                TensorBytes array = new TensorBytes(dtype, shape, ByteBuffer.wrap(bytes));
                if (dtype == DType.BF16) {
                    assertThatThrownBy(() -> NpyFile.write(file, array))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("BF16");
                    continue;
                }
                NpyFile.write(file, array);
                TensorBytes read = NpyFile.read(file);
                assertThat(read.dtype()).isEqualTo(dtype);
                assertThat(read.shape()).isEqualTo(shape);
                assertThat(read.toBytes()).isEqualTo(bytes);
                assertThat((Files.size(file) - bytes.length) % 64).isZero();
            }
        }
    }

    @Test
    void givesValuesAsNumbers() {
        assertThat(TensorBytes.ofFloats(new float[] {1, -2}, 2).toFloats()).containsExactly(1, -2);
        assertThat(TensorBytes.ofDoubles(new double[] {1, -2}, 2).toDoubles()).containsExactly(1, -2);
        assertThat(TensorBytes.ofLongs(new long[] {1, -2}, 2).toLongs()).containsExactly(1, -2);
        assertThatThrownBy(() -> TensorBytes.ofLongs(new long[] {1, -2}, 2).toFloats())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the tensor is I64 [2], not F32");
    }

    /** Each row: header, bytes of data, what the message must say. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } | 7 | F32 [2] takes 8 bytes; the file has 7",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } | 9 | the file has 9",
                "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), } | 8 | descr must be one of",
                "{'descr': '<O', 'fortran_order': False, 'shape': (2,), }  | 8 | descr must be one of",
                "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }  | 8 | fortran_order must be False, found 'True'",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2), }  | 8 | shape must be a tuple",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (,), }  | 8 | shape must hold sizes",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2,), } | 8 | shape must hold sizes",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), } | 8 | shape must hold sizes",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), } | 0 | shape [4294967296, 4294967296] overflows",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), } | 8 | the header must hold",
                "{'descr': '<f4', 'fortran_order': False, } | 8 | the header must hold",
                "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), } | 8 | the header names descr twice",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1} | 8 | the header must hold",
                "'descr' | 8 | the header must be a {...}",
                "{ | 8 | the header must be a {...}",
            })
    void namesTheRuleThatIsBroken(String header, int dataBytes, String problem) throws IOException {
        Path file = write(header, new byte[dataBytes]);
        assertThatThrownBy(() -> NpyFile.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(problem);
    }

    @Test
    void truncationsAndMutationsAreRefusedOrLegal() throws IOException {
        Path file = folder.resolve("a.npy");
        NpyFile.write(file, TensorBytes.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length < good.length; length++) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThatThrownBy(() -> NpyFile.read(file)).isInstanceOf(FormatException.class);
        }
        Random random = new Random(8);
        int refused = 0;
        for (int round = 0; round < 1_000; round++) {
            byte[] bytes = good.clone();
            for (int i = 0; i < 2; i++) {
                bytes[random.nextInt(70)] = (byte) (random.nextInt(95) + 32);
            }
            Path mutated = Files.write(folder.resolve("mutated" + round), bytes);
            try {
                assertThat(NpyFile.read(mutated).data().remaining()).isEqualTo(24);
            } catch (FormatException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(500, 999);
    }

    @Test
    void aHeaderOfSpacesDoesNotStallTheParser() throws IOException {
        Path file = write("{" + " ".repeat(60_000) + "'descr'" + " ".repeat(5_000) + "}", new byte[0]);
        assertThatThrownBy(() -> NpyFile.read(file)).isInstanceOf(FormatException.class);
    }

    private Path write(String header, byte[] data) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        byte[] text = (header + "\n").getBytes(StandardCharsets.ISO_8859_1);
        out.write(text.length);
        out.write(text.length >> 8);
        out.writeBytes(text);
        out.writeBytes(data);
        return Files.write(folder.resolve("hostile.npy"), out.toByteArray());
    }
}
