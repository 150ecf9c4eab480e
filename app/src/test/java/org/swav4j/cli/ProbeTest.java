package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.cli.TinyCommand.Result;
import org.swav4j.sample.SampleImages;

/** The online probe from the command line: 36 images are three steps an epoch, nine in all. */
class ProbeTest {
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

    @Test
    void imagesWithoutLabelsAreRefusedBeforeAnythingIsWritten() throws IOException {
        Path flat = Files.createDirectory(directory.resolve("flat"));
        Path one = Files.createDirectories(directory.resolve("one/cats"));
        try (Stream<Path> all = Files.walk(train())) {
            for (Path image : all.filter(Files::isRegularFile).toList()) {
                String name = image.getParent().getFileName() + "-" + image.getFileName();
                Files.copy(image, flat.resolve(name));
                Files.copy(image, one.resolve(name));
            }
        }
        Path out = directory.resolve("run");
        Result unlabelled = TinyCommand.pretrain("--data", flat, "--out", out, "--probe");
        assertThat(unlabelled.code()).isEqualTo(ExitCode.USAGE);
        assertThat(unlabelled.err())
                .startsWith("swav: --probe: needs labels: the images have none; each class needs a folder of its own");
        Result oneClass = TinyCommand.pretrain("--data", one.getParent(), "--out", out, "--probe=true");
        assertThat(oneClass.code()).isEqualTo(ExitCode.USAGE);
        assertThat(oneClass.err()).startsWith("swav: --probe: needs labels: the images are all of one class; each ");
        assertThat(out).doesNotExist();
    }

    @Test
    void itIsMeasuredShownSwitchedOffAndOnAndLeftOutOfAReproduction() throws IOException {
        Path run = directory.resolve("run");
        Result probed = TinyCommand.pretrain("--data", train(), "--out", run, "--max-steps", 4, "--probe");
        assertThat(probed.code()).as(probed.err()).isZero();
        assertThat(probed.out()).containsPattern("step 4/4  loss [0-9.]+  probe [0-9.]+ %  lr ");
        assertThat(Files.readString(run.resolve("metrics.jsonl"))).contains("\"probe_top1\":", "\"probe_loss\":");

        Path other = directory.resolve("other");
        assertThat(TinyCommand.pretrain("--data", train(), "--out", other, "--max-steps", 4)
                        .code())
                .isZero();
        Result resumed = TinyCommand.swav(
                "pretrain", "--data", train(), "--out", other, "--resume", "--probe", "--max-steps", 9);
        assertThat(resumed.code()).as(resumed.err()).isZero();
        List<String> config = Files.readAllLines(other.resolve("config.yaml"));
        assertThat(config).contains("probe: true");

        Result again = TinyCommand.swav("reproduce", other, "--out", directory.resolve("again"));
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("bit for bit");
    }
}
