package org.swav4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.swav4j.FaultyFileSystem;
import org.swav4j.FaultyFileSystem.Fault;
import org.swav4j.FaultyFileSystem.PowerCut;
import org.swav4j.Tensors;
import org.swav4j.tensor.StateDict;

/** Every single operation of writing an encoder fails in turn: it is there as a whole or not at all. */
class EncoderFolderTest {
    private static final EncoderInfo ENCODER = new EncoderInfo("resnet18", "imagenet", 224);
    private static final byte[] ORIGIN = "{}".getBytes(StandardCharsets.UTF_8);
    private static final int FAR_TOO_MANY = 500;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Fault.class)
    void whole(Fault fault) throws IOException {
        int failures = 0;
        int absent = 0;
        for (int n = 1; n < FAR_TOO_MANY; n++) {
            Path target = folder.resolve(n + "/encoder");
            FaultyFileSystem system = FaultyFileSystem.failingAt(fault, n);
            String said = write(system.at(target));
            if (!system.hasFailed()) {
                assertThat(said).isEmpty();
                assertThat(Checkpoint.open(target).encoder()).isEqualTo(ENCODER);
                break;
            }
            failures++;
            if (!Files.exists(target)) {
                absent++;
                if (fault == Fault.DISK_FULL) {
                    assertThat(said)
                            .startsWith(target + ": cannot be written: ")
                            .hasLineCount(1);
                    assertThat(names(target.getParent())).isEmpty();
                }
                assertThat(write(target)).isEmpty();
            }
            assertThat(Verification.of(target, "").problems()).isEmpty();
            assertThat(names(target.getParent())).containsExactly("encoder");
        }
        assertThat(failures).isBetween(10, FAR_TOO_MANY - 2);
        assertThat(absent).isBetween(5, failures);
    }

    /** Returns what it says when it fails. */
    private static String write(Path target) {
        try (PointerScope scope = new PointerScope();
                StateDict model = new StateDict()) {
            model.add("conv1.weight", Tensors.gaussian(1, 2, 3));
            EncoderFolder.write(target, ENCODER, model, ORIGIN, "0.1.0");
            return "";
        } catch (CheckpointException e) {
            return e.getMessage();
        } catch (PowerCut e) {
            return "off";
        }
    }

    private static List<String> names(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(directory)) {
            return inside.map(p -> p.getFileName().toString()).toList();
        }
    }
}
