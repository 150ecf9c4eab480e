package org.swav4j.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.FaultyFileSystem;
import org.swav4j.FaultyFileSystem.Fault;
import org.swav4j.FaultyFileSystem.PowerCut;
import org.swav4j.Tensors;
import org.swav4j.data.DataException;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.encode.EncoderOptions;
import org.swav4j.encode.SavedModel;

/** Every single operation of the disk fails in turn: the target is whole or not there, and the next try completes it. */
class EmbeddingFaultsTest {
    private static final int FAR_TOO_MANY = 400;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"DISK_FULL, x.npy", "POWER_CUT, x.csv"})
    void whateverFailsTheTargetIsWholeOrNotThere(Fault fault, String name) throws IOException {
        everyOperationFails(fault, name);
    }

    /**
     * No power cuts for the formats that are written to in the end: the simulated disk would then lose half of the whole
     * file, what was forced before too, which no disk does.
     */
    @ParameterizedTest
    @Tag("slow")
    @CsvSource({"ONCE, x.npy", "DISK_FULL, x.parquet", "ONCE, x.parquet", "ONCE, x.csv"})
    void theSameOfOtherFaults(Fault fault, String name) throws IOException {
        everyOperationFails(fault, name);
    }

    private void everyOperationFails(Fault fault, String name) throws IOException {
        Tensors.useOneThread();
        EncoderOptions options = EncoderOptions.defaults().withThreads(1);
        try (EncoderNetwork network = EncoderNetwork.load(SavedModel.run(folder.resolve("run")), options)) {
            Embedding embedding = new Embedding(new NumberedImages(5, Set.of(2), true), network, false, 2, 1, Map.of());
            Path whole = Files.createDirectories(folder.resolve("whole")).resolve(name);
            embedding.write(whole, EmbedListener.SILENT, () -> false);
            int failures = 0;
            for (int n = 1; n < FAR_TOO_MANY; n++) {
                Path target = Files.createDirectories(folder.resolve("at-" + n)).resolve(name);
                FaultyFileSystem system = FaultyFileSystem.failingAt(fault, n);
                boolean ended = true;
                try {
                    embedding.write(system.at(target), EmbedListener.SILENT, () -> false);
                } catch (IOException | DataException | PowerCut e) {
                    ended = false;
                }
                if (!system.hasFailed()) {
                    break;
                }
                failures++;
                if (!Files.exists(target)) {
                    assertThat(ended).isFalse();
                    embedding.write(target, EmbedListener.SILENT, () -> false);
                }
                assertThat(target).as("operation %d", n).hasSameBinaryContentAs(whole);
                for (String beside : new String[] {"x.names.csv", "x.broken.csv"}) {
                    if (Files.exists(whole.resolveSibling(beside))) {
                        assertThat(target.resolveSibling(beside))
                                .as("operation %d", n)
                                .hasSameBinaryContentAs(whole.resolveSibling(beside));
                    }
                }
            }
            assertThat(failures).as("operations that failed").isBetween(15, FAR_TOO_MANY - 2);
        }
    }

    @Test
    void whatAKillAfterTheRenamingLeftGoesWithTheNextTry() throws IOException {
        Path target = Files.write(folder.resolve("x.csv"), new byte[] {1});
        Path partial = Files.createDirectories(folder.resolve("x.csv.partial"));
        Files.write(partial.resolve("progress.json"), new byte[] {1});
        try (EncoderNetwork network = EncoderNetwork.load(
                SavedModel.run(folder.resolve("run")), EncoderOptions.defaults().withThreads(1))) {
            Embedding embedding = new Embedding(new NumberedImages(5, Set.of(2), true), network, false, 2, 1, Map.of());
            assertThatThrownBy(() -> embedding.write(target, EmbedListener.SILENT, () -> false))
                    .isInstanceOf(DataException.class);
        }
        assertThat(target).hasBinaryContent(new byte[] {1});
        assertThat(partial).doesNotExist();
    }
}
