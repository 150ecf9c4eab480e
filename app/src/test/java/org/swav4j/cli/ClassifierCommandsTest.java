package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.sample.SampleImages;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code finetune}, {@code supervised} and {@code compare} on a few drawn images. */
class ClassifierCommandsTest {
    @TempDir
    private static Path shared;

    private static Path run;

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() throws IOException {
        SampleImages.draw(shared.resolve("images"), 4, 1, 5);
        run = shared.resolve("run");
        TinyCommand.Result trained = TinyCommand.pretrain(
                "--data", shared.resolve("images/train"), "--out", run, "--epochs", "1", "--quiet");
        assertThat(trained.code()).as(trained.err()).isZero();
    }

    private static TinyCommand.Result swav(String command, Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                command,
                "--model",
                run,
                "--train",
                shared.resolve("images/train"),
                "--test",
                shared.resolve("images/test"),
                "--precision",
                "fp32",
                "--threads",
                "1",
                "--epochs",
                "2",
                "--least-steps",
                "0",
                "--batch",
                "8",
                "--quiet"));
        words.addAll(List.of(more));
        return TinyCommand.swav(words.toArray());
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.builder().build().readTree(Files.readAllBytes(file));
    }

    @Test
    void finetuneReportsAndLeavesAnEncoder() throws IOException {
        Path out = folder.resolve("tuned");
        TinyCommand.Result result = swav("finetune", "--labels", "50%", "--out", out);
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
        assertThat(result.out())
                .contains(
                        "Fine-tuned on ",
                        " labelled images (50%)",
                        "top-1 after the last epoch",
                        "best top-1, chosen on test");
        JsonNode report = json(run.resolve("eval/finetune-50.json"));
        assertThat(report.path("settings").path("epochs").asInt()).isEqualTo(2);
        assertThat(report.path("settings").path("lr").asDouble())
                .isEqualTo(org.swav4j.classify.Preset.SMALL.tuned().trunkLr());
        assertThat(report.path("figures").path("top1_interval95")).hasSize(2);
        assertThat(run.resolve("eval/finetune-50.html")).exists();
        try (Stream<Path> left = Files.list(run.resolve("eval"))) {
            assertThat(left).noneMatch(path -> path.toString().contains("unfinished"));
        }

        Path vectors = folder.resolve("x.npy");
        TinyCommand.Result embedded = TinyCommand.swav(
                "embed", "--model", out, "--data", shared.resolve("images/test"), "--out", vectors, "--quiet");
        assertThat(embedded.code()).as(embedded.err()).isEqualTo(ExitCode.DONE);
        TinyCommand.Result again = swav("finetune", "--out", out);
        assertThat(again.code()).isEqualTo(ExitCode.FAILED);
        assertThat(again.err()).isEqualTo("swav: " + out + ": is there already; give a new or an empty folder\n");
    }

    @Test
    void supervisedHasTheSameArchitectureAndFreshWeights() throws IOException {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        for (Path reports : List.of(first, second)) {
            TinyCommand.Result result = swav("supervised", "--report", reports, "--seed", "9");
            assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
        }
        JsonNode report = json(first.resolve("supervised.json"));
        assertThat(report.path("encoders").path("encoder").path("fingerprint").asString())
                .isEqualTo("untrained:resnet10w0.125:small-stride2:9");
        assertThat(report.path("figures"))
                .isEqualTo(json(second.resolve("supervised.json")).path("figures"));
    }

    @Test
    void compareMakesATableAndIsNotDoneTwice() throws IOException {
        Path reports = folder.resolve("eval");
        TinyCommand.Result result = swav("compare", "--labels", "25%,100%", "--report", reports);
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
        assertThat(result.out()).contains("fine-tuned", "from scratch", "25%", "100%");
        JsonNode table = json(reports.resolve("compare.json")).path("top1");
        assertThat(table).hasSize(2);
        assertThat(table.get(0).path("labels").asString()).isEqualTo("25%");
        assertThat(Files.readString(reports.resolve("compare.md")))
                .startsWith("| labels | images | steps | fine-tuned |");
        byte[] before = Files.readAllBytes(reports.resolve("compare.json"));
        try (Stream<Path> cells = Files.list(reports.resolve("compare-cells"))) {
            assertThat(cells)
                    .hasSizeGreaterThanOrEqualTo(4)
                    .allMatch(cell -> cell.toString().endsWith(".json"));
        }
        assertThat(swav("compare", "--labels", "25%,100%", "--report", reports).code())
                .isEqualTo(ExitCode.DONE);
        assertThat(Files.readAllBytes(reports.resolve("compare.json"))).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "finetune | --lr 0 | --lr: '0.0': must be a number above 0",
                "finetune | --head-lr -1 | --head-lr: '-1.0': must be a number above 0",
                "finetune | --labels 0% | --labels: '0%': a share must be above 0% and at most 100%",
                "finetune | --labels none.txt | --labels: 'none.txt': there is no such file",
                "finetune | --preset big | --preset: 'big': must be one of imagenet-1, imagenet-10, small, small-many",
                "finetune | --schedule line | --schedule: 'line': must be one of step, cosine",
                "supervised | --batch 1 | --batch: '1': must be from 2 to 65536",
                "supervised | --min-scale 0 | --min-scale: '0.0': must be above 0 and at most 1",
                "supervised | --weight-decay -1 | --weight-decay: '-1.0': must be from 0 to 1",
                "compare | --labels 1%,200% | --labels: '200%': a share must be above 0%",
                "compare | --seeds 0 | --seeds: '0': must be from 1 to 1000",
                "compare | --scratch-lr NaN | --scratch-lr: 'NaN': must be a number above 0"
            })
    void whatIsWrongIsSaidBeforeAnyWork(String command, String arguments, String message) {
        List<Object> words = new ArrayList<>(List.of(command, "--model", run, "--train", "none", "--test", "none"));
        words.addAll(List.of(arguments.split(" ")));
        TinyCommand.Result result = TinyCommand.swav(words.toArray());
        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("swav: " + message);
    }

    @Test
    void aListThatNamesUnknownImagesIsRefused() throws IOException {
        Path list = Files.writeString(folder.resolve("list.txt"), "nobody.jpg\n");
        TinyCommand.Result result = swav("finetune", "--labels", list);
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).startsWith("swav: " + list + ": line 1: 'nobody.jpg' is not among the images of ");
    }

    @Test
    void reportsAreNamedByTheirLabels() {
        assertThat(ClassifierRun.suffix("100%")).isEmpty();
        assertThat(ClassifierRun.suffix("10%")).isEqualTo("-10");
        assertThat(ClassifierRun.suffix("0.5 %")).isEqualTo("-0.5");
        assertThat(ClassifierRun.suffix("lists/1 percent.txt")).isEqualTo("-1-percent");
    }
}
