package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.runlog.Provenance;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.sample.SampleImages;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The commands as a user gives them, on a few drawn images and for a few steps. */
class EndToEndTest {
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

    private static Path test() {
        return shared.resolve("images/test");
    }

    @Test
    void pretrainsMeasuresAndLeavesARunThatKnnReads() throws IOException {
        Path run = directory.resolve("run");
        TinyCommand.Result result = pretrain(run, "--knn-train", train(), "--knn-test", test());
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("36 images", "Done: 9 steps", "raw pixels", "untrained encoder", "trained encoder");
        for (String file : List.of("config.yaml", "provenance.json", "metrics.jsonl", "tensorboard")) {
            assertThat(run.resolve(file)).exists();
        }
        Provenance provenance = Provenance.read(RunDirectory.open(run));
        assertThat(provenance.history()).extracting(Provenance.Event::event).endsWith(Provenance.Kind.FINISHED);
        assertThat(provenance.data().location())
                .isEqualTo(train().toAbsolutePath().toString());
        assertThat(provenance.data().images()).isEqualTo(36);
        assertThat(provenance.data().bytes().orElseThrow()).isPositive();
        assertThat(provenance.origin().overrides()).containsEntry("batch_size", "12");
        assertThat(provenance.libraries())
                .containsKeys("libtorch", "opencv", "openblas", "javacpp", "libtorch_cpu_kernels")
                .doesNotContainValue("unknown");

        TinyCommand.Result knn =
                TinyCommand.swav("knn", "--model", run, "--train", train(), "--test", test(), "--k", "3", "--json");
        assertThat(knn.code()).as(knn.err()).isZero();
        JsonNode json = new JsonMapper().readTree(knn.out());
        assertThat(json.get("figures").get("test_images").asInt()).isEqualTo(12);
        assertThat(json.get("figures").get("top1").asDouble()).isBetween(0.0, 1.0);
        assertThat(run.resolve("eval/knn.json")).hasContent(knn.out());
        assertThat(run.resolve("eval/knn.html")).isNotEmptyFile();
    }

    /** The same images from a folder, an archive and a list are trained on alike, whatever order they come in. */
    @Test
    void whatTheImagesLieInChangesNothing() throws IOException {
        Path archive = directory.resolve("images.zip");
        List<String> lines = new ArrayList<>();
        List<String> labelled = new ArrayList<>(List.of("path,label"));
        try (OutputStream out = Files.newOutputStream(archive);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> files = Files.walk(train().getParent())) {
            List<Path> images =
                    new ArrayList<>(files.filter(Files::isRegularFile).toList());
            images.sort(Comparator.reverseOrder());
            for (Path image : images) {
                String name = train().getParent().relativize(image).toString();
                zip.putNextEntry(new ZipEntry(name));
                Files.copy(image, zip);
                if (name.startsWith("train")) {
                    lines.add(name.substring("train/".length()));
                    labelled.add(name.substring("train/".length()) + ","
                            + image.getParent().getFileName());
                }
            }
        }
        Path list = Files.write(train().resolve("list.txt"), lines);
        Path manifest = Files.write(train().resolve("list.csv"), labelled);
        String weights = "checkpoints/step-000000002/model.safetensors";
        Path folder = directory.resolve("folder");
        assertThat(pretrain(folder, "--max-steps", "2").code()).isZero();
        for (Path data : List.of(archive.resolve("train"), list, manifest)) {
            Path run = directory.resolve("of-" + data.getFileName());
            TinyCommand.Result result = TinyCommand.pretrain("--data", data, "--out", run, "--max-steps", "2");
            assertThat(result.code()).as(result.err()).isZero();
            assertThat(result.out()).contains(data + ": 36 images");
            assertThat(run.resolve(weights)).hasSameBinaryContentAs(folder.resolve(weights));
        }

        TinyCommand.Result resumed =
                TinyCommand.swav("pretrain", "--data", archive.resolve("train"), "--out", folder, "--resume");
        assertThat(resumed.code()).as(resumed.err()).isZero();
        TinyCommand.Result ofManifest = TinyCommand.swav(
                "knn", "--model", folder, "--train", manifest, "--test", archive.resolve("test"), "--k", "3", "--json");
        assertThat(ofManifest.code()).as(ofManifest.err()).isZero();
        TinyCommand.Result ofFolders =
                TinyCommand.swav("knn", "--model", folder, "--train", train(), "--test", test(), "--k", "3", "--json");
        assertThat(withoutPlaces(ofManifest)).isEqualTo(withoutPlaces(ofFolders));
    }

    private static String withoutPlaces(TinyCommand.Result knn) {
        ObjectNode json = (ObjectNode) new JsonMapper().readTree(knn.out());
        json.remove(List.of("command", "data"));
        return json.toString();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aProfileIsShownAndWrittenAndTheRunGoesOn() {
        Path run = directory.resolve("run");
        TinyCommand.Result result = pretrain(run, "--profile", "3");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("Profile of steps 4 to 6:", "forward", "backward", "optimiser", "aten::", "loading threads: ")
                .contains("trace: " + run.resolve("profile.json.gz"), "Done: 9 steps");
        assertThat(run.resolve("profile.json.gz")).isNotEmptyFile();
        assertThat(run.resolve("config.yaml")).content().doesNotContain("profile");

        TinyCommand.Result again = TinyCommand.swav(
                "pretrain", "--data", train(), "--out", run, "--resume", "--epochs", "4", "--profile", "3");
        assertThat(again.code()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err()).contains("--epochs").doesNotContain("--profile:");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aProfileOfAResumedRunIsPartOfItsJson() {
        Path run = directory.resolve("run");
        assertThat(pretrain(run, "--max-steps", "1").code()).isZero();
        TinyCommand.Result resumed = TinyCommand.swav(
                "pretrain",
                "--data",
                train(),
                "--out",
                run,
                "--resume",
                "--max-steps",
                "0",
                "--profile",
                "3",
                "--json",
                "--quiet");
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(resumed.err()).isEmpty();
        JsonNode profile = new JsonMapper().readTree(resumed.out()).get("profile");
        assertThat(profile.get("first_step").asInt()).isEqualTo(5);
        assertThat(profile.get("steps").asInt()).isEqualTo(3);
        double sum = 0;
        for (JsonNode phase : profile.get("phases")) {
            sum += phase.get("seconds").asDouble();
        }
        assertThat(sum).isCloseTo(profile.get("step_seconds").asDouble(), within(1e-9));
        assertThat(profile.get("operations")).hasSize(10);
        assertThat(profile.get("trace").asString())
                .isEqualTo(run.resolve("profile.json.gz").toString());
    }

    @Test
    void aQuietRunPrintsItsProfileAsAResult() {
        TinyCommand.Result result = pretrain(directory.resolve("run"), "--profile", "2", "--quiet");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).startsWith("Profile of steps 4 to 5:").doesNotContain("Done");
    }

    @Test
    void aRunStoppedByMaxStepsResumesToTheSameWeightsAsOneThatWasNot() throws IOException {
        Path whole = directory.resolve("whole");
        Path parts = directory.resolve("parts");
        assertThat(pretrain(whole).code()).isZero();
        assertThat(pretrain(parts, "--max-steps", "4").code()).isZero();
        TinyCommand.Result resumed =
                TinyCommand.swav("pretrain", "--data", train(), "--out", parts, "--resume", "--max-steps", "0");
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(resumed.out()).contains("from step 4");
        String weights = "checkpoints/step-000000009/model.safetensors";
        assertThat(parts.resolve(weights)).hasSameBinaryContentAs(whole.resolve(weights));
        assertThat(Files.readString(parts.resolve("provenance.json"))).contains("\"resume\"");
        assertThat(Files.readString(parts.resolve("config.yaml"))).contains("max_steps: 0");
    }

    @Test
    void aResumedRunKeepsItsSettingsAndItsImages() {
        Path run = directory.resolve("run");
        assertThat(pretrain(run, "--max-steps", "1").code()).isZero();
        TinyCommand.Result other =
                TinyCommand.swav("pretrain", "--data", train(), "--out", run, "--resume", "--epsilon", "0.1");
        assertThat(other.code()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("--epsilon: '0.1': the run was begun with '0.03' and goes on with that");
        TinyCommand.Result images = TinyCommand.swav("pretrain", "--data", test(), "--out", run, "--resume");
        assertThat(images.code()).isEqualTo(ExitCode.FAILED);
        assertThat(images.err()).contains("is not what", "was trained on");
    }

    @Test
    void initFromTakesTheTrunkAndIsSavedBeforeTheFirstStep() throws IOException {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        assertThat(pretrain(first).code()).isZero();
        TinyCommand.Result result = pretrain(second, "--prototypes", "12", "--init-from", first);
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("fresh: prototypes");
        assertThat(second.resolve("checkpoints/step-000000000")).isDirectory();
    }

    @Test
    void weightsThatDoNotFitLeaveNothingBehind() {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        assertThat(pretrain(first, "--max-steps", "1").code()).isZero();
        TinyCommand.Result result = pretrain(second, "--arch", "resnet18w0.125", "--init-from", first);
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("--init-from", "layer1.1.conv1.weight");
        assertThat(second).doesNotExist();
    }

    @Test
    void aRunThatFailsBeforeItsFirstStepLeavesNothingBehind() throws IOException {
        Path broken = Files.createDirectories(directory.resolve("broken/a"));
        for (int i = 0; i < 40; i++) {
            Files.writeString(broken.resolve(i + ".jpg"), "not an image " + i);
        }
        Path run = directory.resolve("run");
        TinyCommand.Result result = TinyCommand.pretrain("--data", directory.resolve("broken"), "--out", run);
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).doesNotContain("\tat ");
        assertThat(run).doesNotExist();
    }

    @Test
    void someBrokenImagesAreNamedAndReplaced() throws IOException {
        Path mixed = directory.resolve("mixed");
        try (Stream<Path> files = Files.walk(train())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = mixed.resolve(train().relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        Files.writeString(mixed.resolve("star/broken.jpg"), "text");
        Path run = directory.resolve("run");
        TinyCommand.Result result = TinyCommand.pretrain("--data", mixed, "--out", run);
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("could not be read", "star/broken.jpg");
        assertThat(Files.readString(run.resolve("quarantine.csv"))).contains("star/broken.jpg");
    }

    @Test
    void classesThatDoNotMatchAreRefusedBeforeTraining() {
        Path run = directory.resolve("run");
        TinyCommand.Result result = pretrain(run, "--knn-train", train().resolve("star"), "--knn-test", test());
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("no classes");
        assertThat(run).doesNotExist();
    }

    private static TinyCommand.Result pretrain(Path run, Object... more) {
        List<Object> all = new ArrayList<>(List.of("--data", train(), "--out", run));
        all.addAll(List.of(more));
        return TinyCommand.pretrain(all.toArray());
    }
}
