package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.preview.PreviewPage;
import org.swav4j.sample.SampleImages;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DataPreviewCommandTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    @BeforeAll
    static void draw() throws IOException {
        SampleImages.draw(shared.resolve("it's"), 2, 1, 5);
    }

    private static Path images() {
        return shared.resolve("it's/train");
    }

    @Test
    void withoutSettingsItShowsTheCropsThatTrainingChoosesAndSaysSo() throws IOException {
        Path page = directory.resolve("p.html");
        Result result = preview("--data", images(), "--out", page);
        assertThat(result.code).as(result.err).isZero();
        assertThat(result.out.lines()).containsExactly(page + ": 6 images with 2 crops each; open it in a browser");
        String html = Files.readString(page);
        assertThat(html)
                .startsWith("<!DOCTYPE html>")
                .contains("(chosen automatically: 24 images with a short side of 96 px")
                .contains("24 images in 12 folders")
                .contains(
                        " pretrain --data &#39;" + shared + "/it&#39;\\&#39;&#39;s/train&#39; --out runs/first</code>");
    }

    @Test
    void settingsComeFromPresetFileAndFlagsAsForTraining() throws IOException {
        Path config = Files.writeString(directory.resolve("my.yaml"), "crops: 3x20@0.3-1\nflip: 0.25\nepochs: 7\n");
        Path page = directory.resolve("p.html");
        Result result =
                preview("--data", images(), "--out", page, "--preset", "cifar10", "--config", config, "--flip", "0.75");
        assertThat(result.code).as(result.err).isZero();
        assertThat(result.out).contains("6 images with 3 crops each");
        assertThat(Files.readString(page))
                .contains("<code>--crops 3x20@0.3-1</code> (" + config + ":1: crops)")
                .contains("<code>--flip</code></th><td>0.75</td><td>the command line</td>")
                .contains("<td>preset &#39;cifar10&#39;:")
                .contains("--preset cifar10 --config " + config + " --flip 0.75</code>");
    }

    @Test
    void aRecipeForMoreImagesCanBeLookedAtWithAWarning() throws IOException {
        Path page = directory.resolve("p.html");
        Result result = preview("--data", images(), "--out", page, "--preset", "swav_400ep", "--images", "1", "--json");
        assertThat(result.code).as(result.err).isZero();
        JsonNode json = new JsonMapper().readTree(result.out);
        assertThat(json.get("page").asString()).isEqualTo(page.toString());
        assertThat(json.get("images").asInt()).isEqualTo(1);
        assertThat(json.get("crops_per_image").asInt()).isEqualTo(8);
        assertThat(json.get("warnings").toString())
                .contains(
                        "Training would refuse these settings: preset 'swav_400ep'",
                        "smaller than the crops of 224 px");
        assertThat(Files.readString(page)).contains("Training would refuse these settings:");
    }

    @Test
    void aSingleImageCanBeLookedAt() throws IOException {
        Path one = Files.createDirectory(directory.resolve("one"));
        try (Stream<Path> files = Files.walk(images())) {
            Files.copy(files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow(), one.resolve("a.jpg"));
        }
        Result result = preview("--data", one, "--out", directory.resolve("p.html"));
        assertThat(result.code).as(result.err).isZero();
        assertThat(result.out).contains("warning: Training needs at least two images.", "1 image with 2 crops each");
    }

    @Test
    void anOlderPreviewIsReplacedAndNothingElse() throws IOException {
        Path page = directory.resolve("p.html");
        assertThat(preview("--data", images(), "--out", page).code).isZero();
        String first = Files.readString(page);
        assertThat(preview("--data", images(), "--out", page, "--epoch", "3").code)
                .isZero();
        assertThat(Files.readString(page)).isNotEqualTo(first).contains(PreviewPage.MARK, "in epoch 3");

        Path notes = Files.writeString(directory.resolve("notes.html"), "mine");
        Result refused = preview("--data", images(), "--out", notes);
        assertThat(refused.code).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err)
                .startsWith("swav: --out: " + notes + ": exists and is not a preview; name another file");
        assertThat(notes).hasContent("mine");

        Result folder = preview("--data", images(), "--out", directory);
        assertThat(folder.code).isEqualTo(ExitCode.USAGE);
        assertThat(folder.err).contains("is a folder; name a file in it");
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactlyInAnyOrder(page, notes);
        }
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        Result result = preview(
                "--data",
                "x",
                "--crops",
                "3x",
                "--flp",
                "1",
                "--images",
                "0",
                "--epoch",
                "one",
                "--nmb_crops",
                "2",
                "--out",
                directory.resolve("none/p.html"),
                "--preset",
                "cifar");
        assertThat(result.code).isEqualTo(ExitCode.USAGE);
        assertThat(result.err.lines())
                .containsExactlyInAnyOrder(
                        "swav: --crops: '3x': expected COUNTxSIZE@MIN-MAX, for example 2x224@0.14-1,6x96@0.05-0.14",
                        "swav: --flp: there is no such option; did you mean --flip?",
                        "swav: --images: '0': must be a whole number from 1 to 100",
                        "swav: --epoch: 'one': must be a whole number from 0 to 1000000",
                        "swav: --nmb_crops: is called --crops here",
                        "swav: --out: " + directory.resolve("none/p.html") + ": there is no folder "
                                + directory.resolve("none") + "; make it first",
                        "swav: --preset: 'cifar': there is no such preset; did you mean cifar10? ('swav presets' lists"
                                + " them)",
                        "'swav data preview --help' shows how it is used.");
    }

    @ParameterizedTest
    @CsvSource({
        "'1x96@0.2-1', 3, --crops: '1x96@0.2-1': at least 2 crops in all are needed",
        "'256x2048@0.2-1', 3, --crops: a page cannot hold so many crops of one image",
        "'2x2048@0.2-1', 9, --images: '9': with these crops a page holds at most 7"
    })
    void cropsThatTrainingOrAPageCannotHoldAreRefused(String crops, int count, String message) {
        Path page = directory.resolve("p.html");
        Result result = preview("--data", images(), "--out", page, "--crops", crops, "--images", count);
        assertThat(result.code).isEqualTo(ExitCode.USAGE);
        assertThat(result.err).startsWith("swav: " + message);
        assertThat(page).doesNotExist();
    }

    @Test
    void missingEmptyAndUnreadableDataFailWithCode1AndLeaveNothingBehind() throws IOException {
        Path page = directory.resolve("p.html");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        Path broken = Files.createDirectory(directory.resolve("broken"));
        // a header that reads like one of 2 x 2 pixels, and nothing after it
        Files.write(broken.resolve("a.bmp"), new byte[] {
            'B', 'M', 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0
        });
        for (Path data : List.of(directory.resolve("none"), empty, broken)) {
            Result result = preview("--data", data, "--out", page);
            assertThat(result.code).isEqualTo(ExitCode.FAILED);
            assertThat(result.err.lines()).singleElement().asString().startsWith("swav: " + data + ": ");
            assertThat(result.out).isEmpty();
        }
        assertThat(page).doesNotExist();
    }

    @Test
    void helpHasExamplesAndFitsATerminal() {
        Result result = preview("--help");
        assertThat(result.code).isZero();
        assertThat(result.out)
                .contains("Usage: swav data preview", "Examples:", "--json", "--crops=LIST", "--blur-sigma");
        assertThat(result.out).doesNotContain("--prototypes");
        assertThat(result.out.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    }

    private static Result preview(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = Stream.concat(Stream.of("data", "preview"), Stream.of(arguments))
                .map(Object::toString)
                .toArray(String[]::new);
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), words);
        return new Result(code, out.toString(), err.toString());
    }

    private record Result(int code, String out, String err) {}
}
