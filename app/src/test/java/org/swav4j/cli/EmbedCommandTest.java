package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.format.NpyFile;
import org.swav4j.sample.SampleImages;
import org.swav4j.source.ImageSources;

class EmbedCommandTest {
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

    private TinyCommand.Result embed(Object... more) {
        Object[] words = new Object[more.length + 6];
        System.arraycopy(new Object[] {"embed", "--model", run, "--data", images, "--quiet"}, 0, words, 0, 6);
        System.arraycopy(more, 0, words, 6, more.length);
        return TinyCommand.swav(words);
    }

    @Test
    void itWritesEveryImagesVector() throws Exception {
        Path broken = Files.write(images.resolve("broken.jpg"), new byte[] {1, 2, 3});
        Path out = folder.resolve("x.npy");
        try {
            TinyCommand.Result result = embed("--out", out, "--what", "codes", "--batch", "7");
            assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
            assertThat(result.out())
                    .contains(out + ": " + count + " vectors of 8 numbers, names in x.names.csv; " + (count + 1)
                            + " images in ")
                    .contains("1 could not be read and is left out, such as broken.jpg: not an image")
                    .contains("; " + folder.resolve("x.broken.csv") + " names all");
        } finally {
            Files.delete(broken);
        }
        assertThat(NpyFile.read(out).shape()).containsExactly(count, 8);
        TinyCommand.Result again = embed("--out", out);
        assertThat(again.code()).isEqualTo(ExitCode.FAILED);
        assertThat(again.err()).isEqualTo("swav: " + out + ": is there already; delete it, or give another name\n");
    }

    @Test
    void resultsForPrograms() throws Exception {
        Path out = folder.resolve("x.parquet");
        TinyCommand.Result result = embed("--out", out, "--half", "--normalize", "--json", "--image-size", "24");
        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
        assertThat(result.out())
                .contains("\"complete\" : true", "\"vectors\" : " + count, "\"dimensions\" : 64", "\"broken\" : 0");
        assertThat(Files.readString(out, java.nio.charset.StandardCharsets.ISO_8859_1))
                .startsWith("PAR1")
                .endsWith("PAR1");
    }

    @Test
    void whatIsWrongIsSaidAtOnce() {
        TinyCommand.Result result = TinyCommand.swav(
                "embed",
                "--model",
                folder.resolve("none"),
                "--data",
                images,
                "--out",
                folder.resolve("x.txt"),
                "--what",
                "fish",
                "--batch",
                "0",
                "--precision",
                "fp8",
                "--device",
                "tpu");
        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err())
                .contains("--batch: '0': must be from 1 to 4096")
                .contains("--out: '" + folder.resolve("x.txt") + "': must end in one of .npy, .csv, .parquet")
                .contains("--model: " + folder.resolve("none") + ": there is no such run or checkpoint")
                .contains("--what: 'fish': must be one of trunk, embedding, scores, codes")
                .contains("--precision: 'fp8' is not a precision: fp32, bf16")
                .contains("--device: 'tpu' is not a device");
    }

    @Test
    @Tag("slow")
    void killedAndInterruptedItGoesOnToTheSameBytes() throws Exception {
        Path whole = folder.resolve("whole.csv");
        assertThat(embed("--out", whole, "--batch", "1", "--threads", "1").code())
                .isZero();
        Path out = folder.resolve("x.csv");
        List<Object> command =
                List.of("embed", "--model", run, "--data", images, "--out", out, "--batch", "1", "--threads", "1");
        AtomicInteger ended = new AtomicInteger();
        for (String signal : List.of("INT", "KILL")) {
            try (SwavProcess process = SwavProcess.start(folder, command)) {
                boolean begun = process.await(
                        () -> Files.exists(folder.resolve("x.csv.partial/vectors")) || Files.exists(out), 60);
                if (begun && !Files.exists(out)) {
                    process.signal(signal);
                }
                SwavProcess.Result result = process.end(60);
                if (result.code() == ExitCode.INTERRUPTED) {
                    assertThat(result.err()).contains("Stopped. The same command goes on.");
                }
                assertThat(result.code()).isIn(ExitCode.DONE, ExitCode.INTERRUPTED, 137);
                ended.addAndGet(result.code() == ExitCode.DONE ? 1 : 0);
            }
        }
        if (!Files.exists(out)) {
            assertThat(TinyCommand.swav(command.toArray()).code()).isZero();
        }
        assertThat(out).hasSameBinaryContentAs(whole);
        assertThat(folder.resolve("x.csv.partial")).doesNotExist();
    }
}
