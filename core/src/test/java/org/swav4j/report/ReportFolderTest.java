package org.swav4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.eval.Interval;
import org.swav4j.eval.Predictions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportFolderTest {
    @TempDir
    private Path folder;

    @Test
    void allReportsAreListedWithTheirFirstFigures() throws IOException {
        ReportFolder reports = new ReportFolder(folder.resolve("eval"));
        reports.write(report("zebra 1 %", "The last", .25));
        reports.write(report("knn", Pages.HOSTILE, .5));
        Path page = reports.write(report("knn", Pages.HOSTILE, .75));
        assertThat(page).isEqualTo(folder.resolve("eval/knn.html"));
        String index = Files.readString(folder.resolve("eval/index.html"));
        Pages.parse(index);
        assertThat(index)
                .contains(
                        "href=\"./knn.html\"",
                        "top-1 75.0 % (95 %: 74.0 to 76.0)",
                        "href=\"./zebra%201%20%25.html\"",
                        "1 warning")
                .doesNotContain("50.0 %", "<script");
        assertThat(index.indexOf("knn.html")).isLessThan(index.indexOf("The last"));
        try (var files = Files.list(folder.resolve("eval"))) {
            assertThat(files).hasSize(5);
        }
    }

    @Test
    void filesThatAreNoReportsAreLeftOutOfTheList() throws IOException {
        Files.writeString(folder.resolve("damaged.json"), "{\"format\": 1, \"evaluation\": \"dama");
        Files.writeString(folder.resolve("empty.json"), "");
        Files.writeString(folder.resolve("deep.json"), "[".repeat(100_000));
        Files.writeString(folder.resolve("foreign.json"), "{\"format\": 1, \"evaluation\": \"another\"}");
        Files.writeString(folder.resolve("newer.json"), "{\"format\": 2, \"evaluation\": \"newer\"}");
        Files.write(folder.resolve("bytes.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        Files.createDirectory(folder.resolve("folder.json"));
        Files.writeString(
                folder.resolve("odd.json"),
                "{\"format\": 1, \"evaluation\": \"odd\", \"title\": 7, \"encoders\": 3, \"warnings\": \"x\"}");
        new ReportFolder(folder).write(report("knn", "k-NN", .5));
        String index = Files.readString(folder.resolve("index.html"));
        assertThat(Pages.count(index, "<li>")).isEqualTo(2);
        assertThat(index).contains("<bdi>odd</bdi>", "knn.html").doesNotContain("odd.html");
    }

    @Test
    void namesThatWouldHideSomethingAreRefused() {
        for (String name : List.of("index", "../knn", "a\\b", " ")) {
            assertThatThrownBy(() -> Report.builder(name, "x")).isInstanceOf(IllegalArgumentException.class);
        }
        Report.Builder report = Report.builder("knn", "x").figure(Figure.count("n", "n", 1));
        assertThatThrownBy(() -> report.figure(Figure.count("n", "m", 2))).hasMessageContaining("two figures 'n'");
        assertThatThrownBy(() -> report.section(new Section.Table("figures", "", List.of(), List.of())))
                .hasMessageContaining("two fields 'figures'");
    }

    @Test
    void theJsonHasPerClassSharesAndIntervalsOfLines() {
        Predictions predictions = new Predictions(
                List.of("a", "b", "c"), new int[] {0, 1, 2}, new int[] {0, 0, 1}, new int[][] {{0}, {1}, {}});
        double[] one = {.5};
        JsonNode json = new JsonMapper()
                .readTree(ReportJson.bytes(Report.builder("all", "All")
                        .section(new Section.Confusion("confusion", "", predictions))
                        .section(new Section.Chart(
                                "curve",
                                "",
                                "",
                                "",
                                false,
                                true,
                                List.of(
                                        new Section.Line("plain", one, one),
                                        new Section.Line(
                                                "sure", one, one, new double[] {.4}, new double[] {Double.NaN}))))
                        .build()));
        assertThat(json.at("/confusion/per_class").toString()).isEqualTo("[0.5,0.0,null]");
        assertThat(json.at("/confusion/right_by_said").toString()).isEqualTo("[[1,1,0,0],[0,0,0,1],[0,0,0,0]]");
        assertThat(json.at("/curve/plain").toString()).isEqualTo("[[0.5,0.5]]");
        assertThat(json.at("/curve/sure").toString()).isEqualTo("[[0.5,0.5,0.4,null]]");
    }

    @Test
    void theMatrixOfVeryManyClassesIsWrittenAsPairs() {
        List<String> classes =
                IntStream.range(0, 20_000).mapToObj(String::valueOf).toList();
        Predictions predictions =
                new Predictions(classes, new int[] {0, 1, 2}, new int[] {5, 5, 19_999}, new int[][] {{6}, {6}, {}});
        JsonNode json = new JsonMapper()
                .readTree(ReportJson.bytes(Report.builder("all", "All")
                        .section(new Section.Confusion("confusion", "", predictions))
                        .build()));
        assertThat(json.at("/confusion/right_said_count").toString()).isEqualTo("[[5,6,2],[19999,20000,1]]");
        assertThat(json.at("/confusion/right_by_said").isMissingNode()).isTrue();
    }

    private static Report report(String name, String title, double top1) {
        return Report.builder(name, title)
                .figure(Figure.share("top1", "top-1", top1, new Interval(top1 - .01, top1 + .01)))
                .figure(Figure.share("top5", "top-5", 1))
                .warning("a warning")
                .build();
    }
}
