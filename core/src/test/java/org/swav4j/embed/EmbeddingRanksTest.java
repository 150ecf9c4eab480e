package org.swav4j.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.ThreadRanks;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.encode.EncoderOptions;
import org.swav4j.encode.SavedModel;

/** Several ranks write what one writes. Twenty-three images in batches of four, of which one batch and a bit cannot be read. */
class EmbeddingRanksTest {
    private static final EncoderOptions OPTIONS = EncoderOptions.defaults().withThreads(1);
    private static final NumberedImages IMAGES = new NumberedImages(23, Set.of(4, 8, 9, 10, 11), true);

    @TempDir
    private Path folder;

    private Path run;

    @BeforeEach
    void save() {
        run = SavedModel.run(folder.resolve("run"));
    }

    private EmbedResult write(Collective ranks, Path target, BooleanSupplier stop) {
        Tensors.useOneThread();
        try (EncoderNetwork network = EncoderNetwork.load(run, OPTIONS)) {
            return new Embedding(IMAGES, network, false, 4, 2, Map.of("writer", "swav4j version 0"), ranks)
                    .write(target, EmbedListener.SILENT, stop);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<EmbedResult> write(int world, Path target, Function<Integer, BooleanSupplier> stop) {
        return ThreadRanks.run(world, ranks -> write(ranks, target, stop.apply(ranks.rank())));
    }

    private static BooleanSupplier never(int rank) {
        return () -> false;
    }

    /** Stops rank {@code stopped} when it is asked for the {@code time}th time. */
    private static Function<Integer, BooleanSupplier> stopping(int stopped, int time) {
        return rank -> {
            int[] asked = {0};
            return () -> rank == stopped && ++asked[0] == time;
        };
    }

    private static Map<String, String> files(Path of) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (var list = Files.list(of)) {
            for (Path file : list.toList()) {
                files.put(file.getFileName().toString(), new String(Files.readAllBytes(file), "ISO-8859-1"));
            }
        }
        return files;
    }

    private Map<String, String> ofOne(String name) throws IOException {
        Path one = Files.createDirectory(folder.resolve("one"));
        write(new Alone(), one.resolve(name), never(0));
        assertThat(files(one)).containsKeys("x.broken.csv", name);
        return files(one);
    }

    @ParameterizedTest
    @CsvSource({"2, x.npy", "3, x.parquet", "2, x.csv", "7, x.npy"})
    void severalWriteTheFilesOfOne(int world, String name) throws IOException {
        Path several = Files.createDirectory(folder.resolve("several"));
        List<EmbedResult> results = write(world, several.resolve(name), EmbeddingRanksTest::never);
        assertThat(files(several)).isEqualTo(ofOne(name));
        assertThat(results).allMatch(EmbedResult::complete);
        assertThat(results.get(0).rows()).isEqualTo(18);
        assertThat(results.get(0).imagesNow()).isEqualTo(23);
        assertThat(results.get(0).broken()).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({"0, 2, 3", "1, 1, 3", "2, 2, 3", "2, 2, 2", "2, 2, 1"})
    void whatWasStoppedIsGoneOnWithInAnyNumber(int stopped, int time, int after) throws IOException {
        Path several = Files.createDirectory(folder.resolve("several"));
        Path target = several.resolve("x.npy");
        assertThat(write(3, target, stopping(stopped, time))).noneMatch(EmbedResult::complete);
        assertThat(target).doesNotExist();
        assertThat(write(after, target, EmbeddingRanksTest::never)).allMatch(EmbedResult::complete);
        assertThat(files(several)).isEqualTo(ofOne("x.npy"));
    }

    /** As after a crash in the middle of writing. */
    @Test
    void aPartThatEndsInTheMiddleOfABatchIsGoneOnWith() throws IOException {
        Path several = Files.createDirectory(folder.resolve("several"));
        Path target = several.resolve("x.npy");
        write(2, target, stopping(1, 2));
        Path part = several.resolve("x.npy.partial").resolve("part-12-23");
        byte[] bytes = Files.readAllBytes(part);
        assertThat(bytes).hasSizeGreaterThan(100);
        byte[] torn = java.util.Arrays.copyOf(bytes, bytes.length + 30);
        System.arraycopy(bytes, 0, torn, bytes.length, 30);
        Files.write(part, torn);
        write(2, target, EmbeddingRanksTest::never);
        assertThat(files(several)).isEqualTo(ofOne("x.npy"));
    }
}
