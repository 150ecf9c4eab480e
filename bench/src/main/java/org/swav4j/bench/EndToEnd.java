package org.swav4j.bench;

import java.io.IOException;
import java.util.Locale;
import org.swav4j.data.ImageSource;
import org.swav4j.train.PretrainConfig;

/** A whole training beside the bare loop, in turns; what each round took per step. */
final class EndToEnd {
    private final double[] bare;
    private final double[] whole;
    private final double[] loader;
    private final double[] busy;

    private EndToEnd(int rounds) {
        bare = new double[rounds];
        whole = new double[rounds];
        loader = new double[rounds];
        busy = new double[rounds];
    }

    /** Runs both {@code rounds} times for {@code steps} counted steps, the bare loop with {@code bareThreads}. */
    static EndToEnd measure(PretrainConfig config, ImageSource images, int rounds, int steps, int bareThreads)
            throws IOException {
        EndToEnd all = new EndToEnd(rounds);
        try (BareLoop loop = new BareLoop(config)) {
            loop.seconds(1, bareThreads);
            for (int round = 0; round < rounds; round++) {
                TrainingRun.Result result = TrainingRun.of(config, images, steps);
                all.whole[round] = result.seconds();
                all.loader[round] = result.loaderSeconds();
                all.busy[round] = result.processorSeconds() / result.seconds();
                loop.seconds(1, bareThreads);
                all.bare[round] = loop.seconds(steps, bareThreads);
                System.err.printf(
                        Locale.ROOT,
                        "round %d: bare %.3f s, end to end %.3f s a step%n",
                        round + 1,
                        all.bare[round],
                        all.whole[round]);
            }
        }
        return all;
    }

    /** Seconds of the bare loop. */
    Spread bare() {
        return Spread.of(bare);
    }

    /** Seconds of the training. */
    Spread whole() {
        return Spread.of(whole);
    }

    /** CPU seconds of all loader threads. */
    Spread loader() {
        return Spread.of(loader);
    }

    /** Cores that the training keeps busy. */
    Spread busy() {
        return Spread.of(busy);
    }

    /** The training's speed by the bare loop's. */
    Spread ratio() {
        return Spread.ratio(bare, whole);
    }

    /** What that could be at most, as the loader's work has to be done by the same cores. */
    Spread ceiling() {
        return Spread.of(ceilings());
    }

    /** The ratio by its ceiling: 1 if nothing is lost but the loader's own work. */
    Spread ratioToCeiling() {
        double[] least = ceilings();
        for (int i = 0; i < least.length; i++) {
            least[i] *= whole[i];
        }
        return Spread.ratio(bare, least);
    }

    private double[] ceilings() {
        int cores = Runtime.getRuntime().availableProcessors();
        double[] ceilings = new double[bare.length];
        for (int i = 0; i < ceilings.length; i++) {
            ceilings[i] = bare[i] / (bare[i] + loader[i] / cores);
        }
        return ceilings;
    }
}
