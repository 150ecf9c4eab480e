package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.sample.SampleImages;
import org.swav4j.train.Setting;
import org.swav4j.train.Settings;
import org.swav4j.train.TrainingResult;

class ExamplesTest {
    private static final int EPOCHS = 8;

    @TempDir
    static Path folder;

    private static Path run;
    private static TrainingResult result;
    private static List<Path> pictures;

    @BeforeAll
    static void trains() throws IOException {
        Path images = folder.resolve("images");
        SampleImages.draw(images, 8, 1, 1);
        pictures = jpegs(images.resolve("train"));
        run = folder.resolve("run");
        Settings small = Settings.builder()
                .flag(Setting.ARCH, "resnet10w0.125")
                .flag(Setting.CROPS, "2x32@0.3-1")
                .flag(Setting.PROTOTYPES, "16")
                .flag(Setting.BATCH_SIZE, "32")
                .flag(Setting.EPOCHS, String.valueOf(EPOCHS))
                .flag(Setting.THREADS, "1")
                .flag(Setting.PRECISION, "fp32")
                .build();
        result = TrainEncoder.train(images.resolve("train"), run, small);
    }

    @Test
    void trainingLearnsAndLeavesAnEncoder() throws Exception {
        assertThat(result.interrupted()).isFalse();
        assertThat(result.step()).isEqualTo((long) EPOCHS * (pictures.size() / 32));
        assertThat(result.checkpoint()).startsWith(run).isDirectory();
        List<Double> losses = Pattern.compile("\"loss\":([\\d.]+)")
                .matcher(Files.readString(run.resolve("metrics.jsonl")))
                .results()
                .map(match -> Double.valueOf(match.group(1)))
                .toList();
        assertThat(losses.get(losses.size() - 1)).isLessThan(losses.get(0) - 0.1);
    }

    @Test
    void thePictureItselfIsFoundFirstAndTheRestInOrder() throws Exception {
        try (ImageIndex index = new ImageIndex(run)) {
            index.add(pictures);
            for (Path picture : List.of(pictures.get(0), pictures.get(17), pictures.get(pictures.size() - 1))) {
                try (var content = Files.newInputStream(picture)) {
                    List<ImageIndex.Found> found = index.nearest(content, 3);
                    assertThat(found.get(0).file()).isEqualTo(picture);
                    assertThat(found.get(0).likeness()).isBetween(0.9999, 1.0001);
                    assertThat(found)
                            .extracting(ImageIndex.Found::likeness)
                            .isSortedAccordingTo((a, b) -> Double.compare(b, a));
                    assertThat(found.get(1).likeness()).isLessThan(found.get(0).likeness());
                }
            }
        }
    }

    @Test
    void theServiceAnswersPicturesAndRefusesWhatIsNone() throws Exception {
        ImageIndex index = new ImageIndex(run);
        index.add(pictures);
        try (ImageService service = new ImageService(index, 0)) {
            HttpResponse<String> found = post(service, Files.readAllBytes(pictures.get(5)));
            assertThat(found.statusCode()).isEqualTo(200);
            assertThat(found.body().lines()).hasSize(5).first().isEqualTo("1.000 " + pictures.get(5));

            HttpResponse<String> refused = post(service, "<html>".getBytes());
            assertThat(refused.statusCode()).isEqualTo(415);
            assertThat(refused.body()).isNotBlank();
        }
    }

    private static HttpResponse<String> post(ImageService service, byte[] body) throws Exception {
        URI address = URI.create("http://localhost:" + service.port() + "/nearest");
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(address)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static List<Path> jpegs(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted()
                    .toList();
        }
    }
}
