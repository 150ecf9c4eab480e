package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.s3.S3Server;
import org.swav4j.s3.S3Settings;
import org.swav4j.sample.SampleImages;

/** The whole pretraining on images of a local S3 server, healthy and not, against the same on the folder it serves. */
class S3EndToEndTest {
    private static final String WEIGHTS = "checkpoints/step-000000003/model.safetensors";

    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    @BeforeAll
    static void trainOnDisk() throws IOException {
        SampleImages.draw(shared.resolve("images"), 5, 1, 5);
        Result local = swav(pretrain(images().toString(), shared.resolve("local")));
        assertThat(local.code).as(local.err).isZero();
    }

    private static Path images() {
        return shared.resolve("images/train");
    }

    @Test
    void aHealthyServerGivesTheWeightsOfTheLocalFolder() throws IOException {
        Path run = directory.resolve("run");
        try (S3Server server = new S3Server().putAll("healthy", "a/train/", images());
                S3Settings settings = new S3Settings(server.endpoint())) {
            Result result = swav(pretrain("s3://healthy/a/train", run));
            assertSameAsLocal(result, run);
            assertThat(result.out).contains("s3://healthy/a/train: 60 images in 12 folders");
            assertThat(server.count("HEAD")).isZero();
            // 60 looked at for their size in pixels, and 3 batches of 20, with a few read ahead
            assertThat(server.count("GET")).isBetween(120, 180);
        }
        assertThat(Files.readString(run.resolve("provenance.json")))
                .contains("\"s3://healthy/a/train: 60 images in 12 folders\"")
                .contains("\"s3://healthy/a/train\"");
    }

    @Test
    void aServerThatFailsEveryTenthRequestChangesNothing() throws IOException {
        Path run = directory.resolve("run");
        try (S3Server server = new S3Server(S3Server.failingEvery(10)).putAll("failing-tenth", "", images());
                S3Settings settings = new S3Settings(server.endpoint())) {
            assertSameAsLocal(swav(pretrain("s3://failing-tenth", run)), run);
            assertThat(server.count("")).isGreaterThan(130);
        }
    }

    @Test
    void aServerThatStallsCostsSecondsAndChangesNothing() throws IOException {
        Path run = directory.resolve("run");
        try (S3Server server = new S3Server(S3Server.stallingAt(2, 7, 60, 100)).putAll("stalling", "", images());
                S3Settings settings = new S3Settings(server.endpoint())) {
            long start = System.nanoTime();
            assertSameAsLocal(swav(pretrain("s3://stalling", run)), run);
            // a stalled request is given up after a second here
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(40));
        }
    }

    @Test
    void aRunOnDiskIsResumedOnS3() throws IOException {
        Path run = directory.resolve("run");
        Result first = swav(pretrain(images().toString(), run, "--max-steps", "1"));
        assertThat(first.code).as(first.err).isZero();
        try (S3Server server = new S3Server().putAll("resumed", "", images());
                S3Settings settings = new S3Settings(server.endpoint())) {
            assertSameAsLocal(
                    swav("pretrain", "--data", "s3://resumed", "--out", run, "--resume", "--max-steps", "3"), run);
        }
    }

    @Test
    void imagesThatCannotBeHadAreNamedAndReplaced() throws IOException {
        Path run = directory.resolve("run");
        try (S3Server server = new S3Server(S3Server.refusing("/star/", 403, "AccessDenied"))
                        .putAll("some-refused", "", images());
                S3Settings settings = new S3Settings(server.endpoint())) {
            for (int i = 0; i < 200; i++) {
                byte[] image = Files.readAllBytes(first());
                server.put("some-refused", "more/" + i + ".jpg", image);
            }
            Result result = swav(pretrain("s3://some-refused", run));
            assertThat(result.code).as(result.err).isZero();
        }
        assertThat(Files.readString(run.resolve("quarantine.csv"))).contains(",star/", ",permission denied");
    }

    @Test
    void whatIsWrongWithS3IsOneLine() throws IOException {
        try (S3Server server = new S3Server().bucket("there").put("there", "a/b.jpg", new byte[1]);
                S3Settings settings = new S3Settings(server.endpoint())) {
            assertFails("s3://missing/a", "swav: s3://missing/a/: there is no such bucket");
            assertFails(
                    "s3://there/c",
                    "swav: s3://there/c/: there is no such folder: no key in the bucket begins like that");
            settings.set("aws.accessKeyId", "stranger");
            assertFails(
                    "s3://unknown-key/a",
                    "swav: s3://unknown-key/a/: the server refuses the credentials (InvalidAccessKeyId); give valid ones"
                            + " as for the AWS command line");
            settings.set("aws.endpointUrlS3", "http://127.0.0.1:1");
            assertFails("s3://unreachable/a", "swav: s3://unreachable/a/: the connection fails (");
        }
        try (S3Server server = new S3Server(S3Server.refusing("/denied", 403, "AccessDenied"));
                S3Settings settings = new S3Settings(server.endpoint())) {
            assertFails(
                    "s3://denied/a",
                    "swav: s3://denied/a/: permission denied; the credentials must allow to list the bucket");
        }
        try (S3Server server = new S3Server(S3Server.refusing("/moved", 301, "PermanentRedirect"));
                S3Settings settings = new S3Settings(server.endpoint())) {
            assertFails("s3://moved/a", "swav: s3://moved/a/: the bucket is in another region; set AWS_REGION to it");
        }
    }

    @Test
    void placesThatCannotBeAreWrongUsage() {
        assertThat(swav("pretrain", "--data", "gs://b/a", "--out", "x").err)
                .contains("--data", "'gs://b/a': locations begin with file://, s3://, s3x:// here, or are plain paths");
        assertThat(swav("pretrain", "--data", "s3://", "--out", "x").err)
                .contains("'s3://': must be s3://BUCKET/PREFIX");
        assertThat(swav("knn", "--model", "m", "--train", "s3x://k:secret@h", "--test", "t").err)
                .contains("'s3x://k:***@h': must be s3x://HOST/BUCKET/PREFIX");
        for (String option : List.of("--out", "--config", "--init-from")) {
            Result result = swav("pretrain", "--data", "a", option, "s3://b/a");
            assertThat(result.code).isEqualTo(ExitCode.USAGE);
            assertThat(result.err)
                    .contains(option, "'s3://b/a': must be on this machine; only images may lie elsewhere");
        }
    }

    private static void assertSameAsLocal(Result result, Path run) {
        assertThat(result.code).as(result.err).isZero();
        assertThat(result.err).isEmpty();
        assertThat(run.resolve("quarantine.csv")).doesNotExist();
        assertThat(run.resolve(WEIGHTS))
                .hasSameBinaryContentAs(shared.resolve("local").resolve(WEIGHTS));
    }

    private void assertFails(String location, String line) {
        Path run = directory.resolve("run");
        Result result = swav(pretrain(location, run));
        assertThat(result.code).isEqualTo(ExitCode.FAILED);
        assertThat(result.err).startsWith(line).hasLineCount(1);
        assertThat(run).doesNotExist();
    }

    private static Object[] pretrain(String data, Path run, String... more) {
        List<Object> all = new ArrayList<>(List.of("pretrain", "--data", data, "--out", run));
        all.addAll(List.of(
                ("--arch resnet10w0.125 --stem small-stride2 --crops 2x16@0.4-1 --prototypes 8 --hidden 16 --dim 8"
                                + " --batch-size 20 --epochs 1 --precision fp32 --threads 1 --workers 2 --seed 7")
                        .split(" ")));
        all.addAll(List.of(more));
        return all.toArray();
    }

    private static Path first() throws IOException {
        try (Stream<Path> files = Files.walk(images())) {
            return files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
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
