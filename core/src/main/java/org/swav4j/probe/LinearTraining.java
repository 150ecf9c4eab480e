package org.swav4j.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.swav4j.augment.EvalTransform;
import org.swav4j.comm.Collecting;
import org.swav4j.comm.Collective;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.Predictions;
import org.swav4j.loader.Batch;
import org.swav4j.loader.Loader;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stage;
import org.swav4j.tensor.ComputeDevice;

/**
 * Trains a linear classifier on each of several stages of a frozen trunk, on crops drawn anew in every epoch, and measures them
 * on test images after each (paper, section 4.1). One pass through the trunk serves all stages; each classifier
 * comes out as it would alone. What is incomplete of an epoch's last batch is dropped.
 *
 * <p>Several ranks share every batch: each loads its part and runs the trunk on it, and the first, which alone has the
 * classifiers, trains them on the features of all, in the order in which one process would have them. The result is that of one
 * process as far as an image's features do not depend on how many others are in a batch: to the bit where the encoder's are so, as
 * those of {@code FrozenEncoder} were found to be on CPUs, in fp32 and bf16, for two images a rank and more.
 */
public final class LinearTraining implements AutoCloseable {
    /** Decoded images are kept from epoch to epoch in this much memory. */
    private static final long KEPT_BYTES = 1L << 28;

    /**
     * What is trained on what.
     *
     * @param train images that all have a label
     * @param test of the same stages, class numbers as {@code train} has them; used on the first rank
     * @param view side of the crops
     * @param key what else the result depends on: a state that was saved under another key is not gone on with
     * @param saved where the first rank keeps the state after each epoch until the last; empty for nowhere
     */
    public record Task(
            StageEncoder encoder,
            List<Stage> stages,
            List<Integer> features,
            LabelledImages train,
            StageFeatures test,
            LinearRecipe recipe,
            EvalTransform view,
            Placement placement,
            int workers,
            long seed,
            Quarantine quarantine,
            String key,
            Optional<Path> saved) {
        /** Copies the lists. */
        public Task {
            stages = List.copyOf(stages);
            features = List.copyOf(features);
        }

        /** Images of a step of all ranks together: the recipe's, or all if those are fewer. */
        public int batchSize() {
            return recipe.batchSize(train.size());
        }
    }

    /** Told how it goes, on the calling thread. Ranks other than the first are told of steps only. */
    public interface Watcher {
        /** It goes on behind so many epochs that were saved. */
        void goesOn(int epochs);

        /** A step was done; epochs and steps counted from 1. */
        void step(int epoch, int step, int stepsPerEpoch);

        /** An epoch is over; per stage its score. */
        void epoch(int epoch, List<EpochScore> scores);

        /** Something a person should know. */
        void warning(String message);
    }

    private final Task task;
    private final Collective ranks;
    private final Collecting collecting;
    private final Optional<UnfinishedLinear> unfinished;
    /** Null but on the first rank. */
    private final LinearHeads heads;
    /** Per epoch and stage; empty but on the first rank. */
    private final List<List<EpochScore>> scores = new ArrayList<>();

    /**
     * Fresh classifiers. Reseeds the process's default generator.
     *
     * @param ranks that share every batch; their number must divide {@link Task#batchSize}
     */
    public LinearTraining(Task task, Collective ranks) {
        if (task.batchSize() % ranks.world() != 0) {
            throw new IllegalArgumentException(
                    "a batch of " + task.batchSize() + " cannot be shared by " + ranks.world() + " ranks");
        }
        this.task = task;
        this.ranks = ranks;
        this.collecting = new Collecting(ranks);
        this.unfinished = task.saved.map(file -> new UnfinishedLinear(file, task.key));
        this.heads = ranks.rank() == 0 ? new LinearHeads(task) : null;
    }

    /**
     * Trains until the last epoch or a stop, which loses the epoch it comes in. Once all epochs are done, the first rank's list of
     * images that cannot be read is that of all. Collective: every rank must call.
     *
     * @param stop asked after every step; one rank that is asked to stop stops all
     * @return how many epochs are done, those that were saved before too; the same on every rank
     */
    public int run(Watcher watcher, BooleanSupplier stop) {
        if (heads != null) {
            goOn(watcher);
        }
        int begin = (int) collecting.numbers(scores.size())[0][0];
        ProbeSchedule schedule = task.recipe.schedule();
        try (Loader loader = new Loader(
                task.train,
                task.recipe.crops(task.view.size()),
                task.batchSize() / ranks.world(),
                1,
                task.workers,
                task.seed,
                ranks.rank(),
                ranks.world(),
                task.quarantine,
                KEPT_BYTES,
                ComputeDevice.CPU,
                null)) {
            int steps = loader.stepsPerEpoch();
            for (int epoch = begin; epoch < task.recipe.epochs(); epoch++) {
                loader.start(epoch, 0, EpochOrder.dealt(task.train, task.seed, epoch, ranks.rank(), ranks.world()));
                double[] losses = new double[task.stages.size()];
                for (int step = 1; step <= steps; step++) {
                    ranks.now((long) epoch * steps + step);
                    step(loader.next(), schedule.at(epoch), losses);
                    watcher.step(epoch + 1, step, steps);
                    if (ranks.any(stop.getAsBoolean())) {
                        return epoch;
                    }
                }
                ranks.first(() -> endEpoch(losses, steps, watcher));
            }
        }
        ranks.meet();
        collecting.texts(task.quarantine.csv()).forEach(task.quarantine::addCsv);
        return task.recipe.epochs();
    }

    private void step(Batch batch, double learningRate, double[] losses) {
        try (PointerScope scope = new PointerScope()) {
            StepFeatures seen = StepFeatures.of(batch, task.train, task.encoder, task.stages)
                    .together(ranks);
            if (heads != null) {
                double[] now = heads.step(seen, learningRate);
                for (int s = 0; s < losses.length; s++) {
                    losses[s] += now[s];
                }
            }
        } finally {
            batch.release();
        }
    }

    private void goOn(Watcher watcher) {
        unfinished.ifPresent(file -> scores.addAll(file.restore(heads, task.stages.size(), watcher::warning)));
        if (!scores.isEmpty()) {
            watcher.goesOn(scores.size());
        }
    }

    private void endEpoch(double[] losses, int steps, Watcher watcher) {
        List<EpochScore> epoch = new ArrayList<>();
        for (int s = 0; s < losses.length; s++) {
            Predictions said = predictions(task.stages.get(s));
            epoch.add(new EpochScore(losses[s] / steps, said.top(1), said.top(5)));
        }
        scores.add(epoch);
        watcher.epoch(scores.size(), epoch);
        unfinished.ifPresent(file -> file.write(heads, scores, watcher::warning));
    }

    /** Per epoch that is done, per stage, the score; on the first rank. */
    public List<List<EpochScore>> scores() {
        return List.copyOf(scores);
    }

    /** What a stage's classifier now says of the test images; on the first rank. */
    public Predictions predictions(Stage stage) {
        return heads.predictions(stage, task.test.rows(stage), task.train.classNames());
    }

    /** Deletes what was saved: its result is written. For the first rank. */
    public void deleteSaved() throws IOException {
        if (task.saved.isPresent()) {
            Files.deleteIfExists(task.saved.get());
        }
    }

    @Override
    public void close() {
        if (heads != null) {
            heads.close();
        }
    }
}
