package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.cli.TinyCommand.Result;
import org.swav4j.format.Sha256;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.runlog.RunLock;
import org.swav4j.sample.SampleImages;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Each test has its own copy of one run: 36 images are three steps an epoch, nine in all, saved after 2, 4, 6, 8 and 9, of which
 * the newest four stay; k-NN is measured between epochs.
 */
class CheckpointCommandTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    private Path run;
    private Path checkpoints;

    @BeforeAll
    static void train() throws IOException {
        SampleImages.draw(shared.resolve("images"), 3, 1, 5);
        // each process saves at its end; which periodic saves succeed one another depends on the disk
        for (int steps : new int[] {2, 4, 6, 8, 9}) {
            Result trained = TinyCommand.pretrain(
                    "--data",
                    shared.resolve("images/train"),
                    "--out",
                    shared.resolve("run"),
                    "--resume",
                    "auto",
                    "--max-steps",
                    steps,
                    "--checkpoint-every",
                    "100steps",
                    "--keep",
                    "4",
                    "--queue-length",
                    "24",
                    "--queue-start-epoch",
                    "1",
                    "--knn-train",
                    shared.resolve("images/train"),
                    "--knn-test",
                    shared.resolve("images/test"));
            assertThat(trained.code()).as(trained.err()).isZero();
        }
    }

    @BeforeEach
    void copy() throws IOException {
        run = directory.resolve("run");
        checkpoints = run.resolve("checkpoints");
        copy(shared.resolve("run"), run);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                if (!each.startsWith(from.resolve("checkpoints/latest"))
                        && !each.startsWith(from.resolve("checkpoints/best"))) {
                    Files.copy(each, to.resolve(from.relativize(each).toString()));
                }
            }
        }
        for (String pointer : List.of("latest", "best")) {
            Path link = from.resolve("checkpoints").resolve(pointer);
            if (Files.isSymbolicLink(link)) {
                Files.createSymbolicLink(to.resolve("checkpoints").resolve(pointer), Files.readSymbolicLink(link));
            }
        }
    }

    private static Result checkpoint(Object... arguments) {
        return TinyCommand.swav(
                Stream.concat(Stream.of("checkpoint"), Stream.of(arguments)).toArray());
    }

    private static JsonNode json(Object... arguments) {
        Result result = checkpoint(
                Stream.concat(Stream.of(arguments), Stream.of("--json")).toArray());
        return JsonMapper.shared().readTree(result.out());
    }

    private Path step(int step) {
        return checkpoints.resolve("step-00000000" + step);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(checkpoints)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    private static void flipAByte(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private void setAside(int step) throws IOException {
        Files.move(step(step), checkpoints.resolve("damaged-step-00000000" + step));
    }

    private static String lines(String... lines) {
        return String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }

    @Test
    void listShowsWhatTheManifestsSay() {
        Result list = checkpoint("list", run);
        assertThat(list.code()).as(list.err()).isZero();
        assertThat(list.out().lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(120));
        assertThat(list.out().lines().toList().get(0))
                .matches("name +step +epochs +created \\(UTC\\) +size +k-NN +marks");
        assertThat(list.out())
                .containsPattern("step-000000004 +4 +1 \\+ 1/3 +20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d +\\d+ kB")
                .containsPattern("step-000000009 +9 +3 +20.* kB +\\d+\\.\\d %  latest")
                .contains("; not verified: swav checkpoint verify " + ShellWord.quoted(run.toString()));
        assertThat(list.out().lines().filter(l -> l.endsWith("best"))).hasSize(1);
    }

    @Test
    void listMarksWhatIsWrong() throws IOException {
        setAside(9);
        Files.writeString(step(8).resolve("queue.safetensors"), "not in the manifest");
        Files.delete(step(8).resolve("optimizer.safetensors"));
        Files.writeString(step(6).resolve("manifest.json"), "{}");
        newerFormat(step(4));
        Result list = checkpoint("list", run);
        assertThat(list.code()).as(list.err()).isZero();
        assertThat(list.out())
                .containsPattern("step-000000004 .*  newer format")
                .containsPattern("step-000000006 .*  unreadable")
                .containsPattern("step-000000008 .*  latest, .*damaged")
                .containsPattern("damaged-step-000000009 .*  set aside")
                .contains("step-000000004: written in checkpoint format 99;")
                .contains("step-000000008/optimizer.safetensors: missing")
                .contains("step-000000006/manifest.json: damaged: its SHA-256 is not the one in manifest.json.sha256")
                .contains("1 set aside as damaged");
        JsonNode all = json("list", run);
        assertThat(all.get("verified").asBoolean()).isFalse();
        assertThat(all.get("list").findValuesAsString("state"))
                .contains("newer", "damaged", "set_aside")
                .hasSize(all.get("list").size());
    }

    private static void newerFormat(Path checkpoint) throws IOException {
        Path manifest = checkpoint.resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replaceFirst("\"format\" : \\d+", "\"format\" : 99"));
        Files.writeString(
                checkpoint.resolve("manifest.json.sha256"),
                Sha256.of(Files.readAllBytes(manifest)) + "  manifest.json\n");
    }

    @Test
    void verifyReadsEveryByte() throws IOException {
        Result whole = checkpoint("verify", run);
        assertThat(whole.code()).as(whole.err()).isZero();
        assertThat(whole.out()).containsPattern("step-000000009  ok, \\d+ kB").containsPattern("\\d of \\d whole");
        flipAByte(step(8).resolve("model.safetensors"));
        flipAByte(step(8).resolve("config.yaml"));
        Result damaged = checkpoint("verify", run);
        assertThat(damaged.code()).isEqualTo(ExitCode.FAILED);
        assertThat(damaged.out())
                .contains("step-000000008  model.safetensors: damaged: its SHA-256 is not the manifest's;"
                        + " config.yaml: damaged: its SHA-256 is not the manifest's")
                .contains("step-000000009  ok");
        assertThat(checkpoint("list", run).out()).as("which verifies no sums").doesNotContain("damaged");
        JsonNode all = json("verify", run);
        assertThat(all.get("whole").asBoolean()).isFalse();
        assertThat(all.get("bytes").asLong()).isPositive();
        assertThat(checkpoint("verify", step(9)).code()).isZero();
        assertThat(checkpoint("verify", step(8)).code()).isEqualTo(ExitCode.FAILED);
        assertThat(checkpoint("verify", checkpoints.resolve("latest")).out()).startsWith("step-000000009  ok");
    }

    @Test
    void verifyReadsWhatIsSetAsideOnlyWhenItIsNamed() throws IOException {
        flipAByte(step(9).resolve("model.safetensors"));
        setAside(9);
        Result rest = checkpoint("verify", run);
        assertThat(rest.code()).isZero();
        assertThat(rest.out()).contains("set aside as damaged and not read: damaged-step-000000009");
        Result named = checkpoint("verify", checkpoints.resolve("damaged-step-000000009"));
        assertThat(named.code()).isEqualTo(ExitCode.FAILED);
        assertThat(named.out()).startsWith("damaged-step-000000009  model.safetensors: damaged");
    }

    @Test
    void verifyFindsForeignAndRenamedCheckpoints() throws IOException {
        Files.move(step(8), step(7));
        Path provenance = run.resolve("provenance.json");
        String other = "00000000-0000-0000-0000-000000000000";
        Files.writeString(
                provenance, Files.readString(provenance).replaceFirst("(\"runId\" : \")[^\"]+", "$1" + other));
        Result verified = checkpoint("verify", checkpoints);
        assertThat(verified.code()).isEqualTo(ExitCode.FAILED);
        assertThat(verified.out())
                .contains("step-000000007  holds the state of another step, step-000000008; belongs to another run, ")
                .contains(", not to " + other);
        Path elsewhere = directory.resolve("mine");
        copyFlat(step(9), elsewhere);
        assertThat(checkpoint("verify", elsewhere).out()).startsWith("mine  ok");
        assertThat(checkpoint("list", elsewhere).err())
                .startsWith("swav: " + elsewhere + ": is one checkpoint outside a run;");
    }

    private static void copyFlat(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> all = Files.list(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(each.getFileName()));
            }
        }
    }

    @Test
    void showTellsWhatIsInTheNewestWholeOne() throws IOException {
        flipAByte(step(9).resolve("model.safetensors"));
        Result show = checkpoint("show", run);
        assertThat(show.code()).as(show.err()).isZero();
        assertThat(show.out())
                .contains(step(8) + ", whole")
                .contains("step 8, 2 epochs and 2 of 3 steps")
                .contains("resnet10w0.125, stem small-stride2, images of 16")
                .containsPattern("optimizer +mean [\\d,]+, square [\\d,]+, steps \\d+")
                .containsPattern("queue +24 rows for each of 2 crops")
                .containsPattern("model.safetensors +\\d+ kB")
                .doesNotContain("base_lr");
        assertThat(checkpoint("show", run, "--config").out()).contains("base_lr: ");

        JsonNode fields = json("show", step(8));
        JsonNode parameters = fields.get("parameters");
        int features = 64;
        // Linear(64, 16) with its bias, batch norm of 16, Linear(16, 8); 8 prototypes of 8
        assertThat(parameters.get("head").asLong()).isEqualTo(features * 16 + 16 + 2 * 16 + 16 * 8 + 8);
        assertThat(parameters.get("prototypes").asLong()).isEqualTo(8 * 8);
        assertThat(fields.get("optimizer").get("square").asLong())
                .isEqualTo(parameters.get("trunk").asLong()
                        + parameters.get("head").asLong()
                        + parameters.get("prototypes").asLong());
        assertThat(fields.get("parent").asString()).isEqualTo("step-000000006");
        assertThat(Files.readString(run.resolve("provenance.json")))
                .contains(fields.get("run").asString());

        Result broken = checkpoint("show", step(9));
        assertThat(broken.code()).isEqualTo(ExitCode.FAILED);
        assertThat(broken.err())
                .isEqualTo(lines("swav: " + step(9).resolve("model.safetensors")
                        + ": damaged: its SHA-256 is not the manifest's"));
    }

    @Test
    void pruneKeepsTheNewestAndTheBestAndTellsBeforehand() throws IOException {
        List<String> before = names();
        String best = checkpoints.resolve("best").toRealPath().getFileName().toString();
        Result dry = checkpoint("prune", run, "--keep", "1", "--dry-run");
        assertThat(dry.code()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("would delete step-000000008, ").contains(" would be freed; kept: ");
        assertThat(names()).isEqualTo(before);

        Result prune = checkpoint("prune", run, "--keep", "1");
        assertThat(prune.code()).as(prune.err()).isZero();
        assertThat(prune.out())
                .isEqualTo(dry.out().replace("would delete", "deleted").replace("would be freed", "freed"));
        assertThat(names()).containsOnly("best", "latest", "step-000000009", best);
        assertThat(checkpoint("prune", run, "--keep", "1").out()).startsWith("nothing to delete; kept: ");
        assertThat(checkpoint("verify", run).code()).isZero();
    }

    @Test
    void pruneTakesTheRunsOwnNumber() throws IOException {
        Path config = run.resolve("config.yaml");
        Files.writeString(config, Files.readString(config).replaceFirst("keep: 4", "keep: 2"));
        assertThat(json("prune", run, "--dry-run").get("kept").valueStream().map(JsonNode::asString))
                .contains("step-000000008", "step-000000009")
                .hasSizeLessThanOrEqualTo(3);
        Files.delete(config);
        Result unknown = checkpoint("prune", run);
        assertThat(unknown.code()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err()).startsWith("swav: --keep: is needed: there is no " + config);
    }

    @Test
    void pruneDeletesWhatIsSetAsideIfAsked() throws IOException {
        setAside(9);
        assertThat(checkpoint("prune", run).out()).startsWith("nothing to delete");
        JsonNode pruned = json("prune", run, "--damaged");
        assertThat(pruned.get("deleted").valueStream().map(JsonNode::asString))
                .containsExactly("damaged-step-000000009");
        assertThat(pruned.get("freed_bytes").asLong()).isPositive();
        assertThat(names()).contains("step-000000008").doesNotContain("damaged-step-000000009");
    }

    @Test
    void pruneNeverDeletesTheLastWholeOne() throws IOException {
        Files.delete(checkpoints.resolve("best"));
        for (String name : names()) {
            if (name.startsWith("step-") && !name.endsWith("6")) {
                flipAByte(checkpoints.resolve(name).resolve("model.safetensors"));
            }
        }
        // so that the one whole checkpoint is not the best
        for (String name : names()) {
            if (name.startsWith("step-")) {
                forgetKnn(checkpoints.resolve(name));
            }
        }
        List<String> before = names();
        Result refused = checkpoint("prune", run, "--keep", "1");
        assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err())
                .isEqualTo(lines(
                        "swav: " + checkpoints + ": nothing was deleted: none of the checkpoints to keep is whole,"
                                + " the newest whole one is step-000000006; keep more, so that it stays"));
        assertThat(names()).isEqualTo(before);

        Result enough = checkpoint("prune", run, "--keep", "3");
        assertThat(enough.code()).as(enough.err()).isZero();
        assertThat(names()).contains("step-000000006");
        assertThat(enough.err()).contains("step-000000009/model.safetensors: damaged");
    }

    private static void forgetKnn(Path checkpoint) throws IOException {
        Path manifest = checkpoint.resolve("manifest.json");
        Files.writeString(
                manifest, Files.readString(manifest).replaceFirst("\"knnTop1\" : [0-9.eE-]+", "\"knnTop1\" : null"));
        Files.writeString(
                checkpoint.resolve("manifest.json.sha256"),
                Sha256.of(Files.readAllBytes(manifest)) + "  manifest.json\n");
    }

    @Test
    void pruneLeavesNewerFormatsAlone() throws IOException {
        newerFormat(step(9));
        List<String> before = names();
        Result refused = checkpoint("prune", run, "--keep", "1");
        assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("written in checkpoint format 99;").hasLineCount(1);
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void pruneKeepsOutOfATraining() throws IOException {
        List<String> before = names();
        try (RunLock lock = RunLock.acquire(RunDirectory.open(run))) {
            Result refused = checkpoint("prune", run, "--keep", "1");
            assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
            assertThat(refused.err())
                    .startsWith("swav: " + run + ": is in use by process "
                            + ProcessHandle.current().pid())
                    .endsWith(lines("; prune it when that has ended, or try --dry-run"))
                    .hasLineCount(1);
            assertThat(checkpoint("prune", run, "--keep", "1", "--dry-run").code())
                    .isZero();
        }
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void pruneWantsARun() throws IOException {
        Result one = checkpoint("prune", step(9));
        assertThat(one.code()).isEqualTo(ExitCode.FAILED);
        assertThat(one.err())
                .isEqualTo(lines("swav: " + step(9) + ": is one checkpoint; name the run to prune, " + run));
        Path loose = directory.resolve("loose");
        Files.move(checkpoints, loose);
        assertThat(checkpoint("prune", loose).err())
                .isEqualTo(lines("swav: " + loose + ": is not within a run; only a run's checkpoints are pruned"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "verify", "show"})
    void everyPlaceThatLeadsThereWillDo(String command) {
        for (String place :
                List.of("", "checkpoints", "checkpoints/step-000000009", "checkpoints/latest", "checkpoints/.")) {
            Result result = checkpoint(command, run.resolve(place));
            assertThat(result.code())
                    .as("%s %s: %s", command, place, result.err())
                    .isZero();
            assertThat(result.out()).contains("step-000000009");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nowhere| nowhere: there is no such run or checkpoint",
                "file| file: is a file; a run and a checkpoint of swav4j are folders. Of a file of PyTorch's or a"
                        + " .safetensors, make one by: swav import %s --out file-encoder",
                "folder| folder: neither a run that has saved a checkpoint yet, nor a checkpoint",
                "dangling| dangling: leads to step-000000001, which is not there",
            })
    void wrongPlacesAreOneLine(String name, String message) throws IOException {
        Files.writeString(directory.resolve("file"), "x");
        Files.createDirectory(directory.resolve("folder"));
        Files.createSymbolicLink(directory.resolve("dangling"), Path.of("step-000000001"));
        for (String command : List.of("list", "verify", "show", "prune")) {
            Result result = checkpoint(command, directory.resolve(name));
            assertThat(result.code()).isEqualTo(ExitCode.FAILED);
            assertThat(result.err())
                    .isEqualTo(lines("swav: "
                            + directory.resolve(message.replace(
                                    "%s", directory.resolve("file").toString()))));
        }
    }

    @Test
    void anEmptyRunIsOneLine() throws IOException {
        Path empty = Files.createDirectories(directory.resolve("empty/checkpoints"));
        Files.copy(run.resolve("config.yaml"), empty.resolveSibling("config.yaml"));
        for (String command : List.of("list", "verify", "prune")) {
            Result result = checkpoint(command, empty.getParent());
            assertThat(result.code()).isEqualTo(ExitCode.FAILED);
            assertThat(result.err()).isEqualTo(lines("swav: " + empty + ": no checkpoint has been saved there yet"));
        }
    }
}
