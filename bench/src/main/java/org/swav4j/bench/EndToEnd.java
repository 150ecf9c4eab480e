package org.swav4j.bench;

import java.io.IOException;
import java.util.Locale;
import org.swav4j.data.ImageSource;
import org.swav4j.train.PretrainConfig;

/**
 * A whole training beside the bare loop, in turns, seconds per step of each round.
 *
 * @param bare the bare loop
 * @param whole the training
 * @param loader CPU time of the loader's threads
 * @param busy cores that the training keeps busy
 */
record EndToEnd(double[] bare, double[] whole, double[] loader, double[] busy) {

    /** Runs both {@code rounds} times for {@code steps} counted steps, the bare loop with {@code bareThreads}. */
    static EndToEnd measure(PretrainConfig config, ImageSource images, int rounds, int steps, int bareThreads)
            throws IOException {
        EndToEnd all = new EndToEnd(new double[rounds], new double[rounds], new double[rounds], new double[rounds]);
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
