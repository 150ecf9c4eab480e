package org.swav4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.swav4j.launch.LaunchedRank;
import org.swav4j.profile.ProfileReport;
import org.swav4j.train.RankPaces;
import org.swav4j.train.StepReport;
import org.swav4j.train.TrainingListener;
import org.swav4j.train.TrainingPlan;

/**
 * Shows how a run goes: on a terminal one line that is written over, elsewhere the first steps and then a line now and
 * then. Everything else that happens gets a line of its own.
 */
final class ProgressLine implements TrainingListener {
    /** How much is shown. */
    enum Mode {
        /** One line, written over. */
        TERMINAL,
        /** A line now and then, nothing but plain text. */
        PLAIN,
        /** Warnings only. */
        QUIET
    }

    private static final long FIRST_STEPS = 3;
    private static final long PLAIN_NANOS = 10_000_000_000L;
    private static final long TERMINAL_NANOS = 100_000_000L;
    private static final String CLEAR_LINE = "\r\u001b[K";
    /** A line longer than the terminal is wide is cut there: wrapped, it could not be written over. */
    private static final String CUT_LONG_LINES = "\u001b[?7l";

    private static final String WRAP_LONG_LINES = "\u001b[?7h";

    private final PrintWriter out;
    private final Mode mode;
    private final LongSupplier nanoTime;
    private long firstStep;
    private long shownAt;
    private boolean lineOpen;

    ProgressLine(PrintWriter out, Mode mode) {
        this(out, mode, System::nanoTime);
    }

    ProgressLine(PrintWriter out, Mode mode, LongSupplier nanoTime) {
        this.out = out;
        this.mode = mode;
        this.nanoTime = nanoTime;
    }

    /**
     * The way that suits this process: a terminal needs a console, its own or that of the launcher that shows its output, and a
     * TERM that can go back in a line.
     */
    static Mode suitable(boolean quiet) {
        if (quiet) {
            return Mode.QUIET;
        }
        String term = System.getenv("TERM");
        boolean console = System.console() != null
                || LaunchedRank.of(System.getenv())
                        .filter(LaunchedRank::terminal)
                        .isPresent();
        return console && term != null && !term.isEmpty() && !term.equals("dumb") ? Mode.TERMINAL : Mode.PLAIN;
    }

    @Override
    public void started(TrainingPlan plan) {
        firstStep = plan.firstStep();
        String from = plan.firstStep() > 0 ? String.format(Locale.ROOT, ", from step %,d", plan.firstStep()) : "";
        say(String.format(
                Locale.ROOT,
                "%,d images, %,d steps an epoch, %,d epochs: %,d steps%s",
                plan.images(),
                plan.stepsPerEpoch(),
                plan.epochs(),
                plan.totalSteps(),
                from));
    }

    @Override
    public void step(StepReport r) {
        boolean first = r.step() <= firstStep + FIRST_STEPS;
        boolean last = r.step() >= r.totalSteps();
        status(() -> text(r), first || last);
    }

    /** Writes the line over, or prints another one, when it is time to or {@code now} says so. */
    void status(Supplier<String> text, boolean now) {
        if (mode == Mode.QUIET) {
            return;
        }
        long nanos = nanoTime.getAsLong();
        boolean due = nanos - shownAt >= (mode == Mode.TERMINAL ? TERMINAL_NANOS : PLAIN_NANOS);
        if (!now && !due) {
            return;
        }
        shownAt = nanos;
        if (mode == Mode.TERMINAL) {
            out.print(CLEAR_LINE + CUT_LONG_LINES + text.get() + WRAP_LONG_LINES);
            lineOpen = true;
        } else {
            out.println(text.get());
        }
        out.flush();
    }

    @Override
    public void warning(String message) {
        line("warning: " + message);
    }

    @Override
    public void rewound(long step, String why) {
        warning(why);
    }

    @Override
    public void knn(int epoch, double top1) {
        say(String.format(Locale.ROOT, "k-NN after %,d epochs: %.1f %%", epoch, 100 * top1));
    }

    /** Goes into a log; a terminal would fill up with it. */
    @Override
    public void saved(Path checkpoint, long step) {
        if (mode == Mode.PLAIN) {
            line("saved " + checkpoint);
        }
    }

    @Override
    public void profiled(ProfileReport report) {
        ProfileText.of(report).lines().forEach(this::say);
    }

    /** A line of its own, unless quiet. */
    void say(String message) {
        if (mode != Mode.QUIET) {
            line(message);
        }
    }

    /** Ends the open line, so that what others print starts on a new one. */
    void finish() {
        if (lineOpen) {
            out.println();
            out.flush();
            lineOpen = false;
        }
    }

    private void line(String message) {
        if (lineOpen) {
            out.print(CLEAR_LINE);
            lineOpen = false;
        }
        out.println(message);
        out.flush();
    }

    private static String text(StepReport r) {
        String probe =
                Double.isNaN(r.probeTop1()) ? "" : String.format(Locale.ROOT, "  probe %.1f %%", 100 * r.probeTop1());
        String waiting = r.dataWaitShare() >= 0.1
                ? String.format(Locale.ROOT, "  waiting %.0f %%", 100 * r.dataWaitShare())
                : "";
        return String.format(
                Locale.ROOT,
                "epoch %d/%d  step %,d/%,d  loss %.4f%s  lr %.3g  %,.0f images/s%s%s  %s left",
                r.epoch() + 1,
                r.epochs(),
                r.step(),
                r.totalSteps(),
                r.loss(),
                probe,
                r.learningRate(),
                r.imagesPerSecond(),
                waiting,
                r.ranks().map(ProgressLine::text).orElse(""),
                duration(r.remaining()));
    }

    /** What the ranks would do each if none waited for another, and what the exchange takes. */
    private static String text(RankPaces ranks) {
        return String.format(
                Locale.ROOT,
                "  ranks %,.0f to %,.0f, slowest %d, exchange %.0f %%",
                ranks.least(),
                ranks.most(),
                ranks.slowest(),
                100 * ranks.meanExchangeShare());
    }

    /** {@code 2 d 3 h}, {@code 1 h 02 min}, {@code 3 min 20 s}, {@code 8 s}. */
    static String duration(Duration d) {
        if (d.toDays() > 0) {
            return d.toDays() + " d " + d.toHoursPart() + " h";
        }
        if (d.toHours() > 0) {
            return String.format(Locale.ROOT, "%d h %02d min", d.toHours(), d.toMinutesPart());
        }
        if (d.toMinutes() > 0) {
            return String.format(Locale.ROOT, "%d min %02d s", d.toMinutes(), d.toSecondsPart());
        }
        return d.toSeconds() + " s";
    }
}
