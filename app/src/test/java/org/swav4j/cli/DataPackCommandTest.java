package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.sample.SampleImages;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DataPackCommandTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    @BeforeAll
    static void draw() throws IOException {
        SampleImages.draw(shared.resolve("images"), 3, 1, 5);
    }

    private static Path images() {
        return shared.resolve("images/train");
    }

    @Test
    void packsVerifiesAndFindsNothingLeftToDo() throws IOException {
        Path out = directory.resolve("shards");
        Result first = swav("data", "pack", "--data", images(), "--out", out, "--size", 64, "--json");
        assertThat(first.code).as(first.err).isZero();
        JsonNode json = new JsonMapper().readTree(first.out);
        assertThat(json.get("images").asInt()).isEqualTo(36);
        assertThat(json.get("resized").asInt()).isEqualTo(36);
        assertThat(json.get("shards").asInt()).isEqualTo(1);
        assertThat(json.get("complete").asBoolean()).isTrue();
        assertThat(Files.size(out.resolve("shard-000000.tar")))
                .isEqualTo(json.get("bytes_out").asLong());
        assertThat(Files.readAllLines(out.resolve("classes.txt"))).hasSize(12);

        Result again = swav("data", "pack", "--data", images(), "--out", out, "--size", 64);
        assertThat(again.code).isZero();
        assertThat(again.out).contains("36 of 36 images in 1 shard,", "36 made smaller", "0 images in 0 s");

        Result verified = swav("data", "pack", "--verify-only", "--out", out);
        assertThat(verified.code).as(verified.err).isZero();
        assertThat(verified.out).contains("1 shard with 36 images");
    }

    @Test
    void aFlippedByteFailsTheVerificationAndIsNamed() throws IOException {
        Path out = directory.resolve("shards");
        assertThat(swav("data", "pack", "--data", images(), "--out", out, "--quiet").err)
                .isEmpty();
        Path shard = out.resolve("shard-000000.tar");
        try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
            file.seek(5000);
            int before = file.read();
            file.seek(5000);
            file.write(before ^ 1);
        }
        Result result = swav("data", "pack", "--verify-only", "--out", out, "--json");
        assertThat(result.code).isEqualTo(ExitCode.FAILED);
        assertThat(result.err).contains("swav: " + shard + ": is damaged", "is written again");
        assertThat(new JsonMapper().readTree(result.out).get("problems")).hasSize(1);
    }

    @Test
    void refusesFoldersInOneLine() throws IOException {
        Result inside = swav("data", "pack", "--data", images(), "--out", images().resolve("shards"));
        assertThat(inside.code).isEqualTo(ExitCode.FAILED);
        assertThat(inside.err).contains("lies inside").doesNotContain("\tat ");
        assertThat(images().resolve("shards")).doesNotExist();
        Path used = Files.createDirectory(directory.resolve("used"));
        Files.writeString(used.resolve("mine"), "");
        Result other = swav("data", "pack", "--data", images(), "--out", used);
        assertThat(other.code).isEqualTo(ExitCode.FAILED);
        assertThat(other.err).contains("swav: " + used + ": is not empty (mine)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--out x| --data: is needed: the folder of images to pack",
                "--data x| Missing required option: '--out=DIR'",
                "--data x --out y --size 4| --size: '4': must be from 8 to 8192",
                "--data x --out y --size 64 --quality 101| --quality: '101': must be from 1 to 100",
                "--data x --out y --quality 90| --quality: needs --size beside it",
                "--data x --out y --shard-mb 0| --shard-mb: '0': must be from 1 to 65536",
                "--data x --out y --workers 0| --workers: '0': must be from 1 to 1024",
                "--data x --out y --shuffle 1 --no-shuffle| --no-shuffle: contradicts --shuffle",
                "--data x --out y --verify-only| --data: is not looked at by --verify-only"
            })
    void wrongUsageIsNamed(String arguments, String message) {
        Result result = swav(("data pack " + arguments).split(" "));
        assertThat(result.code).isEqualTo(ExitCode.USAGE);
        assertThat(result.err).startsWith("swav: " + message).contains("'swav data pack --help'");
    }

    @Test
    void helpFitsATerminalAndHasExamples() {
        Result result = swav("data", "pack", "--help");
        assertThat(result.code).isZero();
        assertThat(result.out).contains("Usage: swav data pack", "Examples", "--json");
        assertThat(result.out.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    }

    private static Result swav(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), words);
        return new Result(code, out.toString(), err.toString());
    }

    private record Result(int code, String out, String err) {}
}
