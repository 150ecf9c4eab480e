package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.cli.TinyCommand.Result;
import org.swav4j.sample.SampleImages;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LinearCommandTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private static Path shared;

    private static Path train;
    private static Path test;

    @BeforeAll
    static void draw() throws IOException {
        SampleImages.draw(shared.resolve("images"), 30, 12, 5);
        train = shared.resolve("images/train");
        test = shared.resolve("images/test");
    }

    private static Result linear(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(
                "linear",
                "--model",
                "untrained:resnet10w0.25:small-stride2:32",
                "--train",
                train,
                "--test",
                test,
                "--precision",
                "fp32",
                "--threads",
                "1",
                "--quiet"));
        all.addAll(List.of(arguments));
        return TinyCommand.swav(all.toArray());
    }

    @Test
    void cachedFeaturesOfTwoStagesBeatChance() throws IOException {
        Path folder = shared.resolve("report");
        Result result = linear("--cached", "--stage", "layer2,layer4", "--json", "--report", folder);
        assertThat(result.code()).as(result.err()).isZero();
        JsonNode figures = JSON.readTree(result.out()).get("figures");
        double chance = 1.0 / SampleImages.classes().size();
        assertThat(figures.get("layer2_top1").asDouble()).isGreaterThan(1.5 * chance);
        assertThat(figures.get("layer4_top1").asDouble())
                .isNotEqualTo(figures.get("layer2_top1").asDouble());
        assertThat(folder.resolve("linear-cached.json")).content().contains("\"layer4_sweep\"");
        assertThat(folder.resolve("linear-cached.html")).isNotEmptyFile();
        Result again = linear("--cached", "--stage", "layer2,layer4", "--json");
        assertThat(JSON.readTree(again.out()).get("figures")).isEqualTo(figures);
    }

    @Test
    void trainingOnCropsNamesBestAndLast() {
        Path folder = shared.resolve("crops");
        Result result = linear(
                "--preset", "small", "--epochs", "4", "--batch", "32", "--labels", "50%", "--json", "--report", folder);
        assertThat(result.code()).as(result.err()).isZero();
        JsonNode report = JSON.readTree(result.out());
        JsonNode figures = report.get("figures");
        double chance = 1.0 / SampleImages.classes().size();
        double last = figures.get("last_top1").asDouble();
        assertThat(figures.get("best_top1").asDouble())
                .isGreaterThanOrEqualTo(last)
                .isGreaterThan(chance);
        assertThat(figures.get("best_epoch").asInt()).isBetween(1, 4);
        assertThat(folder.resolve("linear.html")).isNotEmptyFile();
        assertThat(folder.resolve("linear.unfinished.safetensors")).doesNotExist();
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        Result result = linear(
                "--cached",
                "--stage",
                "layer5",
                "--lr",
                "0.1",
                "--preset",
                "imagenet",
                "--labels",
                "200%",
                "--weight-decay",
                "-1");
        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err())
                .contains("--stage: 'layer5': the stages of a trunk are layer1, layer2, layer3, layer4")
                .contains("--lr: L-BFGS has none; add --solver sgd")
                .contains("--preset: is for training on crops")
                .contains("--labels: '200%'")
                .contains("--weight-decay: '-1.0': must be 0 or more")
                .doesNotContain("Exception");
        assertThat(linear("--solver", "sgd", "--lr", ".1,.2", "--preset", "x").err())
                .contains("--solver: is for --cached")
                .contains("--lr: several values can be tried with --cached only")
                .contains("--preset: 'x': must be one of imagenet, small, places205, inat18");
        assertThat(linear("--crop-scale", "1-.5").err()).contains("--crop-scale: scale range must satisfy");
        assertThat(linear("--stage", "layer3,layer3").err()).contains("names a stage twice");
    }

    @Test
    void imagesWithoutClassesAreRefused() throws IOException {
        Path plain = Files.createDirectories(shared.resolve("plain"));
        Path first;
        try (var files = Files.walk(test)) {
            first = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        Files.copy(first, plain.resolve("a" + first.getFileName()));
        Result refused = TinyCommand.swav(
                "linear", "--cached", "--model", "untrained:resnet10w0.25:small:32", "--train", plain, "--test", test);
        assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("no classes");
    }
}
