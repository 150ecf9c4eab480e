package org.swav4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.data.Images;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.Interval;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.eval.Predictions;

class ReportPageTest {
    private static final Pattern IMAGE = Pattern.compile("src=\"(data:image/[a-z]+;base64,[A-Za-z0-9+/=]+)\"");

    @Test
    void thePageIsWellFormedTheSameEachTimeAndLoadsNothing() throws NoSuchAlgorithmException {
        String page = new ReportPage(everything("photos")).html();
        Pages.parse(page);
        assertThat(new ReportPage(everything("photos")).html()).isEqualTo(page);
        assertThat(page).doesNotContain("http:", "https:", "url(", "@import", "<script", " style=\"");
        assertThat(page.indexOf(ReportPage.MARK)).isBetween(0, 400);
        Matcher style = Pattern.compile("<style>(.*)</style>", Pattern.DOTALL).matcher(page);
        assertThat(style.find()).isTrue();
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(style.group(1).getBytes(StandardCharsets.UTF_8));
        assertThat(page)
                .contains("default-src 'none'; img-src data:; style-src 'sha256-"
                        + Base64.getEncoder().encodeToString(digest) + "'\"");
    }

    @Test
    void whatComesFromOutsideIsTextOnly() {
        String page = new ReportPage(everything(Pages.HOSTILE)).html();
        Pages.parse(page);
        assertThat(page).doesNotContain("<script", "\u0007").doesNotContainPattern("\\p{Cs}");
        // a change of direction ends with the element that it is in
        assertThat(Pages.count(page, "<bdi>&lt;script")).isGreaterThan(10);
    }

    @Test
    void figuresSayWhatTheyMeanAndHowSureTheyAre() {
        String page = new ReportPage(everything("photos")).html();
        assertThat(page)
                .contains("<span class=\"value\">62.5 %</span>")
                .contains("95 %: 40.0\u00a0% to 80.0\u00a0%")
                .contains("right at the first guess; chance is 33.3 %")
                .contains("<span class=\"value\">12,345</span>")
                .contains("<span class=\"value\">–</span>");
    }

    @Test
    void everyCellOfTheGridShowsTheImagesBehindIt() {
        LabelledImages images = new LabelledMemory(List.of("cat", "dog"), Set.of(3), 0, 0, 0, 1, 1);
        Predictions predictions = new Predictions(
                List.of("cat", "dog"), new int[] {0, 1, 2, 3, 4}, new int[] {0, 0, 0, 1, 1}, new int[][] {
                    {1}, {1}, {0}, {0}, {}
                });
        String page = new ReportPage(Report.builder("a", "A")
                        .data("test", images)
                        .section(new Section.Confusion("c", "C", predictions))
                        .build())
                .html();
        for (String place : List.of("0-1", "0-0", "1-0", "1-2")) {
            assertThat(page)
                    .contains("id=\"cm0-" + place + "\"", "id=\"pm0-" + place + "\"")
                    .contains("#m0:has(#cm0-" + place + ":checked) #pm0-" + place + "{display:block}");
        }
        assertThat(Pages.count(page, "type=\"radio\"")).isEqualTo(4);
        assertThat(Pages.count(page, "checked=\"checked\"")).isEqualTo(1);
        assertThat(page).containsPattern("id=\"cm0-0-1\"[^>]*checked=\"checked\"");
        assertThat(IMAGE.matcher(page).results()).hasSize(4);
        assertThat(Pages.count(page, ">unreadable</span>")).isEqualTo(1);
        assertThat(page).contains("no opinion", "1 of 2, 50.0 %");
    }

    @Test
    void aThousandClassesAreAPictureAndTheWorstPairs() {
        int classes = 1000;
        List<String> names =
                IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
        int[] numbers = IntStream.range(0, 3000).toArray();
        int[] labels = IntStream.of(numbers).map(i -> i % classes).toArray();
        int[][] said = IntStream.of(numbers)
                .mapToObj(i -> new int[] {i % 3 == 0 ? 7 : i % classes})
                .toArray(int[][]::new);
        Report report = Report.builder("many", "Many")
                .section(new Section.Confusion("c", "C", new Predictions(names, numbers, labels, said)))
                .build();
        String page = new ReportPage(report).html();
        Pages.parse(page);
        assertThat(page.length()).isLessThan(400_000);
        assertThat(Pages.count(page, "<details")).isEqualTo(24);
        assertThat(page)
                .contains("1,000 classes", "data:image/png", "no such image")
                .doesNotContain("type=\"radio\"");
    }

    @Test
    void neighbouringClassesShareAPixelOfTheHeatMap() {
        int classes = 512;
        List<ConfusedCell> cells = List.of(
                new ConfusedCell(0, 0, List.of(1, 2, 3), 4),
                new ConfusedCell(0, 511, List.of(4), 4),
                new ConfusedCell(1, 1, List.of(5, 6, 7, 8), 4));
        double[][] shares = new HeatMap(cells, classes).shares();
        assertThat(shares).hasDimensions(256, 256);
        assertThat(shares[0][0]).isEqualTo(7 / 8.0);
        assertThat(shares[0][255]).isEqualTo(1 / 8.0);
        assertThat(Arrays.stream(shares).flatMapToDouble(Arrays::stream).sum()).isEqualTo(1);
    }

    @Test
    void nothingAndOneOfEverythingArePages() {
        Predictions one = new Predictions(List.of("only"), new int[] {0}, new int[] {0}, new int[][] {{0}});
        Report report = Report.builder("edge", "Edges")
                .figure(Figure.number("nan", "nothing", Double.NaN))
                .section(new Section.Table("t0", "No rows", List.of("a"), List.of()))
                .section(new Section.Table("t1", "Nothing in it", List.of("a", "b"), List.of(Arrays.asList("x", null))))
                .section(new Section.Table(
                        "t2",
                        "Not numbers",
                        List.of("a"),
                        List.of(
                                List.of(new Section.Share(Double.NaN)),
                                List.of(Double.NaN),
                                List.of(Float.POSITIVE_INFINITY))))
                .section(new Section.Confusion("m", "One class", one))
                .section(new Section.Gallery("g", "No images", "", List.of()))
                .section(new Section.Gallery(
                        "g1",
                        "Missing",
                        "",
                        List.of(new Section.Row("", List.of(new Section.Item("nowhere", 9, "", Section.Mark.RIGHT))))))
                .section(new Section.Chart("c", "No lines", "x", "y", false, true, List.of()))
                .build();
        String page = new ReportPage(report).html();
        Pages.parse(page);
        assertThat(page)
                .contains("No rows.", "No images.", "no such image", "nothing to show")
                .doesNotContain("NaN", "Infinity");
        Pages.parse(new ReportPage(Report.builder("empty", "Empty").build()).html());
    }

    @Test
    void longTablesAreFoldedAndEndlessOnesEnd() {
        List<List<Object>> rows = IntStream.range(0, 2500)
                .mapToObj(i -> List.<Object>of("row " + i, new Section.Share(i / 2500.0)))
                .toList();
        String page = new TableHtml(new Section.Table("t", "T", List.of("class", "right"), rows))
                .html()
                .toString();
        assertThat(Pages.count(page, "<tr>")).isEqualTo(2001);
        assertThat(page)
                .startsWith("<details>")
                .contains("The first 2,000 of 2,500 rows", "class=\"fill\" width=\"20.0\"");
    }

    @Test
    void picturesNeverMakeThePageTooLarge() {
        List<byte[]> photos = IntStream.range(0, 8)
                .mapToObj(i -> Images.encoded(".jpg", 200, 150, CV_8UC3, i))
                .toList();
        LabelledImages many = new Repeated(photos, 1200);
        List<Section.Row> rows = IntStream.range(0, 30)
                .mapToObj(r -> new Section.Row(
                        "row " + r,
                        IntStream.range(0, 40)
                                .mapToObj(i -> new Section.Item("test", 40 * r + i, "", Section.Mark.NONE))
                                .toList()))
                .toList();
        String page = new ReportPage(Report.builder("a", "A")
                        .data("test", many)
                        .section(new Section.Gallery("g", "G", "", rows))
                        .build())
                .html();
        assertThat(page.length()).isLessThan(4_000_000);
        assertThat(IMAGE.matcher(page).results().count()).isGreaterThan(300);
    }

    /** A few images, over and over. */
    private record Repeated(List<byte[]> images, int size) implements LabelledImages {
        @Override
        public List<String> classNames() {
            return List.of();
        }

        @Override
        public int label(int index) {
            return -1;
        }

        @Override
        public String name(int index) {
            return "image " + index;
        }

        @Override
        public byte[] read(int index) {
            return images.get(index % images.size());
        }

        @Override
        public String fingerprint() {
            return "0";
        }

        @Override
        public String description() {
            return "repeated";
        }
    }

    /** A report of all kinds of sections, in which everything that comes from outside is called alike. */
    private static Report everything(String name) {
        List<String> classes = List.of(name + "0", name + "1", name + "2");
        LabelledImages images = new LabelledMemory(classes, Set.of(2), 0, 1, 2, 0, 1, 2);
        Predictions predictions =
                new Predictions(classes, new int[] {0, 1, 2, 3, 4, 5}, new int[] {0, 1, 2, 0, 1, 2}, new int[][] {
                    {0}, {0}, {2}, {1}, {}, {2}
                });
        double[] x = {.01, .1, 1};
        return Report.builder("all", name)
                .command(name)
                .setting(name, name)
                .setting("list", List.of(1, name))
                .encoder(name, EncoderSource.untrained(new EncoderInfo(name, name, 32), 3))
                .data("test", images)
                .figure(Figure.share("top1", name, .625, new Interval(.4, .8)))
                .figure(Figure.count("n", "count", 12345))
                .figure(Figure.number("none", "nothing", Double.NaN))
                .warning(name)
                .section(new Section.Table(
                        "table",
                        name,
                        List.of(name, "share"),
                        Stream.of(1, 2, 3)
                                .map(i -> List.<Object>of(name, new Section.Share(.1 * i)))
                                .toList()))
                .section(
                        new Section.Chart("chart", name, name, name, true, true, List.of(new Section.Line(name, x, x))))
                .section(new Section.Confusion("confusion", name, predictions))
                .section(new Section.Gallery(
                        "gallery",
                        name,
                        name,
                        List.of(new Section.Row(
                                name,
                                List.of(
                                        new Section.Item("test", 0, name, Section.Mark.RIGHT),
                                        new Section.Item("test", 2, name, Section.Mark.WRONG),
                                        new Section.Item(name, 0, name, Section.Mark.NONE))))))
                .build();
    }
}
