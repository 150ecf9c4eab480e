package org.swav4j.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.Tensors;
import org.swav4j.data.DataException;
import org.swav4j.embed.EncoderRecord;
import org.swav4j.encode.Representation;
import org.swav4j.tensor.Precision;

class SearchIndexTest {
    private static final EncoderRecord ENCODER =
            new EncoderRecord("f00d", "/runs/a", "resnet10", Representation.TRUNK, 32, Precision.FP32, "/photos");

    @TempDir
    private Path folder;

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    private SearchIndex build(GraphOptions options, int queries, float[]... vectors) throws IOException {
        VectorSet set = VectorSet.read(MadeUpVectors.csv(folder.resolve("x.csv"), vectors));
        return SearchIndex.build(set, options, ENCODER.entries(), queries, "test", done -> {});
    }

    private static List<Integer> rows(List<Hit> hits) {
        return hits.stream().map(Hit::row).toList();
    }

    @Test
    void exactSearchIsBruteForce() throws Exception {
        float[][] vectors = MadeUpVectors.clustered(300, 12, 7, 0.5, 1);
        float[] query = MadeUpVectors.clustered(1, 12, 1, 1, 2)[0];
        List<Integer> nearest = IntStream.range(0, 300)
                .boxed()
                .sorted(Comparator.comparingDouble(row -> -MadeUpVectors.cosine(query, vectors[row])))
                .limit(20)
                .toList();
        try (SearchIndex index = build(GraphOptions.defaults(), 0, vectors)) {
            List<Hit> hits = index.exact(query, 20);
            assertThat(rows(hits)).isEqualTo(nearest);
            for (Hit hit : hits) {
                assertThat(hit.similarity()).isCloseTo(MadeUpVectors.cosine(query, vectors[hit.row()]), within(1e-6));
            }
            // with all candidates kept, the graph cannot but find them
            assertThat(index.search(query, 20, 300)).isEqualTo(hits);
            assertThat(index.exact(query, 1000)).hasSize(300);
            assertThat(index.search(query, 1000, 1)).hasSize(300);
        }
    }

    @Test
    void theGraphFindsNearlyAll() throws Exception {
        float[][] vectors = MadeUpVectors.clustered(1500, 24, 15, 0.6, 3);
        float[][] queries = MadeUpVectors.clustered(1600, 24, 15, 0.6, 3);
        try (SearchIndex index = build(new GraphOptions(16, 60, 1), 100, vectors)) {
            Recall recall = new Recall();
            // images around the same centres that are not in the index
            for (int q = 1500; q < 1600; q++) {
                recall.add(
                        index.exact(queries[q], 10).stream()
                                .mapToDouble(Hit::similarity)
                                .toArray(),
                        index.search(queries[q], 10, 60).stream()
                                .mapToDouble(Hit::similarity)
                                .toArray());
            }
            assertThat(recall.share()).isGreaterThan(0.97);
            assertThat(index.record().recall()).isBetween(0.97, 1.0);
            assertThat(index.record().recallQueries()).isEqualTo(100);
            assertThat(index.recall(100, 1))
                    .as("less effort finds less")
                    .isLessThan(index.record().recall());
        }
    }

    @Test
    void ofEqualImagesTheEarlierComesFirst() throws Exception {
        float[][] vectors = new float[40][];
        Arrays.setAll(vectors, i -> i % 2 == 0 ? new float[] {1, 2, 2} : new float[] {2, 1, -2});
        try (SearchIndex index = build(GraphOptions.defaults(), 0, vectors)) {
            List<Integer> even = IntStream.range(0, 20).map(i -> 2 * i).boxed().toList();
            assertThat(rows(index.exact(new float[] {10, 20, 20}, 20))).isEqualTo(even);
            assertThat(rows(index.search(new float[] {10, 20, 20}, 20, 40))).isEqualTo(even);
        }
    }

    @Test
    void theSameVectorsGiveTheSameBytesAndTheSameAnswers() throws Exception {
        float[][] vectors = MadeUpVectors.clustered(500, 8, 9, 0.4, 5);
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        for (Path file : List.of(one, two)) {
            try (SearchIndex index = build(GraphOptions.defaults(), 50, vectors)) {
                index.write(file);
            }
        }
        assertThat(one).hasSameBinaryContentAs(two);
        try (SearchIndex built = build(GraphOptions.defaults(), 50, vectors);
                SearchIndex opened = SearchIndex.open(one)) {
            assertThat(opened.record()).isEqualTo(built.record());
            assertThat(opened.record().made()).contains(ENCODER);
            for (int row = 0; row < 500; row += 50) {
                assertThat(opened.vectors().name(row)).isEqualTo(row + ".jpg");
                assertThat(opened.vectors().label(row))
                        .isEqualTo(built.vectors().label(row));
                assertThat(opened.search(vectors[row], 10, 20)).isEqualTo(built.search(vectors[row], 10, 20));
            }
            assertThat(opened.vectors().label(2)).isNull();
            assertThat(opened.vectors().find("77.jpg")).hasValue(77);
            assertThat(opened.vectors().find("none")).isEmpty();
        }
    }

    @Test
    void severalThreadsBuildAsGoodAGraph() throws Exception {
        float[][] vectors = MadeUpVectors.clustered(600, 16, 12, 0.5, 6);
        try (SearchIndex index = build(GraphOptions.defaults().withThreads(3), 100, vectors)) {
            assertThat(index.record().recall()).isGreaterThan(0.98);
        }
    }

    @Test
    void oneImageIsAnIndexToo() throws Exception {
        try (SearchIndex index = build(GraphOptions.defaults(), 100, new float[] {3, 4})) {
            index.write(folder.resolve("i"));
        }
        try (SearchIndex index = SearchIndex.open(folder.resolve("i"))) {
            assertThat(index.search(new float[] {4, 3}, 5, 100)).hasSize(1);
            assertThat(index.search(new float[] {4, 3}, 5, 100).get(0).similarity())
                    .isCloseTo(0.96, within(1e-6));
        }
    }

    @Test
    void damagedAnywhereItIsRefused() throws Exception {
        Path file = folder.resolve("i");
        try (SearchIndex index = build(new GraphOptions(4, 10, 1), 5, MadeUpVectors.clustered(12, 3, 3, 0.4, 7))) {
            index.write(file);
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            refused(file);
        }
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) (1 << at % 8);
            Files.write(file, changed);
            refused(file);
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        refused(file);
    }

    private static void refused(Path file) {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> SearchIndex.open(file))
                .satisfies(e ->
                        assertThat(e.getMessage()).startsWith(file + ": is ").doesNotContain("\n"));
    }

    @Test
    void otherFilesAndVersionsAreNamed() throws Exception {
        Path file = folder.resolve("i");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> SearchIndex.open(file))
                .withMessage(file + ": there is no such index; 'swav index' makes one");
        Files.writeString(file, "hello");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> SearchIndex.open(file))
                .withMessage(file + ": is no index; give a file that 'swav index' wrote");
        try (SearchIndex index = build(GraphOptions.defaults(), 0, new float[] {1, 0}, new float[] {0, 1})) {
            index.write(file);
        }
        byte[] newer = Files.readAllBytes(file);
        newer[8] = 2;
        Files.write(file, newer);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> SearchIndex.open(file))
                .withMessage(file + ": is an index of format 2, and this swav reads format 1; use a newer swav");
    }

    @Test
    void vectorsThatCannotBeComparedAreRefusedOrLeftOut() throws Exception {
        float[] zero = {0, 0};
        try (VectorSet set = VectorSet.read(
                MadeUpVectors.csv(folder.resolve("x.csv"), new float[] {3, 4}, zero, new float[] {-6, 8}))) {
            assertThat(set.size()).isEqualTo(2);
            assertThat(set.withoutDirection()).containsExactly("1.jpg");
            assertThat(set.name(1)).isEqualTo("2.jpg");
            assertThat(set.vector(1)).containsExactly(-0.6f, 0.8f);
        }
        Path nan = MadeUpVectors.csv(folder.resolve("nan.csv"), new float[] {3, 4}, new float[] {1, Float.NaN});
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> VectorSet.read(nan))
                .withMessage(nan + ": '1.jpg': number 1 of its vector is NaN; vectors of a diverged training cannot be"
                        + " compared");
        Path zeros = MadeUpVectors.csv(folder.resolve("zeros.csv"), zero, zero);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> VectorSet.read(zeros))
                .withMessage(zeros + ": holds no vectors but such of zeros, which have no direction");
        Path empty = Files.writeString(folder.resolve("empty.csv"), "path,v0,v1\n");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> VectorSet.read(empty))
                .withMessage(empty + ": holds no vectors");
        try (SearchIndex index = build(GraphOptions.defaults(), 0, new float[] {1, 0}, new float[] {0, 1})) {
            assertThatExceptionOfType(DataException.class)
                    .isThrownBy(() -> index.search(new float[3], 1, 1))
                    .withMessage("the query's vector has 3 numbers, and those of the index have 2");
            assertThatExceptionOfType(DataException.class)
                    .isThrownBy(() -> index.exact(zero, 1))
                    .withMessageContaining("has no direction");
            assertThatExceptionOfType(DataException.class)
                    .isThrownBy(() -> index.exact(new float[] {1, Float.NaN}, 1))
                    .withMessageContaining("not finite");
        }
    }

    @Test
    void memoryIsGivenBack() throws Exception {
        float[][] vectors = MadeUpVectors.clustered(50, 4, 3, 0.4, 8);
        Path file = folder.resolve("i");
        try (SearchIndex index = build(GraphOptions.defaults(), 5, vectors)) {
            index.write(file);
        }
        long before = Pointer.totalBytes();
        for (int i = 0; i < 5; i++) {
            try (SearchIndex index = SearchIndex.open(file)) {
                index.exact(vectors[0], 3);
                index.search(vectors[0], 3, 10);
            }
        }
        assertThat(Pointer.totalBytes()).isEqualTo(before);
    }
}
