package org.swav4j.bench;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import org.swav4j.source.ImageSources;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Setting;

/**
 * Whether training has become slower than it should be beside the bare loop, in about a minute: {@code bench/run GuardBenchmark}.
 * Both run in turns in this process, so the machine's own speed cancels out; so does the loader's work, by comparing with the
 * ceiling it leaves. The expected band is in {@code guard.properties}. Prints one line, a verdict only where the machine was quiet, and never fails.
 *
 * <p>Flags: {@code --rounds}, {@code --steps}.
 */
public final class GuardBenchmark {
    private static final String BAND = "guard.properties";
    /** Where the bare loop's own rounds differ by more than this, a ratio of two rounds says nothing. */
    private static final double DISTURBED = 1.3;

    private static final int SIDE = 96;
    private static final int IMAGES = 512;

    private GuardBenchmark() {}

    /** Runs and prints a line. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(args, Set.of("rounds", "steps"));
        Properties band = new Properties();
        try (InputStream in = GuardBenchmark.class.getResourceAsStream(BAND)) {
            band.load(in);
        }
        double least = Double.parseDouble(band.getProperty("least"));
        double most = Double.parseDouble(band.getProperty("most"));
        PretrainConfig config = Workload.small(32)
                .with(Setting.STEM, "imagenet")
                .with(Setting.CROPS, "2x64@0.3-1")
                .config();
        EndToEnd result = EndToEnd.measure(
                config,
                ImageSources.open(Photographs.madeUp(SIDE, SIDE, IMAGES)),
                flags.number("rounds", 5),
                flags.number("steps", 8),
                Runtime.getRuntime().availableProcessors());
        Spread ratio = result.ratioToCeiling();
        System.out.printf(
                Locale.ROOT,
                "%s: training reaches %s of the bare loop, %s of what the loader's work leaves; expected %.0f to %.0f %%: %s%n",
                Workload.describe(config),
                result.ratio().percent(),
                ratio.percent(),
                100 * least,
                100 * most,
                verdict(result.bare(), ratio.median(), least, most));
        System.exit(0);
    }

    private static String verdict(Spread bare, double ratio, double least, double most) {
        if (bare.most() > DISTURBED * bare.least()) {
            return "no verdict, as the machine was busy with something else";
        }
        if (ratio < least) {
            return "SLOWER THAN EXPECTED";
        }
        return ratio > most
                ? "faster than the bare loop: the measurement is disturbed, or the band is out of date"
                : "ok";
    }
}
