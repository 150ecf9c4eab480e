package org.swav4j.cli;

import java.time.Duration;
import java.util.Locale;
import org.swav4j.classify.EpochScore;
import org.swav4j.classify.TrainingWatcher;

/** How the training of a classifier goes, on a progress line. */
final class TrainingProgress implements TrainingWatcher {
    private final ProgressLine progress;
    private final String what;
    private long begun = System.nanoTime();
    private long first;

    /** @param what stands in front of every line, such as {@code 10%, from scratch: } */
    TrainingProgress(ProgressLine progress, String what) {
        this.progress = progress;
        this.what = what;
    }

    @Override
    public void goesOn(long step, long steps) {
        first = step;
        begun = System.nanoTime();
        progress.say(String.format(Locale.ROOT, "%sgoing on behind step %,d of %,d", what, step, steps));
    }

    @Override
    public void step(long step, long steps, int epoch, int epochs, double loss, int batch) {
        double seconds = Math.max((System.nanoTime() - begun) / 1e9, 1e-9);
        double perStep = seconds / (step - first);
        progress.status(
                () -> String.format(
                        Locale.ROOT,
                        "%sepoch %,d/%,d  step %,d/%,d  loss %.4f  %,.0f images/s  %s left",
                        what,
                        epoch,
                        epochs,
                        step,
                        steps,
                        loss,
                        batch / perStep,
                        ProgressLine.duration(Duration.ofSeconds(Math.round((steps - step) * perStep)))),
                false);
    }

    @Override
    public void scored(EpochScore score) {
        progress.say(String.format(
                Locale.ROOT,
                "%safter %,d epochs: loss %.4f, test top-1 %.1f %%",
                what,
                score.epoch(),
                score.loss(),
                100 * score.top1()));
    }
}
