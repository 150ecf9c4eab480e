package org.swav4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.swav4j.augment.CropSpec;
import org.swav4j.comm.Alone;
import org.swav4j.method.Swav;
import org.swav4j.nn.FlopCount;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.source.ImageSources;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Setting;

/**
 * Training beside plain PyTorch ({@code bench/reference/step.py}): the same network, crops, loss, optimiser, batch and
 * photographs, end to end and on ready-made crops, each round of each way in a process of its own, in turns:
 * {@code bench/run ReferenceBenchmark}. Python gets the memory allocator as it comes, and in the rows named so the one that
 * {@code ./swav} sets.
 *
 * <p>Flags: {@code --photographs} folder or archive, {@code --rounds}, {@code --steps} of a round that are counted,
 * {@code --ways} of swav4j, fp32, bf16, fp32-tuned, bf16-tuned; {@code --python-threads}, {@code --python-workers};
 * {@code --batch-size}, {@code --threads}, {@code --workers} as in {@code swav pretrain}.
 */
public final class ReferenceBenchmark {
    private static final String PYTHON = "/usr/bin/python3";
    private static final String OURS = "swav4j";
    private static final String TUNED = "-tuned";
    private static final Map<String, String> WAYS = Map.of(
            OURS,
            "**swav4j**",
            "fp32",
            "PyTorch, fp32, NCHW",
            "bf16",
            "PyTorch, bf16 autocast, channels_last",
            "fp32" + TUNED,
            "PyTorch, fp32, NCHW, allocator tuned",
            "bf16" + TUNED,
            "PyTorch, bf16 autocast, channels_last, allocator tuned");

    private final Flags flags;
    private final PretrainConfig config;
    private final int steps;
    private final Path photographs;
    private long parameters;
    private long multiplyAdds;

    private ReferenceBenchmark(Flags flags) throws IOException {
        this.flags = flags;
        this.config = Workload.paper(16)
                .with(flags, Setting.BATCH_SIZE, Setting.THREADS, Setting.WORKERS)
                .config();
        this.steps = flags.number("steps", 2);
        Path given = Photographs.photographs(flags.text("photographs", null));
        this.photographs = Files.isDirectory(given) ? given : Photographs.unpacked(given);
    }

    /** Runs and prints a table. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(
                args,
                Set.of(
                        "photographs",
                        "rounds",
                        "steps",
                        "ways",
                        "python-threads",
                        "python-workers",
                        "batch-size",
                        "threads",
                        "workers",
                        "child"));
        ReferenceBenchmark benchmark = new ReferenceBenchmark(flags);
        if (flags.has("child")) {
            Child.answer(benchmark.ours());
        }
        benchmark.run(args);
        System.exit(0);
    }

    private void run(String[] args) throws IOException {
        List<String> ways = new ArrayList<>(
                List.of(flags.text("ways", "swav4j,fp32,bf16,bf16-tuned").split(",")));
        if (!WAYS.keySet().containsAll(ways)) {
            Flags.fail("--ways: '" + String.join(",", ways) + "': must be some of "
                    + String.join(",", new TreeSet<>(WAYS.keySet())));
        }
        if (!referenceRuns()) {
            System.out.println("No PyTorch to compare with: apt install python3-torch python3-torchvision\n");
            ways.removeIf(way -> !way.equals(OURS));
        }
        int rounds = flags.number("rounds", 3);
        Map<String, List<Map<String, Object>>> results = new LinkedHashMap<>();
        ways.forEach(way -> results.put(way, new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            for (String way : ways) {
                Map<String, Object> result = way.equals(OURS) ? child(args) : reference(way);
                checkSameNetwork(way, result);
                System.err.printf("round %d, %s: %s%n", round + 1, way, result);
                results.get(way).add(result);
            }
        }
        print(results, rounds);
    }

    private void print(Map<String, List<Map<String, Object>>> results, int rounds) {
        System.out.printf(
                Locale.ROOT,
                "%s; %s, %s; PyTorch with %d threads and %d loader processes, swav4j with %d threads and %d loader threads;"
                        + " %d rounds in turns, %d steps each%n%n",
                Conditions.line(),
                Workload.describe(config),
                ImageSources.open(photographs).description(),
                pythonThreads(),
                pythonWorkers(),
                config.threads(),
                config.workers(),
                rounds,
                steps);
        Table table = new Table(
                "",
                "end to end, images/s",
                "ready-made crops, images/s",
                "peak memory, MB",
                "swav4j's speed over it, end to end",
                "on ready-made crops");
        results.forEach((way, all) -> table.row(
                WAYS.get(way),
                Spread.of(column(all, "end_to_end")).text(2),
                Spread.of(column(all, "ready_made")).text(2),
                String.format(
                        Locale.ROOT, "%,.0f", Spread.of(column(all, "peak_mb")).median()),
                faster(results, all, "end_to_end"),
                faster(results, all, "ready_made")));
        System.out.print(table);
    }

    private static String faster(
            Map<String, List<Map<String, Object>>> results, List<Map<String, Object>> all, String column) {
        return results.containsKey(OURS)
                ? Spread.ratio(column(results.get(OURS), column), column(all, column))
                        .text(2)
                : "";
    }

    private static double[] column(List<Map<String, Object>> results, String name) {
        return results.stream().mapToDouble(r -> Child.number(r, name)).toArray();
    }

    /** The same run in another process. */
    private Map<String, Object> child(String[] args) throws IOException {
        List<String> arguments = new ArrayList<>(Arrays.asList(args));
        arguments.addAll(List.of("--child", "yes", "--photographs", photographs.toString()));
        return Child.java(ReferenceBenchmark.class, arguments);
    }

    private Map<String, Object> ours() throws IOException {
        Map<String, Object> result = new LinkedHashMap<>();
        try (BareLoop loop = new BareLoop(config)) {
            loop.seconds(1, config.threads());
            result.put("ready_made", config.batchSize() / loop.seconds(steps, config.threads()));
        }
        double whole =
                TrainingRun.of(config, ImageSources.open(photographs), steps).seconds();
        result.put("end_to_end", config.batchSize() / whole);
        result.put("peak_mb", Conditions.peakMegabytes());
        long[] count = {0};
        try (Swav model = new Swav(config.model(), Placement.of(ComputeDevice.CPU, config.precision()), new Alone())) {
            model.parameters().forEach((name, tensor) -> count[0] += tensor.numel());
        }
        result.put("parameters", count[0]);
        result.put("multiply_adds", forwardMultiplyAdds());
        return result;
    }

    /** Of the forward pass for one image with all its crops. */
    private long forwardMultiplyAdds() {
        FlopCount count = new FlopCount(config.model().arch(), config.model().stem());
        long trunk = 0;
        for (CropSpec crop : config.crops()) {
            trunk += crop.count() * count.trunk(crop.size()) / 2;
        }
        long training = count.headTraining(
                        config.model().hidden(), config.model().dim())
                + FlopCount.scoresTraining(config.model().dim(), config.model().prototypes());
        return trunk + config.views() * training / 6;
    }

    /** Both must train the same network on the same crops. */
    private void checkSameNetwork(String way, Map<String, Object> result) {
        long itsParameters = ((Number) result.get("parameters")).longValue();
        long itsWork = ((Number) result.get("multiply_adds")).longValue();
        if (parameters == 0) {
            parameters = itsParameters;
            multiplyAdds = itsWork;
        } else if (parameters != itsParameters || multiplyAdds != itsWork) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "%s: another network: %,d parameters and %,d multiply-adds, not %,d and %,d",
                    way,
                    itsParameters,
                    itsWork,
                    parameters,
                    multiplyAdds));
        }
    }

    private Map<String, Object> reference(String way) throws IOException {
        ProcessBuilder python = new ProcessBuilder(
                PYTHON,
                "-B",
                "bench/reference/step.py",
                "--folder",
                photographs.toString(),
                "--style",
                way.replace(TUNED, ""),
                "--batch",
                Integer.toString(config.batchSize()),
                "--steps",
                Integer.toString(steps),
                "--threads",
                Integer.toString(pythonThreads()),
                "--workers",
                Integer.toString(pythonWorkers()));
        if (!way.endsWith(TUNED)) {
            python.environment()
                    .keySet()
                    .removeIf(name -> name.startsWith("MALLOC_") || name.matches("GLIBC_TUNABLES|LD_PRELOAD"));
        }
        return Child.run(python);
    }

    private int pythonThreads() {
        return flags.number("python-threads", Runtime.getRuntime().availableProcessors());
    }

    private int pythonWorkers() {
        return flags.number("python-workers", 2);
    }

    private static boolean referenceRuns() {
        if (!Files.isExecutable(Path.of(PYTHON))) {
            return false;
        }
        try {
            Process process = new ProcessBuilder(PYTHON, "-c", "import torch, torchvision")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
