package org.swav4j.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.swav4j.page.PageFrame;

/**
 * A {@link Section.Chart} as SVG. Lines differ in colour and in the shape of their points, and their names stand at their
 * ends, so nothing hangs on colour alone; a browser shows each point's values when it is pointed at. What is not finite is a
 * gap, and so is what a logarithmic axis cannot show.
 */
public final class LineChart {
    /** What both sizes within a page and the file share; the file has the colours beside it. */
    static final String STYLE = PageFrame.resource(LineChart.class, "chart.css");

    private static final String COLOURS = PageFrame.resource(LineChart.class, "chart-file.css");
    private static final int COLOUR_COUNT = 7;
    private static final int MOST_MARKS = 40;
    private static final int MOST_TITLES = 120;
    private static final double LINE_HEIGHT = 16;
    private static final double CHARACTER = 6.7;
    private static final int LONGEST_LABEL = 30;

    /** Shapes of points, 8 pixels wide around their place. */
    private static final List<String> MARKS = List.of(
            "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
            "m-3.5 -3.5h7v7h-7z",
            "m0 -5l5 5l-5 5l-5 -5z",
            "m0 -4.6l4.6 8h-9.2z");

    private final Section.Chart chart;
    private final boolean narrow;
    private final double width;
    private final double height;
    private final double left;
    private final double right;
    private final double top;
    private final double bottom;
    private final ChartScale xScale;
    private final ChartScale yScale;

    private LineChart(Section.Chart chart, boolean narrow) {
        this.chart = chart;
        this.narrow = narrow;
        List<Section.Line> lines = chart.lines();
        int longest = lines.stream()
                .mapToInt(l -> label(l).codePointCount(0, label(l).length()))
                .max()
                .orElse(0);
        width = narrow ? 360 : 760;
        left = 58;
        top = 14 + (narrow ? LINE_HEIGHT * lines.size() + 6 : 0);
        right = width - (narrow ? 14 : 26 + CHARACTER * longest);
        bottom = top + Math.max(narrow ? 230 : 330, narrow ? 0 : LINE_HEIGHT * lines.size());
        height = bottom + 48;
        xScale = chart.logX() ? ChartScale.log(values(p -> p[0])) : ChartScale.linear(values(p -> p[0]), false, true);
        yScale = ChartScale.linear(
                DoubleStream.concat(
                                Arrays.stream(values(p -> p[1])),
                                DoubleStream.concat(Arrays.stream(values(p -> p[2])), Arrays.stream(values(p -> p[3]))))
                        .filter(Double::isFinite)
                        .toArray(),
                chart.shares(),
                false);
    }

    /** The chart as the content of an SVG file of its own, in UTF-8. */
    public static String svg(Section.Chart chart) {
        LineChart drawn = new LineChart(chart, false);
        return new Markup()
                .add(
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"%s\" height=\"%s\" viewBox=\"0 0 %s %s\" role=\"img\">\n",
                        place(drawn.width), place(drawn.height + 30), place(drawn.width), place(drawn.height + 30))
                .add("<title>%s</title>\n<style>", chart.title())
                .add(raw(COLOURS + STYLE))
                .add("</style>\n<rect class=\"ground\" width=\"100%%\" height=\"100%%\"/>\n")
                .add(
                        "<text class=\"heading\" x=\"16\" y=\"24\">%s</text>\n<g transform=\"translate(0 30)\">\n",
                        chart.title())
                .add(drawn.content())
                .add("</g>\n</svg>\n")
                .toString();
    }

    /** The chart within a page: as wide as a desktop's, or as a phone's with the names above. */
    static Markup inline(Section.Chart chart, boolean narrow) {
        LineChart drawn = new LineChart(chart, narrow);
        return new Markup()
                .add(
                        "<svg class=\"chart %s\" viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">\n",
                        narrow ? "narrow" : "wide",
                        place(drawn.width),
                        place(drawn.height),
                        chart.title() + ": " + chart.yLabel() + " over " + chart.xLabel())
                .add(drawn.content())
                .add("</svg>\n");
    }

    private Markup content() {
        Markup svg = new Markup();
        axes(svg);
        double[] ends = labelPlaces();
        for (int i = 0; i < chart.lines().size(); i++) {
            svg.add("<g class=\"series s%d\">\n", i % COLOUR_COUNT);
            line(svg, i);
            if (narrow) {
                legend(svg, i);
            } else if (Double.isFinite(ends[i])) {
                endLabel(svg, i, ends[i]);
            }
            svg.add("</g>\n");
        }
        if (values(p -> p[1]).length == 0) {
            svg.add(
                    "<text class=\"nothing\" x=\"%s\" y=\"%s\">nothing to show</text>\n",
                    place((left + right) / 2), place((top + bottom) / 2));
        }
        return svg;
    }

    private void axes(Markup svg) {
        for (double tick : yScale.ticks()) {
            double y = y(tick);
            svg.add("<path class=\"grid\" d=\"M%s %sH%s\"/>", place(left), place(y), place(right));
            svg.add(
                    "<text class=\"tick y\" x=\"%s\" y=\"%s\">%s</text>\n",
                    place(left - 8), place(y + 4), tick(tick, chart.shares()));
        }
        svg.add("<path class=\"axis\" d=\"M%s %sH%s\"/>\n", place(left), place(bottom), place(right));
        double free = Double.NEGATIVE_INFINITY;
        for (double tick : xScale.ticks()) {
            String text = tick(tick, chart.xShares());
            double half = CHARACTER * text.length() / 2;
            double x = x(tick);
            svg.add("<path class=\"axis\" d=\"M%s %sv5\"/>", place(x), place(bottom));
            if (x - half >= free) {
                svg.add("<text class=\"tick x\" x=\"%s\" y=\"%s\">%s</text>\n", place(x), place(bottom + 19), text);
                free = x + half + 6;
            }
        }
        svg.add(
                "<text class=\"label x\" x=\"%s\" y=\"%s\">%s</text>\n",
                place((left + right) / 2), place(bottom + 40), Words.shortened(chart.xLabel()));
        svg.add(
                "<text class=\"label y\" transform=\"translate(14 %s) rotate(-90)\">%s</text>\n",
                place((top + bottom) / 2), Words.shortened(chart.yLabel(), 40));
    }

    private void line(Markup svg, int number) {
        Section.Line line = chart.lines().get(number);
        List<double[]> points = points(line);
        StringBuilder path = new StringBuilder();
        boolean drawing = false;
        for (double[] p : points) {
            if (isShown(p)) {
                path.append(drawing ? "L" : "M")
                        .append(place(x(p[0])))
                        .append(' ')
                        .append(place(y(p[1])));
            }
            drawing = isShown(p);
        }
        svg.add("<path class=\"line\" d=\"%s\"/>\n", path.toString());
        for (double[] p : points) {
            if (isShown(p) && p[2] <= p[3]) {
                svg.add(
                        "<path class=\"whisker\" d=\"M%s %sV%sm-4 0h8M%s %sh8\"/>",
                        place(x(p[0])), place(y(p[2])), place(y(p[3])), place(x(p[0]) - 4), place(y(p[2])));
            }
        }
        List<double[]> shown = points.stream().filter(this::isShown).toList();
        String mark = MARKS.get(number % MARKS.size());
        int titles = Math.min(MOST_TITLES, shown.size());
        for (int i = 0; i < titles; i++) {
            // evenly spread, the last one always among them
            double[] p = shown.get(titles == 1 ? 0 : (int) ((long) i * (shown.size() - 1) / (titles - 1)));
            svg.add(
                    "<g class=\"point\"><title>%s</title><circle class=\"hit\" cx=\"%s\" cy=\"%s\" r=\"9\"/>",
                    title(line, p), place(x(p[0])), place(y(p[1])));
            String visible = shown.size() <= MOST_MARKS || i == titles - 1 ? "mark" : "mark hidden";
            svg.add("<path class=\"%s\" d=\"M%s %s%s\"/></g>\n", visible, place(x(p[0])), place(y(p[1])), mark);
        }
    }

    private String title(Section.Line line, double[] p) {
        return line.label() + "\n" + chart.xLabel() + ": " + (chart.xShares() ? tick(p[0], true) : Words.number(p[0]))
                + "\n" + chart.yLabel() + ": " + value(p[1])
                + (p[2] <= p[3] ? " (95 %: " + value(p[2]) + " to " + value(p[3]) + ")" : "");
    }

    private String value(double y) {
        return chart.shares() ? Words.percent(y) : Words.number(y);
    }

    private void legend(Markup svg, int number) {
        double y = 14 + LINE_HEIGHT * number;
        svg.add("<path class=\"line\" d=\"M%s %sh22\"/>", place(left - 40), place(y));
        svg.add("<path class=\"mark\" d=\"M%s %s%s\"/>", place(left - 29), place(y), MARKS.get(number % MARKS.size()));
        svg.add(
                "<text class=\"name\" x=\"%s\" y=\"%s\">%s</text>\n",
                place(left - 10), place(y + 4), label(chart.lines().get(number)));
    }

    private void endLabel(Markup svg, int number, double labelY) {
        double[] last = last(chart.lines().get(number));
        double x = x(last[0]);
        double y = y(last[1]);
        if (Math.abs(labelY - y) > 3 || x < right - 1) {
            svg.add(
                    "<path class=\"leader\" d=\"M%s %sL%s %s\"/>",
                    place(x + 6), place(y), place(right + 10), place(labelY));
        }
        svg.add(
                "<text class=\"name\" x=\"%s\" y=\"%s\">%s</text>\n",
                place(right + 14), place(labelY + 4), label(chart.lines().get(number)));
    }

    /** Heights of the names, near their lines' ends and a line's height apart; NaN for a line without points. */
    private double[] labelPlaces() {
        int count = chart.lines().size();
        double[] places = new double[count];
        for (int i = 0; i < count; i++) {
            double[] last = last(chart.lines().get(i));
            places[i] = last == null ? Double.NaN : y(last[1]);
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (Double.isFinite(places[i])) {
                order.add(i);
            }
        }
        order.sort(Comparator.comparingDouble(i -> places[i]));
        double free = top;
        for (int i : order) {
            places[i] = Math.max(places[i], free);
            free = places[i] + LINE_HEIGHT;
        }
        free = bottom;
        for (int k = order.size() - 1; k >= 0; k--) {
            int i = order.get(k);
            places[i] = Math.min(places[i], free);
            free = places[i] - LINE_HEIGHT;
        }
        return places;
    }

    private double x(double value) {
        double margin = 10;
        return left + margin + (right - left - 2 * margin) * xScale.position(value);
    }

    private double y(double value) {
        return bottom - (bottom - top) * yScale.position(value);
    }

    private double[] last(Section.Line line) {
        return points(line).stream().filter(this::isShown).reduce((a, b) -> b).orElse(null);
    }

    private boolean isShown(double[] p) {
        return Double.isFinite(p[0]) && Double.isFinite(p[1]) && !(chart.logX() && p[0] <= 0);
    }

    /** Place, value, and the ends of its interval, NaN where there is none. */
    private static List<double[]> points(Section.Line line) {
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < line.x().length; i++) {
            points.add(new double[] {
                line.x()[i],
                line.y()[i],
                line.low().length == 0 ? Double.NaN : line.low()[i],
                line.high().length == 0 ? Double.NaN : line.high()[i]
            });
        }
        return points;
    }

    private double[] values(ToDoubleFunction<double[]> part) {
        return chart.lines().stream()
                .flatMap(l -> points(l).stream())
                .filter(this::isShown)
                .mapToDouble(part)
                .toArray();
    }

    private static String label(Section.Line line) {
        return Words.shortened(line.label(), LONGEST_LABEL);
    }

    private static String tick(double value, boolean share) {
        return share ? Words.number(100 * value) + " %" : Words.number(value);
    }

    private static String place(double pixels) {
        return String.format(Locale.ROOT, "%.1f", pixels).replaceFirst("\\.0$", "");
    }

    private static Markup raw(String css) {
        return new Markup().add(css.replace("%", "%%"));
    }
}
