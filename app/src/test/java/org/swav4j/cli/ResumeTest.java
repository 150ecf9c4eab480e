package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.cli.TinyCommand.Result;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.runlog.RunLock;
import org.swav4j.sample.SampleImages;

/** Going on with a run, from the command line: 36 images are three steps an epoch, nine in all. */
class ResumeTest {
    private static final String LAST = "checkpoints/step-000000009/model.safetensors";

    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    @BeforeAll
    static void draw() throws IOException {
        SampleImages.draw(shared.resolve("images"), 3, 1, 5);
    }

    private static Path train() {
        return shared.resolve("images/train");
    }

    private Result auto(Path run, Object... more) {
        return TinyCommand.pretrain(
                Stream.concat(Stream.of("--data", train(), "--out", run, "--resume", "auto"), Stream.of(more))
                        .toArray());
    }

    /** What a scheduler starts again and again is one command. */
    @Test
    void autoBeginsAndGoesOnWithTheSameCommand() throws IOException {
        Path whole = directory.resolve("whole");
        assertThat(auto(whole).code()).isZero();
        Path run = directory.resolve("run");
        assertThat(auto(run, "--max-steps", "4").code()).isZero();
        Result second = auto(run, "--max-steps", "0");
        assertThat(second.code()).as(second.err()).isZero();
        assertThat(second.out()).contains("from step 4");
        assertThat(run.resolve(LAST)).hasSameBinaryContentAs(whole.resolve(LAST));

        Result again = auto(run, "--max-steps", "0");
        assertThat(again.code())
                .as("a finished run is finished: %s", again.err())
                .isZero();
        assertThat(run.resolve(LAST)).hasSameBinaryContentAs(whole.resolve(LAST));
    }

    @Test
    void everySettingThatDiffersIsNamedWithBothValues() {
        Path run = directory.resolve("run");
        assertThat(auto(run, "--max-steps", "1").code()).isZero();
        Result other = auto(run, "--epsilon", "0.1", "--seed", "8", "--prototypes", "8", "--workers", "3");
        assertThat(other.code()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err().lines())
                .hasSize(3)
                .anyMatch(l ->
                        l.startsWith("swav: --epsilon: '0.1': the run was begun with '0.03' and goes on with that;"))
                .anyMatch(l -> l.startsWith("swav: --seed: '8': the run was begun with '7' and goes on with that;"));
    }

    @Test
    void aConfigurationEditedByHandIsFoundOut() throws IOException {
        Path run = directory.resolve("run");
        assertThat(auto(run, "--max-steps", "1").code()).isZero();
        Path config = run.resolve("config.yaml");
        String text = Files.readString(config);
        Files.writeString(
                config, text.replaceFirst("base_lr: .*", "base_lr: 0.123").replaceFirst("keep: 3", "keep: 5"));
        Result edited = TinyCommand.swav("pretrain", "--data", train(), "--out", run, "--resume");
        assertThat(edited.code()).isEqualTo(ExitCode.USAGE);
        assertThat(edited.err().lines())
                .hasSize(2)
                .anyMatch(l ->
                        l.startsWith("swav: " + config + ": base_lr: '0.123': the newest checkpoint was made with '"));
        Files.writeString(config, text.replaceFirst("keep: 3", "keep: 5"));
        assertThat(TinyCommand.swav("pretrain", "--data", train(), "--out", run, "--resume")
                        .code())
                .isZero();
    }

    @Test
    void aMissingConfigurationSaysWhereItsCopyIs() throws IOException {
        Path run = directory.resolve("run");
        assertThat(auto(run, "--max-steps", "1").code()).isZero();
        Files.delete(run.resolve("config.yaml"));
        Result result = TinyCommand.swav("pretrain", "--data", train(), "--out", run, "--resume");
        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).startsWith("swav: " + run.resolve("config.yaml") + ": there is no such file");
    }

    @Test
    void otherThreadsAreSaidAndAllowed() {
        Path run = directory.resolve("run");
        assertThat(auto(run, "--max-steps", "1").code()).isZero();
        Result result = auto(run, "--max-steps", "2", "--threads", "2");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .containsOnlyOnce("warning: 2 threads instead of 1: sums are added up in another order");
        assertThat(auto(run, "--max-steps", "3", "--threads", "2").out()).doesNotContain("another order");
    }

    @Test
    void otherImagesAreRefusedUnlessAcceptedAndThenWrittenDown() throws IOException {
        Path run = directory.resolve("run");
        assertThat(auto(run, "--max-steps", "4").code()).isZero();
        Path more = directory.resolve("more");
        SampleImages.draw(more, 4, 1, 6);
        Object[] onMore = {"--data", more.resolve("train"), "--out", run, "--resume", "--max-steps", "0"};
        Result refused = TinyCommand.pretrain(onMore);
        assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("is not what " + run + " was trained on", "--accept-data-change");

        Result accepted = TinyCommand.pretrain(Stream.concat(Stream.of(onMore), Stream.of("--accept-data-change"))
                .toArray());
        assertThat(accepted.code()).as(accepted.err()).isZero();
        assertThat(accepted.out())
                .contains("48 images, 4 steps an epoch", "from step 4")
                .contains("Done: 11 steps");
        assertThat(Files.readString(run.resolve("provenance.json"))).contains("\"data-change\"");
        Result goesOn = TinyCommand.pretrain(onMore);
        assertThat(goesOn.code())
                .as("accepted once is enough: %s", goesOn.err())
                .isZero();
    }

    @Test
    void aRunInUseIsNotTouched() throws IOException {
        Path run = directory.resolve("run");
        assertThat(auto(run, "--max-steps", "1").code()).isZero();
        String before = Files.readString(run.resolve("provenance.json"));
        try (RunLock lock = RunLock.acquire(RunDirectory.open(run))) {
            Result second = auto(run, "--max-steps", "2");
            assertThat(second.code()).isEqualTo(ExitCode.FAILED);
            assertThat(second.err())
                    .startsWith("swav: " + run + ": is in use by process "
                            + ProcessHandle.current().pid() + " on ")
                    .hasLineCount(1);
            assertThat(run.resolve("provenance.json")).hasContent(before);
        }
        assertThat(auto(run, "--max-steps", "2").code()).isZero();
    }

    @Test
    void aDamagedCheckpointIsSetAsideAndTheOneBeforeIsUsed() throws IOException {
        Path whole = directory.resolve("whole");
        assertThat(auto(whole).code()).isZero();
        Path run = directory.resolve("run");
        assertThat(auto(run, "--max-steps", "5", "--checkpoint-every", "2steps").code())
                .isZero();
        Path model = run.resolve("checkpoints/step-000000005/model.safetensors");
        byte[] bytes = Files.readAllBytes(model);
        bytes[bytes.length / 2] ^= 1;
        Files.write(model, bytes);
        Result result = auto(run, "--max-steps", "0");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .contains(
                        "warning: " + model + ": damaged: its SHA-256 is not the manifest's; set aside as"
                                + " damaged-step-000000005; going back to the one before",
                        "from step 4");
        assertThat(run.resolve("checkpoints/damaged-step-000000005")).isDirectory();
        assertThat(run.resolve(LAST)).hasSameBinaryContentAs(whole.resolve(LAST));
    }
}
