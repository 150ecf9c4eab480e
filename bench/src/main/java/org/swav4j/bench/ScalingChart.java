package org.swav4j.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Scaling curves as small multiples in SVG: a column for what is varied, a row for what is measured. */
final class ScalingChart {
    private static final int COLUMN = 190;
    private static final int ROW = 162;
    private static final int LEFT = 58;
    private static final int TOP = 74;
    private static final int PLOT_WIDTH = 140;
    private static final int PLOT_HEIGHT = 104;
    private static final int TICK_ROOM = 24;

    private static final Map<String, String> TITLES = Map.of(
            "batch", "batch size",
            "side", "side of crops, pixels",
            "crops", "crops per image",
            "prototypes", "prototypes K",
            "queue", "queue length",
            "width", "width of ResNet-50");

    private static final List<String> ORDER = List.of("batch", "side", "crops", "prototypes", "queue", "width");
    private static final List<String> LOGARITHMIC = List.of("batch", "prototypes", "width");

    private record Measure(String title, String style, ToDoubleFunction<ScalingPoint> value) {}

    private static final List<Measure> MEASURES = List.of(
            new Measure("images/s", "speed", ScalingPoint::imagesPerSecond),
            new Measure("peak memory, GB", "memory", p -> p.peakMegabytes() / 1024),
            new Measure("codes, loss, update: % of a step", "share", p -> 100 * p.besides()));

    private final List<ScalingPoint> points;
    private final String conditions;
    private final StringBuilder out = new StringBuilder();

    ScalingChart(List<ScalingPoint> points, String conditions) {
        this.points = points;
        // the allocator's settings would not fit into the picture's width
        this.conditions = conditions.replaceAll(" \\([^)]*\\)", "");
    }

    String svg() {
        List<String> variables = ORDER.stream()
                .filter(v -> points.stream().filter(p -> p.variable().equals(v)).count() > 1)
                .toList();
        int width = LEFT + Math.max(3, variables.size()) * COLUMN;
        int height = TOP + MEASURES.size() * ROW + 20;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">",
                width, height, width, height);
        add("<title>Speed, memory and share of codes, loss and update of a SwAV step as one setting varies</title>");
        add("<style>%s</style>", STYLE);
        add("<rect class=\"page\" width=\"%d\" height=\"%d\" rx=\"6\"/>", width, height);
        add("<text class=\"head\" x=\"16\" y=\"24\">A SwAV step of ResNet-50, one setting varied at a time</text>");
        add(
                "<text class=\"note\" x=\"16\" y=\"42\">else batch 16, 2 crops of 96 pixels, K = 3000, no queue, width 1 (ringed)."
                        + " %s</text>",
                escaped(conditions));
        for (int column = 0; column < variables.size(); column++) {
            String variable = variables.get(column);
            List<ScalingPoint> curve =
                    points.stream().filter(p -> p.variable().equals(variable)).toList();
            int x = LEFT + column * COLUMN;
            add("<text class=\"column\" x=\"%d\" y=\"%d\">%s</text>", x, TOP - 8, TITLES.get(variable));
            for (int row = 0; row < MEASURES.size(); row++) {
                panel(curve, MEASURES.get(row), x, TOP + row * ROW + 22, column == 0);
            }
        }
        return out.append("</svg>\n").toString();
    }

    private void panel(List<ScalingPoint> curve, Measure measure, int left, int top, boolean first) {
        boolean logarithmic = LOGARITHMIC.contains(curve.get(0).variable());
        double most = curve.stream().mapToDouble(measure.value).max().orElseThrow();
        double tick = niceTick(most);
        double ceiling = tick * Math.ceil(most / tick);
        if (first) {
            add("<text class=\"measure %s\" x=\"16\" y=\"%d\">%s</text>", measure.style, top - 12, measure.title);
        }
        for (double y = 0; y <= ceiling + tick / 2; y += tick) {
            double at = top + PLOT_HEIGHT * (1 - y / ceiling);
            add("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", left, left + PLOT_WIDTH, at, at);
            add("<text class=\"tick end\" x=\"%d\" y=\"%.1f\">%s</text>", left - 5, at + 3.5, shortNumber(y));
        }
        StringBuilder path = new StringBuilder();
        double labelled = Double.NEGATIVE_INFINITY;
        for (ScalingPoint point : curve) {
            double x = left + 8 + (PLOT_WIDTH - 16) * position(point.value(), curve, logarithmic);
            double y = top + PLOT_HEIGHT * (1 - measure.value.applyAsDouble(point) / ceiling);
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f", path.length() == 0 ? "M" : " L", x, y));
            if (x - labelled >= TICK_ROOM) {
                add(
                        "<text class=\"tick middle\" x=\"%.1f\" y=\"%d\">%s</text>",
                        x, top + PLOT_HEIGHT + 14, shortNumber(point.value()));
                labelled = x;
            }
        }
        add("<path class=\"curve %s\" d=\"%s\"/>", measure.style, path);
        for (ScalingPoint point : curve) {
            double x = left + 8 + (PLOT_WIDTH - 16) * position(point.value(), curve, logarithmic);
            double y = top + PLOT_HEIGHT * (1 - measure.value.applyAsDouble(point) / ceiling);
            boolean base =
                    point.settings().equals(ScalingPoint.base(point.variable()).settings());
            add(
                    "<circle class=\"%s %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"/>",
                    base ? "base" : "dot", measure.style, x, y, base ? "4" : "2.8");
        }
    }

    private static double position(double value, List<ScalingPoint> curve, boolean logarithmic) {
        double least = scale(curve.get(0).value(), logarithmic);
        double most = scale(curve.get(curve.size() - 1).value(), logarithmic);
        return (scale(value, logarithmic) - least) / (most - least);
    }

    private static double scale(double value, boolean logarithmic) {
        return logarithmic ? Math.log(value) : value;
    }

    /** 1, 2 or 5 times a power of ten, two to four of which reach {@code most}. */
    private static double niceTick(double most) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(most, 1e-9))));
        for (double tick : new double[] {0.2, 0.5, 1, 2, 5}) {
            if (most / (tick * power) <= 4) {
                return tick * power;
            }
        }
        return 10 * power;
    }

    private static String shortNumber(double value) {
        if (value >= 1000) {
            return ScalingPoint.number(Math.round(value / 100) / 10.0) + "k";
        }
        return ScalingPoint.number(Math.round(value * 100) / 100.0);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private void add(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private static final String STYLE = """
            text { font-family: system-ui, sans-serif; fill: #1f2328 }
            .page { fill: #ffffff } .head { font-size: 15px; font-weight: 600 } .note { font-size: 11px; fill: #59636e }
            .column { font-size: 12px; font-weight: 600 } .measure { font-size: 11px; font-weight: 600; stroke: none !important }
            .tick { font-size: 10px; fill: #59636e } .end { text-anchor: end } .middle { text-anchor: middle }
            .grid { stroke: #d9dee3; stroke-width: 1 } .curve { fill: none !important; stroke-width: 2 }
            .speed { stroke: #0969da; fill: #0969da } .memory { stroke: #bf3989; fill: #bf3989 }
            .share { stroke: #9a6700; fill: #9a6700 } .base { fill: #ffffff; stroke-width: 2 }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6edf3 } .page { fill: #0d1117 } .note, .tick { fill: #9198a1 } .grid { stroke: #30363d }
              .speed { stroke: #4493f8; fill: #4493f8 } .memory { stroke: #db61a2; fill: #db61a2 }
              .share { stroke: #d29922; fill: #d29922 } .base { fill: #0d1117 }
            }
            """;
}
