package org.swav4j.bench;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.swav4j.bench.CountedRanks.Count;
import org.swav4j.comm.GradientCompression;
import org.swav4j.profile.Phase;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Setting;

/**
 * What many ranks would send and wait for in a step of the paper's recipe, for {@code docs/scaling.md}: bytes as
 * {@link StepTraffic} counts them, times by the model that is written above the table. Nothing is measured here:
 * {@code bench/run RanksOnPaper}.
 *
 * <p>Flags: {@code --ranks 64}; {@code --batch 4096} of all; {@code --step-ms 60} of a rank alone, for its share of the batch;
 * {@code --latency-us 5} of one message between two ranks; {@code --counted 1} counts in a real step, of ResNet-50 on two images,
 * instead of reckoning.
 */
public final class RanksOnPaper {
    private static final Map<Phase, String> NAMES = new EnumMap<>(Map.of(
            Phase.FORWARD, "batch norm, forward",
            Phase.BACKWARD, "batch norm, backward",
            Phase.CODES, "Sinkhorn",
            Phase.LOSS, "loss",
            Phase.GRADIENTS, "gradients"));
    private static final int[] GIGABITS = {10, 100, 400};
    /** Of a step's operations two thirds are the backward pass, beside which gradients travel. */
    private static final double BACKWARD_SHARE = 2 / 3.0;

    private RanksOnPaper() {}

    /** Runs and prints tables. */
    public static void main(String[] args) {
        Flags flags = Flags.of(args, Set.of("ranks", "batch", "step-ms", "latency-us", "counted"));
        int ranks = flags.number("ranks", 64);
        int batch = flags.number("batch", 4096);
        PretrainConfig config = Workload.paper(batch).config();
        Map<Phase, Count> full = flags.number("counted", 0) == 1
                ? StepTraffic.counted(
                        Workload.paper(batch)
                                .with(Setting.CROPS, "2x64@0.14-1,6x32@0.05-0.14")
                                .with(Setting.STEM, config.model().stem().toString())
                                .config(),
                        ranks,
                        GradientCompression.NONE)
                : StepTraffic.reckoned(config, GradientCompression.NONE);
        System.out.println(traffic(full, ranks));
        System.out.println(times(full, ranks, flags.number("step-ms", 60) / 1e3, flags.number("latency-us", 5) / 1e6));
    }

    /** What a rank of a ring sends of {@code bytes} that are summed. */
    static double sent(double bytes, int ranks) {
        return 2.0 * (ranks - 1) / ranks * bytes;
    }

    /** Of a small sum, which goes up and down a tree. */
    static double smallSum(int ranks, double latency) {
        return 2 * Math.ceil(Math.log(ranks) / Math.log(2)) * latency;
    }

    private static Table traffic(Map<Phase, Count> full, int ranks) {
        Table table = new Table(
                "a step", "operations", "bytes handed over", "sent by a rank of a ring of " + ranks, "bound by");
        for (Phase kind : StepTraffic.KINDS) {
            Count count = full.get(kind);
            boolean large = kind == Phase.GRADIENTS;
            table.row(
                    NAMES.get(kind),
                    count.calls(),
                    number(count.bytes()),
                    number(Math.round(sent(count.bytes(), ranks))),
                    large ? "bandwidth" : "latency");
            if (large) {
                table.row(
                        "gradients in bf16",
                        count.calls(),
                        number(count.bytes() / 2),
                        number(Math.round(sent(count.bytes() / 2.0, ranks))),
                        "bandwidth");
            }
        }
        return table;
    }

    private static Table times(Map<Phase, Count> full, int ranks, double step, double latency) {
        long calls = 0;
        double small = 0;
        for (Phase kind : StepTraffic.KINDS) {
            if (kind != Phase.GRADIENTS) {
                calls += full.get(kind).calls();
                small += sent(full.get(kind).bytes(), ranks);
            }
        }
        Table table = new Table(
                "a rank's line, Gbit/s",
                "gradients fp32, ms",
                "bf16, ms",
                calls + " small sums, ms",
                "share of the step, fp32",
                "bf16",
                "bf16, batch norm over 8 ranks of a machine");
        for (int gigabits : GIGABITS) {
            double rate = gigabits * 1e9 / 8;
            double fp32 = sent(full.get(Phase.GRADIENTS).bytes(), ranks) / rate;
            double bf16 = fp32 / 2;
            double waiting = calls * smallSum(ranks, latency) + small / rate;
            long norms =
                    full.get(Phase.FORWARD).calls() + full.get(Phase.BACKWARD).calls();
            double grouped = waiting - norms * (smallSum(ranks, latency) - smallSum(8, latency));
            table.row(
                    gigabits,
                    millis(fp32),
                    millis(bf16),
                    millis(waiting),
                    share(step, fp32, waiting),
                    share(step, bf16, waiting),
                    share(step, bf16, grouped));
        }
        return table;
    }

    /** Of the whole step, what is waited for: small sums, and of the gradients what the backward pass does not cover. */
    static double waited(double step, double gradients, double small) {
        double exposed = Math.max(0, gradients - BACKWARD_SHARE * step) + small;
        return exposed / (step + exposed);
    }

    private static String share(double step, double gradients, double small) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * waited(step, gradients, small));
    }

    private static String millis(double seconds) {
        return String.format(Locale.ROOT, "%.1f", 1e3 * seconds);
    }

    private static String number(long bytes) {
        return String.format(Locale.ROOT, "%,d", bytes);
    }
}
