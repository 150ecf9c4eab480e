package org.swav4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LineChartTest {
    private static final double[] SHARES = {.01, .05, .1, .5, 1};

    @Test
    void sharesOfLabelsAreTicksInPercentAndPointsLieWhereTheirValuesSay() {
        String svg =
                LineChart.svg(chart(true, new Section.Line("pretrained", SHARES, new double[] {.5, .6, .6, .7, .8})));
        Pages.parse(svg);
        assertThat(texts(svg, "tick x")).containsExactly("1 %", "5 %", "10 %", "50 %", "100 %");
        assertThat(texts(svg, "tick y")).startsWith("50 %").endsWith("80 %");
        List<double[]> points = points(svg);
        assertThat(points).hasSize(5);
        assertThat(points.get(1)[1]).isEqualTo(points.get(2)[1]);
        assertThat(points.get(0)[1]).isGreaterThan(points.get(1)[1]);
        // one decade is as wide as the other
        assertThat(points.get(2)[0] - points.get(0)[0]).isCloseTo(points.get(4)[0] - points.get(2)[0], within(.21));
        assertThat(svg).contains("share of labels: 5 %\ntop-1: 60.0 %");
    }

    @Test
    void everyPointAndWhiskerIsInsideThePlot() {
        Section.Line line = new Section.Line(
                "a", SHARES, new double[] {.2, .3, .4, .5, .9}, new double[] {.1, .2, .3, .4, .8}, new double[] {
                    .3, .4, .5, .6, .99
                });
        String svg = LineChart.svg(chart(true, line));
        Matcher axis = Pattern.compile("class=\"axis\" d=\"M([\\d.]+) ([\\d.]+)H([\\d.]+)\"")
                .matcher(svg);
        assertThat(axis.find()).isTrue();
        double left = Double.parseDouble(axis.group(1));
        double bottom = Double.parseDouble(axis.group(2));
        double right = Double.parseDouble(axis.group(3));
        assertThat(points(svg)).allSatisfy(p -> {
            assertThat(p[0]).isBetween(left, right);
            assertThat(p[1]).isBetween(0.0, bottom);
        });
        Matcher whisker = Pattern.compile("class=\"whisker\" d=\"M[\\d.]+ ([\\d.]+)V([\\d.]+)")
                .matcher(svg);
        int whiskers = 0;
        while (whisker.find()) {
            assertThat(Double.parseDouble(whisker.group(1))).isBetween(0.0, bottom);
            assertThat(Double.parseDouble(whisker.group(2))).isBetween(0.0, bottom);
            whiskers++;
        }
        assertThat(whiskers).isEqualTo(5);
        assertThat(svg).contains("top-1: 90.0 % (95 %: 80.0 % to 99.0 %)");
    }

    @Test
    void namesAtTheEndsOfLinesDoNotOverlap() {
        List<Section.Line> lines = IntStream.range(0, 30)
                .mapToObj(i -> new Section.Line("line " + i, SHARES, new double[] {0, .1, .2, .3, .5 + i * 1e-4}))
                .toList();
        String svg = LineChart.svg(new Section.Chart("c", "C", "x", "y", true, true, lines));
        List<Double> places = new ArrayList<>();
        Matcher name =
                Pattern.compile("class=\"name\" x=\"[\\d.]+\" y=\"([\\d.]+)\"").matcher(svg);
        while (name.find()) {
            places.add(Double.parseDouble(name.group(1)));
        }
        assertThat(places).hasSize(30);
        List<Double> sorted = places.stream().sorted().toList();
        for (int i = 1; i < sorted.size(); i++) {
            assertThat(sorted.get(i) - sorted.get(i - 1)).isGreaterThan(15.8);
        }
    }

    @Test
    void whatIsNotANumberIsAGap() {
        double nan = Double.NaN;
        String svg = LineChart.svg(
                chart(false, new Section.Line("a", new double[] {1, 2, 3, 4, 5}, new double[] {nan, .2, nan, .4, .5})));
        Matcher path = Pattern.compile("class=\"line\" d=\"([^\"]*)\"").matcher(svg);
        assertThat(path.find()).isTrue();
        assertThat(path.group(1)).matches("M[^ML]+M[^ML]+L[^ML]+");
        assertThat(svg).doesNotContain("NaN");
    }

    @Test
    void aLogarithmicAxisLeavesOutWhatItCannotShow() {
        String svg =
                LineChart.svg(chart(true, new Section.Line("a", new double[] {0, .1, 1}, new double[] {.1, .2, .3})));
        assertThat(points(svg)).hasSize(2);
    }

    @Test
    void oneFlatLineOnePointAndNothingAreCharts() {
        for (boolean log : new boolean[] {true, false}) {
            for (Section.Line line : List.of(
                    new Section.Line("flat", SHARES, new double[] {.5, .5, .5, .5, .5}),
                    new Section.Line("zero", SHARES, new double[5]),
                    new Section.Line("one", new double[] {.1}, new double[] {.3}),
                    new Section.Line("none", new double[0], new double[0]),
                    new Section.Line("nowhere", new double[] {1}, new double[] {Double.NaN}))) {
                String svg = LineChart.svg(chart(log, line));
                Pages.parse(svg);
                assertThat(svg).doesNotContain("NaN", "Infinity");
                Pages.parse("<p>" + LineChart.inline(chart(log, line), true) + "</p>");
            }
        }
        assertThat(LineChart.svg(chart(false))).contains("nothing to show");
    }

    @Test
    void hundredsOfPointsAreALineWithTitlesForSome() {
        double[] x = IntStream.range(0, 900).mapToDouble(i -> i).toArray();
        double[] y =
                IntStream.range(0, 900).mapToDouble(i -> Math.sin(i / 50.0)).toArray();
        String svg = LineChart.svg(chart(false, new Section.Line("wave", x, y)));
        assertThat(svg.length()).isLessThan(60_000);
        assertThat(points(svg)).hasSize(120);
    }

    @Test
    void labelsFromOutsideAreText() {
        Section.Line line = new Section.Line(Pages.HOSTILE, SHARES, new double[] {.5, .5, .5, .5, .6});
        String svg = LineChart.svg(
                new Section.Chart("c", Pages.HOSTILE, Pages.HOSTILE, Pages.HOSTILE, true, true, List.of(line)));
        Pages.parse(svg);
        assertThat(svg).doesNotContain("<script", "\u0007");
    }

    @Test
    void aLineHasOneOfEverythingForEachPlace() {
        assertThatThrownBy(() -> new Section.Line("a", new double[2], new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 'a' of 2 places, 3 values");
    }

    private static Section.Chart chart(boolean log, Section.Line... lines) {
        return new Section.Chart("c", "Accuracy", "share of labels", "top-1", log, log, true, List.of(lines));
    }

    private static List<double[]> points(String svg) {
        List<double[]> points = new ArrayList<>();
        Matcher hit = Pattern.compile("class=\"hit\" cx=\"([\\d.]+)\" cy=\"([\\d.]+)\"")
                .matcher(svg);
        while (hit.find()) {
            points.add(new double[] {Double.parseDouble(hit.group(1)), Double.parseDouble(hit.group(2))});
        }
        return points;
    }

    private static List<String> texts(String svg, String kind) {
        List<String> texts = new ArrayList<>();
        Matcher text =
                Pattern.compile("<text class=\"" + kind + "\"[^>]*>([^<]*)<").matcher(svg);
        while (text.find()) {
            texts.add(text.group(1));
        }
        return texts;
    }
}
