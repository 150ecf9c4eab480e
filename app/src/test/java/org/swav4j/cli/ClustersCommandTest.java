package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.sample.SampleImages;
import org.swav4j.source.ImageSources;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ClustersCommandTest {
    @TempDir
    private static Path shared;

    private static Path images;
    private static Path run;
    private static int count;

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() throws IOException {
        SampleImages.draw(shared.resolve("images"), 6, 1, 5);
        images = shared.resolve("images").resolve("train");
        count = ImageSources.open(images).size();
        run = shared.resolve("run");
        TinyCommand.Result trained = TinyCommand.pretrain("--data", images, "--out", run, "--epochs", "1", "--quiet");
        assertThat(trained.code()).as(trained.err()).isZero();
    }

    private static TinyCommand.Result clusters(Path data, Object... more) {
        Object[] words = new Object[more.length + 10];
        Object[] first = {"clusters", "--model", run, "--data", data, "--quiet", "--precision", "fp32", "--threads", "1"
        };
        System.arraycopy(first, 0, words, 0, 10);
        System.arraycopy(more, 0, words, 10, more.length);
        return TinyCommand.swav(words);
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.builder().build().readTree(Files.readAllBytes(file));
    }

    @Test
    void aRunsImagesInItsPrototypes() throws Exception {
        Path broken = Files.write(images.resolve("broken.jpg"), new byte[] {1, 2, 3});
        Path out = folder.resolve("x.csv");
        TinyCommand.Result result;
        try {
            result = clusters(images, "--out", out, "--stability");
        } finally {
            Files.delete(broken);
        }
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
        assertThat(result.out())
                .contains("effective prototypes", "NMI of prototypes with labels", "accuracy of groups")
                .contains("same prototype in two augmentations")
                .contains("Agreement with labels", "Fullest prototypes");
        assertThat(result.err())
                .contains("swav: 1 unreadable image was left out, broken.jpg: not an image")
                .contains("Written: " + out + ", " + count + " images");
        assertThat(Files.readAllLines(out)).hasSize(count + 1);
        assertThat(Files.readAllLines(folder.resolve("x.prototypes.csv"))).hasSize(9);
        JsonNode report = json(run.resolve("eval/clusters.json"));
        assertThat(report.at("/evaluation").asString()).isEqualTo("clusters");
        assertThat(report.at("/command").asString()).startsWith("swav clusters --model ");
        assertThat(report.at("/figures/images").asInt()).isEqualTo(count);
        assertThat(report.at("/figures/prototypes").asInt()).isEqualTo(8);
        assertThat(report.at("/figures/nmi").asDouble()).isBetween(0., 1.);
        // the run's own crops and colours
        assertThat(report.at("/settings/stability_crops").asString()).isEqualTo("2x16@0.4-1");
        assertThat(run.resolve("eval/clusters.html")).isNotEmptyFile();
        TinyCommand.Result again = clusters(images, "--out", out);
        assertThat(again.code()).isEqualTo(ExitCode.FAILED);
        assertThat(again.err()).isEqualTo("swav: " + out + ": is there already; delete it, or give another name\n");
    }

    @Test
    void theSameTwiceAndWithoutLabels() throws Exception {
        Path flat = Files.createDirectory(folder.resolve("flat"));
        List<Path> some;
        try (var files = Files.walk(images)) {
            some = files.filter(Files::isRegularFile).sorted().limit(5).toList();
        }
        for (int i = 0; i < some.size(); i++) {
            Files.copy(some.get(i), flat.resolve(i + some.get(i).getFileName().toString()));
        }
        TinyCommand.Result first = clusters(flat, "--json", "--stability", "--report", folder.resolve("a"));
        TinyCommand.Result second =
                clusters(flat, "--json", "--stability", "--report", folder.resolve("b"), "--workers", "3");
        assertThat(first.code()).as(first.err()).isEqualTo(ExitCode.DONE);
        JsonNode figures = JsonMapper.builder().build().readTree(first.out()).at("/figures");
        assertThat(figures)
                .isEqualTo(JsonMapper.builder().build().readTree(second.out()).at("/figures"));
        assertThat(figures.has("nmi")).isFalse();
        assertThat(figures.at("/images").asInt()).isEqualTo(5);
        assertThat(first.err()).contains("8 prototypes for 5 images: at least 3 must be empty");
        assertThat(folder.resolve("a/clusters.json")).isNotEmptyFile();
    }

    @Test
    void whatIsWrongIsSaidAtOnce() throws Exception {
        TinyCommand.Result result = TinyCommand.swav(
                "clusters",
                "--model",
                folder.resolve("none"),
                "--data",
                images,
                "--out",
                folder.resolve("x.npy"),
                "--silhouette-sample",
                "-1",
                "--prototypes-shown",
                "0",
                "--images-per-prototype",
                "51",
                "--prototype-head",
                "0");
        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err())
                .contains("--model: " + folder.resolve("none") + ": there is no such run or checkpoint")
                .contains("--out: '" + folder.resolve("x.npy") + "': must end in one of .csv, .parquet")
                .contains("--silhouette-sample: '-1': must be from 0 to 100000")
                .contains("--prototypes-shown: '0': must be from 1 to 1000")
                .contains("--images-per-prototype: '51': must be from 1 to 50")
                .contains("--prototype-head: '0': must be from 1 to 1000");
        TinyCommand.Result fresh = TinyCommand.swav("clusters", "--model", "untrained:resnet18", "--data", images);
        assertThat(fresh.code()).isEqualTo(ExitCode.USAGE);
        assertThat(fresh.err()).contains("--model: 'untrained:resnet18': fresh weights have no prototypes");
        TinyCommand.Result second = clusters(images, "--prototype-head", "2");
        assertThat(second.code()).isEqualTo(ExitCode.FAILED);
        assertThat(second.err()).contains("has 1 prototype head, so there is no number 2");
        Path nothing = Files.createDirectory(folder.resolve("nothing"));
        TinyCommand.Result empty = clusters(nothing);
        assertThat(empty.code()).isEqualTo(ExitCode.FAILED);
        assertThat(empty.err()).startsWith("swav: " + nothing).hasLineCount(1);
    }
}
