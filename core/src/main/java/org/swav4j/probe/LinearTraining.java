package org.swav4j.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.DoubleStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.TensorFile;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.Predictions;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.Safetensors;
import org.swav4j.loader.Batch;
import org.swav4j.loader.Loader;
import org.swav4j.nn.ClassifierHead;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stage;
import org.swav4j.optim.Sgd;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/**
 * Trains a linear classifier on each of several stages of a frozen trunk, on crops drawn anew in every epoch, and measures them
 * on test images after each (paper, section 4.1). One pass through the trunk serves all stages; each classifier
 * comes out as it would alone. What is incomplete of an epoch's last batch is dropped.
 */
public final class LinearTraining implements AutoCloseable {
    private static final String KEY = "swav4j.linear";
    private static final String SCORES = "scores";
    private static final int NUMBERS = 3;
    /** Decoded images are kept from epoch to epoch in this much memory. */
    private static final long KEPT_BYTES = 1L << 28;

    /**
     * What is trained on what.
     *
     * @param train images that all have a label
     * @param test of the same stages, class numbers as {@code train} has them
     * @param view side of the crops
     * @param key what else the result depends on: a state that was saved under another key is not gone on with
     * @param saved where the state after each epoch is kept until the last; empty for nowhere
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

        /** Images of a step: the recipe's, or all if those are fewer. */
        public int batchSize() {
            return Math.min(recipe.batchSize(), train.size());
        }
    }

    /** Told how it goes, on the calling thread. */
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
    private final int classes;
    private final ModuleState modules;
    private final List<ClassifierHead> heads = new ArrayList<>();
    private final StateDict parameters;
    private final Sgd optimizer;
    /** Per epoch and stage. */
    private final List<List<EpochScore>> scores = new ArrayList<>();

    /** Fresh classifiers. Reseeds the process's default generator. */
    public LinearTraining(Task task) {
        this.task = task;
        this.classes = task.train.classNames().size();
        this.modules = new ModuleState(task.placement);
        try (PointerScope scope = new PointerScope()) {
            for (int s = 0; s < task.stages.size(); s++) {
                RandomState.seed(task.seed);
                heads.add(new ClassifierHead(
                        modules.under(task.stages.get(s).toString()), task.features.get(s), classes));
            }
        }
        this.parameters = modules.parameters();
        this.optimizer = new Sgd(LinearRecipe.MOMENTUM, task.recipe.weightDecay(), parameters);
    }

    /**
     * Trains until the last epoch or a stop, which loses the epoch it comes in.
     *
     * @param stop asked after every step
     * @return per epoch that was finished, per stage, the score
     */
    public List<List<EpochScore>> run(Watcher watcher, BooleanSupplier stop) {
        goOn(watcher);
        ProbeSchedule schedule = task.recipe.schedule();
        try (Loader loader = new Loader(
                task.train,
                task.recipe.crops(task.view.size()),
                task.batchSize(),
                1,
                task.workers,
                task.seed,
                0,
                1,
                task.quarantine,
                KEPT_BYTES,
                ComputeDevice.CPU,
                null)) {
            for (int epoch = scores.size(); epoch < task.recipe.epochs(); epoch++) {
                loader.start(epoch, 0);
                double[] losses = new double[heads.size()];
                int steps = 0;
                for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
                    step(batch, schedule.at(epoch), losses);
                    watcher.step(epoch + 1, ++steps, loader.stepsPerEpoch());
                    if (stop.getAsBoolean()) {
                        return scores;
                    }
                }
                List<EpochScore> epochScores = new ArrayList<>();
                for (int s = 0; s < heads.size(); s++) {
                    Predictions said = predictions(task.stages.get(s));
                    epochScores.add(new EpochScore(losses[s] / steps, said.top(1), said.top(5)));
                }
                scores.add(epochScores);
                watcher.epoch(epoch + 1, epochScores);
                save(watcher);
            }
        }
        return scores;
    }

    private void step(Batch batch, double learningRate, double[] losses) {
        try (PointerScope scope = new PointerScope()) {
            optimizer.zeroGradients();
            List<Tensor> features;
            try (NoGradGuard noGrad = new NoGradGuard()) {
                features = task.encoder.features(batch.tensor(0), task.stages);
            }
            int[] indices = batch.indices();
            int[] classOf = new int[indices.length];
            for (int i = 0; i < classOf.length; i++) {
                classOf[i] = task.train.label(indices[i]);
            }
            Tensor labels =
                    FeatureRows.longs(classOf).to(task.placement.device().toTorch(), ScalarType.Long);
            for (int s = 0; s < losses.length; s++) {
                Tensor loss = torch.cross_entropy_loss(heads.get(s).forward(features.get(s)), labels);
                loss.backward();
                losses[s] += loss.item_double();
            }
            optimizer.step(learningRate);
        } finally {
            batch.release();
        }
    }

    /** What a stage's classifier now says of the test images. */
    public Predictions predictions(Stage stage) {
        FeatureRows rows = task.test.rows(stage);
        int dimensions = rows.dimensions();
        double[] point = new double[classes * (dimensions + 1)];
        copy(stage + ".fc.weight", point, 0, classes * dimensions);
        copy(stage + ".fc.bias", point, classes * dimensions, classes);
        return new LinearClassifier(Standardization.none(dimensions), point, classes)
                .predict(rows, task.train.classNames());
    }

    private void copy(String name, double[] to, int from, int count) {
        float[] values = new float[count];
        try (PointerScope scope = new PointerScope()) {
            new FloatPointer(parameters.get(name).detach().cpu().contiguous().data_ptr()).get(values);
        }
        for (int i = 0; i < count; i++) {
            to[from + i] = values[i];
        }
    }

    private void goOn(Watcher watcher) {
        Path file = task.saved.orElse(null);
        if (file == null || !Files.exists(file)) {
            return;
        }
        try {
            if (!task.key.equals(Safetensors.read(file).metadata().get(KEY))) {
                watcher.warning(file + ": is of an evaluation with other settings; beginning anew");
                return;
            }
            try (StateDict state = TensorFile.read(file);
                    StateDict savedHeads = new StateDict();
                    StateDict savedOptimizer = new StateDict()) {
                state.forEach((name, tensor) -> {
                    if (!name.equals(SCORES)) {
                        (parameters.contains(name) ? savedHeads : savedOptimizer).add(name, tensor);
                    }
                });
                parameters.copyFrom(savedHeads, file.toString());
                optimizer.restore(savedOptimizer, file.toString());
                read(state.get(SCORES));
            }
            watcher.goesOn(scores.size());
        } catch (IOException | IllegalArgumentException e) {
            watcher.warning(file + ": cannot be gone on with (" + e.getMessage() + "); beginning anew");
        }
    }

    private void read(Tensor saved) {
        double[] numbers = new double[Math.toIntExact(saved.numel())];
        try (PointerScope scope = new PointerScope()) {
            new DoublePointer(saved.data_ptr()).get(numbers);
        }
        int perEpoch = NUMBERS * heads.size();
        for (int at = 0; at < numbers.length; at += perEpoch) {
            List<EpochScore> epoch = new ArrayList<>();
            for (int s = 0; s < heads.size(); s++) {
                int i = at + NUMBERS * s;
                epoch.add(new EpochScore(numbers[i], numbers[i + 1], numbers[i + 2]));
            }
            scores.add(epoch);
        }
    }

    private void save(Watcher watcher) {
        if (task.saved.isEmpty()) {
            return;
        }
        double[] numbers = scores.stream()
                .flatMap(List::stream)
                .flatMapToDouble(s -> DoubleStream.of(s.loss(), s.top1(), s.top5()))
                .toArray();
        try (StateDict state = new StateDict();
                PointerScope scope = new PointerScope()) {
            parameters.forEach(state::add);
            optimizer.state().forEach(state::add);
            state.add(SCORES, FeatureRows.doubles(numbers, 0, numbers.length));
            Files.createDirectories(task.saved.get().toAbsolutePath().getParent());
            AtomicFile.write(task.saved.get(), channel -> TensorFile.write(channel, state, Map.of(KEY, task.key)));
        } catch (IOException e) {
            watcher.warning(task.saved.get() + ": cannot be written, so a stop would begin anew: " + e.getMessage());
        }
    }

    /** Deletes what was saved: its result is written. */
    public void deleteSaved() throws IOException {
        if (task.saved.isPresent()) {
            Files.deleteIfExists(task.saved.get());
        }
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.close();
        modules.all().close();
    }
}
