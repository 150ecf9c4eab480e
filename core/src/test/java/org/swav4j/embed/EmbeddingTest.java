package org.swav4j.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.jerolba.carpet.CarpetReader;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.LocalInputFile;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.Tensors;
import org.swav4j.data.DataException;
import org.swav4j.encode.Encoder;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.encode.EncoderOptions;
import org.swav4j.encode.Representation;
import org.swav4j.encode.SavedModel;
import org.swav4j.format.DType;
import org.swav4j.format.NpyFile;
import org.swav4j.format.TensorBytes;

class EmbeddingTest {
    private static final EncoderOptions OPTIONS =
            EncoderOptions.defaults().withThreads(1).withRepresentation(Representation.EMBEDDING);
    private static final NumberedImages IMAGES = new NumberedImages(23, Set.of(4, 8, 9, 10, 11), true);
    private static final int[] READABLE =
            IntStream.range(0, 23).filter(i -> !IMAGES.broken().contains(i)).toArray();

    @TempDir
    private Path folder;

    private Path run;
    private EncoderNetwork network;

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    @BeforeEach
    void load() {
        run = SavedModel.run(folder.resolve("run"));
        network = EncoderNetwork.load(run, OPTIONS);
    }

    @AfterEach
    void close() {
        network.close();
    }

    private Embedding embedding(NumberedImages images, boolean half, int workers) {
        return new Embedding(images, network, half, 4, workers, Map.of("writer", "swav4j version 0", "k", "v"));
    }

    private EmbedResult write(Path target) throws IOException {
        return embedding(IMAGES, false, 2).write(target, EmbedListener.SILENT, EmbeddingTest::never);
    }

    private static boolean never() {
        return false;
    }

    /** Row i is image READABLE[i]. */
    private List<float[]> expected() throws Exception {
        List<float[]> all = new ArrayList<>();
        try (Encoder encoder = Encoder.load(run, OPTIONS)) {
            for (int image : READABLE) {
                all.add(encoder.embed(IMAGES.read(image)));
            }
        }
        return all;
    }

    private static float distance(float[] a, float[] b) {
        float most = 0;
        assertThat(a).hasSameSizeAs(b);
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> !n.equals("run"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void anArrayWithItsNamesBesideIt() throws Exception {
        Path target = folder.resolve("x.npy");
        EmbedResult result = write(target);
        assertThat(result.complete()).isTrue();
        assertThat(result.rows()).isEqualTo(READABLE.length);
        assertThat(result.dimensions()).isEqualTo(8);
        assertThat(result.broken()).hasSize(5);
        assertThat(names(folder)).containsExactly("x.broken.csv", "x.names.csv", "x.npy");
        TensorBytes array = NpyFile.read(target);
        assertThat(array.shape()).containsExactly(READABLE.length, 8);
        float[] all = array.toFloats();
        List<float[]> expected = expected();
        for (int row = 0; row < READABLE.length; row++) {
            float[] vector = java.util.Arrays.copyOfRange(all, 8 * row, 8 * row + 8);
            assertThat(distance(vector, expected.get(row))).isLessThan(1e-6f);
        }
        List<String> lines = Files.readAllLines(folder.resolve("x.names.csv"));
        assertThat(lines).hasSize(1 + READABLE.length);
        assertThat(lines.subList(0, 4))
                .containsExactly("path,label", "\"a,\"\"0\"\" ü.png\",", "1.png,cat", "2.png,\"dog, \"\"old\"\"\"");
        assertThat(Files.readAllLines(folder.resolve("x.broken.csv")))
                .hasSize(6)
                .startsWith("source,entry,reason,step")
                .anyMatch(line -> line.contains(",4.png,\"not an image"));
    }

    @Test
    void parquetIsReadByAnIndependentReader() throws Exception {
        Path target = folder.resolve("x.parquet");
        write(target);
        assertThat(names(folder)).containsExactly("x.broken.csv", "x.parquet");
        List<Map<String, Object>> rows = rows(target);
        List<float[]> expected = expected();
        assertThat(rows).hasSize(READABLE.length);
        for (int row = 0; row < READABLE.length; row++) {
            int image = READABLE[row];
            Map<String, Object> read = rows.get(row);
            int label = IMAGES.label(image);
            assertThat(read.get("path")).isEqualTo(IMAGES.name(image));
            assertThat(read.get("label"))
                    .isEqualTo(label < 0 ? null : IMAGES.classNames().get(label));
            List<?> vector = (List<?>) read.get("vector");
            float[] floats = new float[vector.size()];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (Float) vector.get(i);
            }
            assertThat(distance(floats, expected.get(row))).isLessThan(1e-6f);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static List<Map<String, Object>> rows(Path file) throws IOException {
        return (List) new CarpetReader<>(file.toFile(), Map.class).toList();
    }

    @Test
    void withoutClassesThereAreNoLabels() throws Exception {
        NumberedImages images = new NumberedImages(5, Set.of(), false);
        for (String name : List.of("x.parquet", "x.csv", "x.npy")) {
            EmbedResult result =
                    embedding(images, false, 1).write(folder.resolve(name), EmbedListener.SILENT, EmbeddingTest::never);
            assertThat(result.brokenList()).isEmpty();
        }
        assertThat(rows(folder.resolve("x.parquet")).get(1)).containsOnlyKeys("path", "vector");
        assertThat(Files.readAllLines(folder.resolve("x.csv")).get(0)).isEqualTo("path,v0,v1,v2,v3,v4,v5,v6,v7");
        assertThat(Files.readAllLines(folder.resolve("x.names.csv")).get(0)).isEqualTo("path");
    }

    @Test
    void everyFormatHoldsTheSameNumbers() throws Exception {
        for (boolean half : new boolean[] {false, true}) {
            Path at = Files.createDirectories(folder.resolve("half-" + half));
            for (EmbeddingFormat format : EmbeddingFormat.values()) {
                embedding(IMAGES, half, 2)
                        .write(at.resolve("x" + format.ending()), EmbedListener.SILENT, EmbeddingTest::never);
            }
            TensorBytes array = NpyFile.read(at.resolve("x.npy"));
            assertThat(array.dtype()).isEqualTo(half ? DType.F16 : DType.F32);
            List<String> lines = Files.readAllLines(at.resolve("x.csv"));
            List<Group> rows = groups(at.resolve("x.parquet"));
            var bytes = array.data().order(ByteOrder.LITTLE_ENDIAN);
            for (int row = 0; row < READABLE.length; row++) {
                String[] cells = lines.get(row + 1).split(",");
                Group vector = rows.get(row).getGroup("vector", 0);
                for (int i = 0; i < 8; i++) {
                    Group element = vector.getGroup("list", i);
                    float text = Float.parseFloat(cells[cells.length - 8 + i]);
                    float number = half ? half(bytes.getShort()) : bytes.getFloat();
                    assertThat(text).isEqualTo(number);
                    float stored = half
                            ? half(element.getBinary("element", 0).get2BytesLittleEndian())
                            : element.getFloat("element", 0);
                    assertThat(stored).isEqualTo(number);
                }
            }
        }
    }

    /** As parquet-java itself reads rows, also of types that others do not know. */
    private static List<Group> groups(Path file) throws IOException {
        List<Group> rows = new ArrayList<>();
        try (ParquetReader<Group> reader = new ParquetReader.Builder<Group>(new LocalInputFile(file)) {
            @Override
            protected ReadSupport<Group> getReadSupport() {
                return new GroupReadSupport();
            }
        }.build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** Of finite numbers. */
    private static float half(short bits) {
        int exponent = bits >> 10 & 31;
        float fraction = bits & 1023;
        float size = exponent == 0
                ? fraction * (float) Math.pow(2, -24)
                : (1 + fraction / 1024) * (float) Math.pow(2, exponent - 15);
        return bits < 0 ? -size : size;
    }

    @ParameterizedTest
    @EnumSource(EmbeddingFormat.class)
    void neitherWorkersNorInterruptionsShowInTheFile(EmbeddingFormat format) throws Exception {
        Path whole = folder.resolve("whole" + format.ending());
        write(whole);
        Path cut = folder.resolve("cut" + format.ending());
        Path partial = folder.resolve("cut" + format.ending() + ".partial");
        int parts = 0;
        int next = 0;
        while (!Files.exists(cut)) {
            int[] asked = {0};
            EmbedResult part =
                    embedding(IMAGES, false, 1 + parts % 3).write(cut, EmbedListener.SILENT, () -> asked[0]++ >= 2);
            next += part.imagesNow();
            parts++;
            assertThat(part.complete()).isEqualTo(Files.exists(cut));
            if (!part.complete()) {
                assertThat(names(folder)).contains(partial.getFileName().toString());
                // what a killed process had written behind its last record
                Files.write(partial.resolve("vectors"), new byte[] {1, 2, 3}, java.nio.file.StandardOpenOption.APPEND);
            }
        }
        assertThat(parts).isGreaterThan(2);
        assertThat(next).isEqualTo(23);
        if (format == EmbeddingFormat.PARQUET) {
            assertThat(rows(cut)).as("row groups differ, rows do not").isEqualTo(rows(whole));
        } else {
            assertThat(cut).hasSameBinaryContentAs(whole);
        }
        assertThat(folder.resolve("cut.broken.csv")).hasSameTextualContentAs(folder.resolve("whole.broken.csv"));
        assertThat(partial).doesNotExist();
    }

    @Test
    void somethingElseIsNotGoneOnWith() throws Exception {
        Path target = folder.resolve("x.npy");
        int[] asked = {0};
        embedding(IMAGES, false, 1).write(target, EmbedListener.SILENT, () -> asked[0]++ >= 1);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> embedding(IMAGES, true, 1).write(target, EmbedListener.SILENT, EmbeddingTest::never))
                .withMessage(
                        folder.resolve("x.npy.partial") + ": holds the beginning of something else (half was false,"
                                + " now true); give the command that began it, or delete the folder");
        Path progress = folder.resolve("x.npy.partial/progress.json");
        byte[] good = Files.readAllBytes(progress);
        for (String bad : List.of("{", "null", "{}", "[]", "\0")) {
            Files.writeString(progress, bad);
            assertThatExceptionOfType(DataException.class)
                    .isThrownBy(() -> write(target))
                    .withMessageContaining("delete the folder");
        }
        Files.write(progress, good);
        Files.write(folder.resolve("x.npy.partial/vectors"), new byte[9]);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> write(target))
                .withMessageContaining("is shorter than the record beside it says");
    }

    @Test
    void aFinishedFileIsNotWrittenOver() throws Exception {
        Path target = folder.resolve("x.csv");
        write(target);
        byte[] content = Files.readAllBytes(target);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> write(target))
                .withMessage(target + ": is there already; delete it, or give another name");
        assertThat(target).hasBinaryContent(content);
        assertThat(folder.resolve("x.csv.partial")).doesNotExist();
    }

    @Test
    void twoCannotWriteTheSameFile() throws Exception {
        Path target = folder.resolve("x.csv");
        List<String> messages = new ArrayList<>();
        embedding(IMAGES, false, 1)
                .write(
                        target,
                        new EmbedListener() {
                            @Override
                            public void started(int done, int images) {
                                assertThatExceptionOfType(DataException.class)
                                        .isThrownBy(() -> write(target))
                                        .satisfies(e -> messages.add(e.getMessage()));
                            }
                        },
                        EmbeddingTest::never);
        assertThat(messages).containsExactly(target + ": is being written by another process");
        assertThat(target).exists();
    }

    @Test
    void whereNothingCanBeReadNothingIsLeft() throws Exception {
        NumberedImages images = new NumberedImages(2, Set.of(0, 1), true);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> embedding(images, false, 1)
                        .write(folder.resolve("x.npy"), EmbedListener.SILENT, EmbeddingTest::never))
                .withMessageContaining("no image could be read");
        assertThat(names(folder)).isEmpty();
    }

    @Test
    void memoryIsGivenBack() throws Exception {
        write(folder.resolve("warm.npy"));
        long before = Pointer.totalCount();
        write(folder.resolve("x.npy"));
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void numpyReadsArrayAndNames(boolean half) throws Exception {
        assumeThat(python("import numpy")).as("numpy for /usr/bin/python3").startsWith("ok");
        Path target = folder.resolve("x.npy");
        embedding(IMAGES, half, 2).write(target, EmbedListener.SILENT, EmbeddingTest::never);
        String read = python("import numpy, csv; a = numpy.load('" + target + "'); n = list(csv.reader(open('"
                + folder.resolve("x.names.csv") + "', encoding='utf-8'))); print(a.dtype, a.shape, len(n), n[1][0],"
                + " a.astype('<f4').tobytes().hex())");
        String[] words = read.lines().findFirst().orElse("").split(" ");
        assertThat(words).startsWith(half ? "float16" : "float32", "(18,", "8)", "19", "a,\"0\"", "ü.png");
        if (!half) {
            assertThat(HexFormat.of().parseHex(words[words.length - 1]))
                    .isEqualTo(NpyFile.read(target).toBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pyarrowReadsParquet(boolean half) throws Exception {
        assumeThat(python("import pyarrow.parquet"))
                .as("pyarrow for /usr/bin/python3")
                .startsWith("ok");
        Path target = folder.resolve("x.parquet");
        embedding(IMAGES, half, 2).write(target, EmbedListener.SILENT, EmbeddingTest::never);
        String read = python("import pyarrow.parquet as p; t = p.read_table('" + target
                + "'); print(t.num_rows, t.column_names, t['label'].null_count, len(t['vector'][0]))");
        assertThat(read).startsWith("18 ['path', 'label', 'vector']").contains(" 8\n");
    }

    /** What a program prints, then ok; or what went wrong. */
    private static String python(String program) throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of("/usr/bin/python3"))) {
            return "no python";
        }
        Process process = new ProcessBuilder("/usr/bin/python3", "-c", program + "\nprint('ok')")
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return printed;
    }
}
