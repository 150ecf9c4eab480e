package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.cli.TinyCommand.Result;
import org.swav4j.format.Sha256;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.Provenance.Event;
import org.swav4j.runlog.Provenance.Kind;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.runlog.RunLock;
import org.swav4j.sample.SampleImages;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Training a run again: 36 images are three steps an epoch, twelve in all. */
class ReproduceTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    @BeforeAll
    static void draw() throws IOException {
        SampleImages.draw(shared.resolve("images"), 3, 1, 5);
        assertThat(pretrain(whole()).code()).isZero();
    }

    private static Path train() {
        return shared.resolve("images/train");
    }

    /** A run that nothing happened to; not to be changed. */
    private static Path whole() {
        return shared.resolve("whole");
    }

    private static Result pretrain(Path run, Object... more) {
        return TinyCommand.pretrain(
                Stream.concat(Stream.of("--data", train(), "--out", run, "--epochs", "4"), Stream.of(more))
                        .toArray());
    }

    private Path again() {
        return directory.resolve("again");
    }

    private Result reproduce(Path run, Object... more) {
        return TinyCommand.swav(Stream.concat(Stream.of("reproduce", run, "--out", again()), Stream.of(more))
                .toArray());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.sorted(Comparator.naturalOrder()).toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()), LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    @Test
    void anUninterruptedRunIsTheSame() throws IOException {
        Result result = reproduce(whole());
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("12 steps")
                .containsPattern("The same, bit for bit: \\d+ tensors, 2 metrics rows\\.\n$");
        JsonNode written = json(again().resolve("reproduction.json"));
        assertThat(written.path("same").booleanValue()).isTrue();
        assertThat(written.path("step").intValue()).isEqualTo(12);
        Provenance provenance = Provenance.read(RunDirectory.open(again()));
        assertThat(provenance.origin().commandLine()).startsWith("swav", "reproduce", whole().toString());
        assertThat(provenance.data().location()).isEqualTo(train().toString());
        assertThat(again().resolve("config.yaml")).content().contains("max_steps: 0\n", "seed: 7\n");

        Result twice = reproduce(whole());
        assertThat(twice.code()).isEqualTo(ExitCode.USAGE);
        assertThat(twice.err())
                .contains("--out: " + again() + " holds a reproduction of " + whole()
                        + " already; to compare them again: ")
                .contains("reproduce " + whole() + " --out " + again() + " --resume");
        Result compared = reproduce(whole(), "--resume", "--json");
        assertThat(compared.code()).as(compared.err()).isZero();
        assertThat(JsonMapper.shared().readTree(compared.out()).path("same").booleanValue())
                .isTrue();
    }

    @Test
    void aRunThatWasStoppedAndResumedTwiceIsTheSameAsOneInOneGo() {
        Path run = directory.resolve("run");
        assertThat(pretrain(run, "--max-steps", "4", "--resume", "auto").code()).isZero();
        assertThat(pretrain(run, "--max-steps", "8", "--resume", "auto").code()).isZero();
        assertThat(pretrain(run, "--max-steps", "11", "--resume", "auto").code())
                .isZero();
        Result result = reproduce(run, "--quiet");
        assertThat(result.code()).as(result.out() + result.err()).isZero();
        assertThat(result.out())
                .startsWith("The same, bit for bit: ")
                .endsWith(" 2 metrics rows.\n")
                .hasLineCount(1);
        assertThat(Checkpoint.find(again()).progress().step()).isEqualTo(11);
    }

    /** The limit must end the training without changing its schedule. */
    @Test
    void aRunThatEndedEarlyIsTrainedAgainThatFar() {
        Path run = directory.resolve("run");
        assertThat(pretrain(run, "--max-steps", "5").code()).isZero();
        Result result = reproduce(run);
        assertThat(result.code()).as(result.out() + result.err()).isZero();
        assertThat(again().resolve("config.yaml")).content().contains("max_steps: 5\n", "epochs: 4\n");
    }

    @Test
    void anotherSeedIsNotTheSameAndIsSaidSo() throws IOException {
        Path run = directory.resolve("run");
        copy(whole(), run);
        Path checkpoint = Checkpoint.find(run).directory();
        Path config = checkpoint.resolve("config.yaml");
        String before = Sha256.of(config);
        Files.writeString(config, Files.readString(config).replace("seed: 7\n", "seed: 8\n"));
        Path manifest = checkpoint.resolve("manifest.json");
        String text = Files.readString(manifest).replace(before, Sha256.of(config));
        Files.writeString(manifest, text);
        Files.writeString(
                checkpoint.resolve("manifest.json.sha256"),
                Sha256.of(text.getBytes(StandardCharsets.UTF_8)) + "  manifest.json\n");
        RunDirectory changed = RunDirectory.open(run);
        Provenance.read(changed)
                .withEvent(Event.now(Kind.REWIND, 4, "the loss is not a number at step 5"))
                .withEvent(Event.now(Kind.RESUME, 8, "swav pretrain --resume; CPU B instead of A"))
                .write(changed);
        Result result = reproduce(run, "--json");
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err())
                .contains("warning: " + run.resolve("config.yaml")
                        + ": seed is not what the newest checkpoint was trained with; its own value is used");
        JsonNode fields = JsonMapper.shared().readTree(result.out());
        assertThat(fields.path("same").booleanValue()).isFalse();
        assertThat(fields.path("differing_metrics_rows").intValue()).isEqualTo(2);
        assertThat(fields.path("first_differing_row").path("step").intValue()).isEqualTo(1);
        assertThat(fields.path("first_differing_row").path("values").path("loss"))
                .hasSize(2);
        JsonNode model = fields.path("files").get(0);
        assertThat(model.path("file").stringValue()).isEqualTo("model.safetensors");
        assertThat(model.path("largest_difference").doubleValue()).isPositive();
        assertThat(model.path("tensor").stringValue()).isNotEmpty();

        Result shown = reproduce(run, "--resume", "--quiet");
        assertThat(shown.code()).isEqualTo(ExitCode.FAILED);
        assertThat(shown.out())
                .containsPattern("Not the same: 2 of 2 metrics rows and \\d+ of \\d+ tensors differ\\.\n")
                .containsPattern("  metrics.jsonl         first at step 1: loss [\\d.]+ in .*, [\\d.]+ in ")
                .containsPattern("  model.safetensors     \\d+ of \\d+ tensors, by at most [\\d.e-]+, in \\S+\n")
                .contains(
                        "What may explain it:\n",
                        "  " + run + " went back to step 4: the loss is not a number at step 5\n",
                        "  " + run + " went on from step 8 with CPU B instead of A\n",
                        "  of the images, names and sizes are as they were;");
    }

    @Test
    void otherThreadsStandInTheHistory() throws IOException {
        Path run = directory.resolve("run");
        assertThat(pretrain(run, "--max-steps", "1").code()).isZero();
        assertThat(pretrain(run, "--max-steps", "2", "--threads", "2", "--resume")
                        .code())
                .isZero();
        assertThat(Provenance.read(RunDirectory.open(run)).history())
                .anyMatch(e -> e.note().endsWith("; 2 threads instead of 1"));
    }

    /** To a real process: what it has is saved, and the same command goes on with it. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aSchedulersSignalLeavesAReproductionToGoOnWith() throws Exception {
        Path run = directory.resolve("run");
        assertThat(TinyCommand.pretrain("--data", train(), "--out", run, "--epochs", "60")
                        .code())
                .isZero();
        List<String> words = List.of("reproduce", run.toString(), "--out", again().toString());
        try (SwavProcess process = SwavProcess.start(directory, words)) {
            assertThat(process.await(() -> Files.exists(again().resolve("metrics.jsonl")), 60))
                    .isTrue();
            process.signal("TERM");
            SwavProcess.Result end = process.end(10);
            assertThat(end.code()).as(end.out() + end.err()).isEqualTo(ExitCode.PREEMPTED);
            assertThat(end.out())
                    .contains("To go on: ")
                    .contains("reproduce " + run + " --out " + again() + " --resume");
        }
        assertThat(again().resolve("reproduction.json")).doesNotExist();
        Result onward = reproduce(run, "--resume");
        assertThat(onward.code()).as(onward.out() + onward.err()).isZero();
        assertThat(onward.out()).contains("The same, bit for bit");
    }

    @Test
    void otherImagesAreRefusedWithBothFacts() throws IOException {
        Path images = directory.resolve("images");
        copy(train(), images);
        Path run = directory.resolve("run");
        assertThat(TinyCommand.pretrain("--data", images, "--out", run, "--max-steps", "1")
                        .code())
                .isZero();
        Path first;
        try (Stream<Path> all = Files.walk(images)) {
            first = all.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
        }
        long bytes = Files.size(first);
        Files.write(first, new byte[] {0}, StandardOpenOption.APPEND);
        Result tampered = reproduce(run);
        assertThat(tampered.code()).isEqualTo(ExitCode.USAGE);
        assertThat(tampered.err())
                .containsPattern(
                        "are not the images of .*: 36 images, [\\d,]+ bytes, fingerprint \\w{16} here, 36 images, [\\d,]+ bytes, fingerprint \\w{16} there");
        assertThat(again()).doesNotExist();
        try (FileChannel channel = FileChannel.open(first, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
        Files.move(images, directory.resolve("moved"));
        Result gone = reproduce(run);
        assertThat(gone.code()).isEqualTo(ExitCode.USAGE);
        assertThat(gone.err()).contains(images.toString(), "--data says where they lie now");
        Result moved = reproduce(run, "--data", directory.resolve("moved"));
        assertThat(moved.code()).as(moved.err()).isZero();
    }

    @Test
    void theWeightsItBeganWithAreNeeded() throws IOException {
        Path first = directory.resolve("first");
        copy(whole(), first);
        Path run = directory.resolve("run");
        assertThat(pretrain(run, "--init-from", first, "--max-steps", "2", "--seed", "9")
                        .code())
                .isZero();
        Result same = reproduce(run);
        assertThat(same.code()).as(same.out() + same.err()).isZero();
        Path moved = directory.resolve("moved");
        Files.move(first, moved);
        Path second = directory.resolve("second");
        Result gone = TinyCommand.swav("reproduce", run, "--out", second);
        assertThat(gone.code()).isEqualTo(ExitCode.USAGE);
        assertThat(gone.err()).contains("there is no such run or checkpoint", "--init-from says where they lie now");
        assertThat(second).doesNotExist();
        Result found = TinyCommand.swav("reproduce", run, "--out", second, "--init-from", moved);
        assertThat(found.code()).as(found.out() + found.err()).isZero();
        assertThat(TinyCommand.swav("reproduce", whole(), "--out", directory.resolve("third"), "--init-from", moved)
                        .err())
                .contains("began with fresh weights");
    }

    @Test
    void anUnfinishedReproductionIsGoneOnWith() throws IOException {
        Path run = directory.resolve("run");
        assertThat(pretrain(run, "--max-steps", "4").code()).isZero();
        assertThat(reproduce(run).code()).isZero();
        assertThat(pretrain(run, "--max-steps", "7", "--resume").code()).isZero();
        Result stopped = reproduce(run);
        assertThat(stopped.code()).isEqualTo(ExitCode.USAGE);
        assertThat(stopped.err()).contains(" at step 4 of 7; to go on: ", " --resume");
        Result onward = reproduce(run, "--resume");
        assertThat(onward.code()).as(onward.out() + onward.err()).isZero();
        assertThat(onward.out()).contains("from step 4");
        assertThat(json(again().resolve("reproduction.json")).path("step").intValue())
                .isEqualTo(7);
    }

    @Test
    void whatCannotBeReproducedIsRefused() throws IOException {
        Path run = directory.resolve("run");
        assertThat(pretrain(run, "--max-steps", "1").code()).isZero();
        Path more = directory.resolve("more");
        SampleImages.draw(more, 4, 1, 6);
        assertThat(TinyCommand.swav(
                                "pretrain",
                                "--data",
                                more.resolve("train"),
                                "--out",
                                run,
                                "--resume",
                                "--accept-data-change",
                                "--max-steps",
                                "2")
                        .code())
                .isZero();
        Result changed = reproduce(run);
        assertThat(changed.code()).isEqualTo(ExitCode.USAGE);
        assertThat(changed.err())
                .startsWith("swav: " + run + ": cannot be reproduced: from step 1 on it was trained on other images");
        try (RunLock lock = RunLock.acquire(RunDirectory.open(run))) {
            assertThat(reproduce(run).err()).contains("is in use by process ");
        }
        assertThat(reproduce(directory.resolve("nothing")).code()).isEqualTo(ExitCode.USAGE);
        assertThat(TinyCommand.swav("reproduce", whole(), "--out", run).err())
                .contains("--out: " + run + " holds a run that is no reproduction of " + whole());
        assertThat(TinyCommand.swav("reproduce", whole(), "--out", whole(), "--resume")
                        .code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(reproduce(whole(), "--resume").err()).contains("--resume: there is no run in " + again());
        assertThat(again()).doesNotExist();
    }
}
