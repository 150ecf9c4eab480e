package org.swav4j.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.swav4j.bench.SoakBenchmark.Sample;

/** What a process held over its steps, a panel for each measure, from zero. */
final class SoakChart {
    /** What is drawn and tabled. */
    record Measure(String title, ToDoubleFunction<Sample> value) {}

    static final List<Measure> MEASURES = List.of(
            new Measure("resident memory, MB", Sample::residentMegabytes),
            new Measure("native objects", Sample::nativeObjects),
            new Measure("open files", Sample::openFiles),
            new Measure("threads", Sample::threads));

    private static final int WIDTH = 760;
    private static final int LEFT = 64;
    private static final int RIGHT = 20;
    private static final int TOP = 66;
    private static final int ROW = 104;
    private static final int PLOT = 66;

    private final List<Sample> samples;
    private final int warmUp;
    private final String conditions;
    private final StringBuilder out = new StringBuilder();

    SoakChart(List<Sample> samples, int warmUp, String conditions) {
        this.samples = samples;
        this.warmUp = warmUp;
        this.conditions = conditions.replaceAll(" \\([^)]*\\)", "");
    }

    String svg() {
        int height = TOP + MEASURES.size() * ROW + 14;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">",
                WIDTH, height, WIDTH, height);
        add("<title>Memory, native objects, open files and threads over a long training</title>");
        add("<style>%s</style>", STYLE);
        add("<rect class=\"page\" width=\"%d\" height=\"%d\" rx=\"6\"/>", WIDTH, height);
        add(
                "<text class=\"head\" x=\"16\" y=\"24\">%,d steps with evaluation and checkpoints on</text>",
                samples.get(samples.size() - 1).step());
        add(
                "<text class=\"note\" x=\"16\" y=\"%d\">%s</text>",
                height - 8, conditions.replace("&", "&amp;").replace("<", "&lt;"));
        add(
                "<text class=\"note\" x=\"16\" y=\"42\">Every axis begins at 0; the dashed line is the end of the warm-up.</text>");
        for (int i = 0; i < MEASURES.size(); i++) {
            panel(MEASURES.get(i), TOP + i * ROW + 14);
        }
        return out.append("</svg>\n").toString();
    }

    private void panel(Measure measure, int top) {
        double most = samples.stream().mapToDouble(measure.value).max().orElseThrow();
        double last = samples.get(samples.size() - 1).step();
        add("<text class=\"measure\" x=\"%d\" y=\"%d\">%s</text>", LEFT, top - 6, measure.title);
        for (double share : new double[] {0, 1}) {
            double y = top + PLOT * (1 - share);
            add("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDTH - RIGHT, y, y);
            add("<text class=\"tick end\" x=\"%d\" y=\"%.1f\">%,.0f</text>", LEFT - 6, y + 3.5, share * most);
        }
        StringBuilder path = new StringBuilder();
        for (Sample sample : samples) {
            double y = top + PLOT * (1 - measure.value.applyAsDouble(sample) / most);
            path.append(String.format(
                    Locale.ROOT, "%s%.1f %.1f", path.length() == 0 ? "M" : " L", x(sample.step(), last), y));
        }
        double warm = x(warmUp, last);
        add("<line class=\"warm\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", warm, warm, top, top + PLOT);
        add("<path class=\"curve\" d=\"%s\"/>", path);
        for (double step = 0; step <= last; step += last / 5) {
            add("<text class=\"tick middle\" x=\"%.1f\" y=\"%d\">%,.0f</text>", x(step, last), top + PLOT + 14, step);
        }
    }

    private static double x(double step, double last) {
        return LEFT + (WIDTH - LEFT - RIGHT) * step / last;
    }

    private void add(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private static final String STYLE = """
            text { font-family: system-ui, sans-serif; fill: #1f2328 }
            .page { fill: #ffffff } .head { font-size: 15px; font-weight: 600 } .note { font-size: 11px; fill: #59636e }
            .measure { font-size: 11px; font-weight: 600 } .tick { font-size: 10px; fill: #59636e }
            .end { text-anchor: end } .middle { text-anchor: middle } .grid { stroke: #d9dee3; stroke-width: 1 }
            .curve { fill: none; stroke: #0969da; stroke-width: 1.6 } .warm { stroke: #9a6700; stroke-dasharray: 3 3 }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6edf3 } .page { fill: #0d1117 } .note, .tick { fill: #9198a1 } .grid { stroke: #30363d }
              .curve { stroke: #4493f8 } .warm { stroke: #d29922 }
            }
            """;
}
