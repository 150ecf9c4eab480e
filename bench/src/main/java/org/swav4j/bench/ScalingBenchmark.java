package org.swav4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.train.PretrainConfig;

/**
 * Speed and memory of the bare loop against batch size, side and number of crops, prototypes, queue and width, each varied
 * alone; written as CSV and SVG: {@code bench/run ScalingBenchmark}. Every point is a process of its own.
 *
 * <p>Flags: {@code --csv} and {@code --svg} where to write ({@code docs/scaling.csv}, {@code docs/images/scaling.svg});
 * {@code --only} some of {@code batch,side,crops,prototypes,queue,width}: the other curves are taken from the CSV;
 * {@code --resume yes}: measures only points that the CSV lacks; {@code --threads}, {@code --precision} as in
 * {@code swav pretrain}.
 */
public final class ScalingBenchmark {
    private static final Map<String, List<Double>> CURVES = new LinkedHashMap<>();

    static {
        CURVES.put("batch", List.of(4.0, 8.0, 16.0, 32.0, 64.0));
        CURVES.put("side", List.of(64.0, 96.0, 128.0, 160.0, 224.0));
        CURVES.put("crops", List.of(2.0, 4.0, 6.0, 8.0, 12.0));
        CURVES.put("prototypes", List.of(300.0, 1000.0, 3000.0, 10000.0, 30000.0));
        CURVES.put("queue", List.of(0.0, 960.0, 3840.0, 7680.0, 15360.0));
        CURVES.put("width", List.of(0.5, 1.0, 2.0, 4.0));
    }

    /** Where each unit adds more than the one before, so that there is no cost of each. */
    private static final Set<String> SQUARED = Set.of("side", "width");

    private static final int LEAST_STEPS = 3;
    private static final int MOST_STEPS = 10;
    private static final double ENOUGH_SECONDS = 3;

    private ScalingBenchmark() {}

    /** Runs, writes and prints a table. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(args, Set.of("csv", "svg", "only", "resume", "threads", "precision", "point"));
        if (flags.has("point")) {
            Child.answer(measure(ScalingPoint.parse(flags.text("point", "")), flags));
        }
        Path csv = Path.of(flags.text("csv", "docs/scaling.csv"));
        Path svg = Path.of(flags.text("svg", "docs/images/scaling.svg"));
        List<String> only =
                List.of(flags.text("only", String.join(",", CURVES.keySet())).split(","));
        if (!CURVES.keySet().containsAll(only)) {
            Flags.fail(
                    "--only: '" + String.join(",", only) + "': must be some of " + String.join(",", CURVES.keySet()));
        }
        List<ScalingPoint> points = new ArrayList<>();
        if (Files.exists(csv)) {
            Files.readAllLines(csv).stream().skip(1).map(ScalingPoint::parse).forEach(points::add);
        }
        if (!flags.text("resume", "no").equals("yes")) {
            points.removeIf(point -> only.contains(point.variable()));
        }
        Map<List<Number>, ScalingPoint> known = new HashMap<>();
        if (flags.text("resume", "no").equals("yes")) {
            points.forEach(point -> known.put(point.settings(), point));
        }
        for (String variable : only) {
            for (double value : CURVES.get(variable)) {
                ScalingPoint wanted = ScalingPoint.at(variable, value);
                points.removeIf(p -> p.variable().equals(variable) && p.value() == value);
                points.add(same(wanted, known, args));
                write(csv, points);
            }
        }
        Files.createDirectories(svg.toAbsolutePath().getParent());
        Files.writeString(svg, new ScalingChart(points, Conditions.line()).svg());
        System.out.printf("%s%n%n%s%nWritten: %s, %s%n", Conditions.line(), table(points), csv, svg);
        System.exit(0);
    }

    /** The point, measured, or taken from another curve that passes through it. */
    private static ScalingPoint same(ScalingPoint wanted, Map<List<Number>, ScalingPoint> known, String[] args)
            throws IOException {
        ScalingPoint there = known.get(wanted.settings());
        if (there == null) {
            List<String> arguments = new ArrayList<>(List.of(args));
            arguments.addAll(List.of("--point", wanted.csv()));
            there = wanted.measured(Child.java(ScalingBenchmark.class, arguments));
            known.put(there.settings(), there);
            System.err.println(there.csv());
        }
        return new ScalingPoint(
                wanted.variable(),
                wanted.value(),
                there.width(),
                there.batch(),
                there.side(),
                there.crops(),
                there.prototypes(),
                there.queue(),
                there.seconds(),
                there.least(),
                there.most(),
                there.peakMegabytes(),
                there.gigaflops(),
                there.besides());
    }

    private static void write(Path csv, List<ScalingPoint> points) throws IOException {
        List<String> curves = List.copyOf(CURVES.keySet());
        points.sort(Comparator.comparingInt((ScalingPoint p) -> curves.indexOf(p.variable()))
                .thenComparingDouble(ScalingPoint::value));
        List<String> lines = new ArrayList<>(List.of(ScalingPoint.HEADER));
        points.forEach(point -> lines.add(point.csv()));
        Files.createDirectories(csv.toAbsolutePath().getParent());
        Files.write(csv, lines);
    }

    /** In this process, which is the point's own. */
    private static Map<String, Object> measure(ScalingPoint point, Flags flags) {
        PretrainConfig config = point.config(flags);
        Placement placement = Placement.of(ComputeDevice.CPU, config.precision());
        List<Double> seconds = new ArrayList<>();
        try (BareLoop loop = new BareLoop(config, placement, point.queue())) {
            loop.seconds(1, config.threads());
            double sum = 0;
            while (seconds.size() < LEAST_STEPS || (sum < ENOUGH_SECONDS && seconds.size() < MOST_STEPS)) {
                double step = loop.seconds(1, config.threads());
                seconds.add(step);
                sum += step;
            }
        }
        long peak = Conditions.peakMegabytes();
        Spread spread = Spread.of(seconds.stream().mapToDouble(s -> s).toArray());
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("seconds", spread.median());
        result.put("least", spread.least());
        result.put("most", spread.most());
        result.put("peak_mb", peak);
        result.put("gflops", 1e-9 * StepFlops.of(config, point.queue()).model());
        try (StepParts parts = new StepParts(config, point.batch(), point.queue())) {
            result.put("besides", parts.besides());
        }
        return result;
    }

    private static Table table(List<ScalingPoint> points) {
        Table table = new Table(
                "varied alone",
                "from ... to",
                "images/s",
                "peak memory, GB",
                "codes, loss, update",
                "time grows as",
                "a step takes",
                "memory grows as",
                "memory");
        for (String variable : CURVES.keySet()) {
            List<ScalingPoint> curve =
                    points.stream().filter(p -> p.variable().equals(variable)).toList();
            if (curve.size() > 2) {
                row(table, variable, curve);
            }
        }
        return table;
    }

    private static void row(Table table, String variable, List<ScalingPoint> curve) {
        ScalingPoint first = curve.get(0);
        ScalingPoint last = curve.get(curve.size() - 1);
        List<Double> values = curve.stream().map(ScalingPoint::value).toList();
        boolean linear = !SQUARED.contains(variable);
        Growth time =
                Growth.of(values, curve.stream().map(ScalingPoint::seconds).toList());
        Growth memory = Growth.of(
                values, curve.stream().map(ScalingPoint::peakMegabytes).toList());
        table.row(
                variable,
                ScalingPoint.number(first.value()) + " ... " + ScalingPoint.number(last.value()),
                String.format(Locale.ROOT, "%.1f ... %.1f", first.imagesPerSecond(), last.imagesPerSecond()),
                String.format(Locale.ROOT, "%.1f ... %.1f", first.peakMegabytes() / 1024, last.peakMegabytes() / 1024),
                String.format(Locale.ROOT, "%.1f ... %.1f %%", 100 * first.besides(), 100 * last.besides()),
                String.format(Locale.ROOT, "%s^%.2f", variable, time.exponent()),
                linear ? String.format(Locale.ROOT, "%.3g s + %.3g ms each", time.fixed(), 1e3 * time.perUnit()) : "",
                String.format(Locale.ROOT, "%s^%.2f", variable, memory.exponent()),
                linear ? String.format(Locale.ROOT, "%.3g MB + %.3g MB each", memory.fixed(), memory.perUnit()) : "");
    }
}
