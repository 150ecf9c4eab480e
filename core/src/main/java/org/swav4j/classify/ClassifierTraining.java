package org.swav4j.classify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.eval.Predictions;
import org.swav4j.loader.Batch;
import org.swav4j.loader.Loader;
import org.swav4j.nn.Pass;
import org.swav4j.optim.Sgd;
import org.swav4j.tensor.StateDict;

/**
 * Trains trunk and classifier on labelled images by cross-entropy, batch norm in training mode (paper, section 4: fine-tuning
 * with few labels). The same task, threads and processor give the same bits, also when it was stopped in between.
 */
public final class ClassifierTraining implements AutoCloseable {
    /** Decoded images are kept from epoch to epoch in this much memory: small sets are passed over hundreds of times. */
    private static final long KEPT_BYTES = 1L << 28;

    /** How long a training works between two saves, where it can be gone on with. */
    private static final long SAVE_NANOS = 60_000_000_000L;

    private final TrainingTask task;
    private final Classifier classifier;
    private final Sgd trunkOptimizer;
    private final Sgd headOptimizer;
    private final long steps;
    private final int epochs;
    private final int stepsPerEpoch;
    private long step;
    private double epochLoss;
    private Optional<UnfinishedTraining> saved = Optional.empty();
    private long savedAt;
    private final List<EpochScore> scores = new ArrayList<>();

    /**
     * Loads the weights to begin with. Reseeds the process's default generator.
     *
     * @throws CheckpointException if the encoder does not fit what it says of itself
     */
    public ClassifierTraining(TrainingTask task) {
        this.task = task;
        Recipe recipe = task.recipe();
        int images = task.train().size();
        this.stepsPerEpoch = recipe.stepsPerEpoch(images);
        this.epochs = recipe.epochsOf(images);
        this.steps = recipe.steps(images);
        this.classifier = new Classifier(
                task.start(), task.train().classNames(), task.placement(), task.precision(), task.seed());
        this.trunkOptimizer = new Sgd(Recipe.MOMENTUM, recipe.weightDecay(), classifier.trunkParameters());
        this.headOptimizer = new Sgd(Recipe.MOMENTUM, recipe.weightDecay(), classifier.headParameters());
    }

    /** The network as it is by now; stays owned by this. */
    public Classifier classifier() {
        return classifier;
    }

    /**
     * Trains to the end or until asked to stop, after a step.
     *
     * @param unfinished where the state is kept until {@link #deleteUnfinished}, and gone on from; empty for nowhere
     * @param version of the program
     * @throws IllegalStateException if the training diverges
     */
    public TrainingOutcome run(
            TrainingWatcher watcher, BooleanSupplier stop, Optional<Path> unfinished, String version) {
        saved = unfinished.map(folder -> new UnfinishedTraining(folder, task.key(), version));
        saved.flatMap(UnfinishedTraining::newest).ifPresent(this::goOn);
        if (step > 0) {
            watcher.goesOn(step, steps);
        }
        int batchSize = task.recipe().batchOf(task.train().size());
        Predictions last = null;
        savedAt = System.nanoTime();
        try (Loader loader = new Loader(
                task.train(),
                task.recipe().crops(task.view().size()),
                batchSize,
                1,
                task.workers(),
                task.seed(),
                0,
                1,
                task.quarantine(),
                KEPT_BYTES,
                task.placement().device(),
                null)) {
            while (step < steps) {
                int epoch = (int) (step / stepsPerEpoch);
                loader.start(epoch, (int) (step % stepsPerEpoch));
                for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
                    double loss = step(batch);
                    watcher.step(step, steps, epoch + 1, epochs, loss, batchSize);
                    if (step % stepsPerEpoch != 0 && stops(stop)) {
                        return new TrainingOutcome(scores, Optional.empty());
                    }
                }
                last = epochEnds(epoch + 1, watcher);
                if (step < steps && stops(stop)) {
                    return new TrainingOutcome(scores, Optional.empty());
                }
            }
        }
        return new TrainingOutcome(scores, Optional.of(last));
    }

    /** Says that what the training came to is safe elsewhere, so that no state of it need be kept. */
    public void deleteUnfinished() {
        saved.ifPresent(UnfinishedTraining::delete);
    }

    /** Whether to stop here; saves then, and when it is time to. */
    private boolean stops(BooleanSupplier stop) {
        boolean now = stop.getAsBoolean();
        if (now || System.nanoTime() - savedAt > SAVE_NANOS) {
            saved.ifPresent(this::save);
            savedAt = System.nanoTime();
        }
        return now;
    }

    /** One step, top to bottom; returns the loss before the update. */
    private double step(Batch batch) {
        double factor = task.recipe().decay().factor(step, steps);
        double trunkLr = task.recipe().trunkLr() * factor;
        double headLr = task.recipe().headLr() * factor;
        try (PointerScope scope = new PointerScope()) {
            trunkOptimizer.zeroGradients();
            headOptimizer.zeroGradients();
            Tensor logits = classifier.logits(batch.tensor(0), Pass.TRAINING);
            Tensor loss = torch.cross_entropy_loss(logits, labels(batch));
            loss.backward();
            double value = loss.item_double();
            if (!Double.isFinite(value)) {
                throw diverged(value, trunkLr, headLr);
            }
            trunkOptimizer.step(trunkLr);
            headOptimizer.step(headLr);
            step++;
            epochLoss += value;
            return value;
        } finally {
            batch.release();
        }
    }

    private Tensor labels(Batch batch) {
        int[] indices = batch.indices();
        long[] labels = new long[indices.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = task.train().label(indices[i]);
        }
        return Tensor.create(labels).to(task.placement().device().toTorch(), ScalarType.Long);
    }

    private IllegalStateException diverged(double loss, double trunkLr, double headLr) {
        return new IllegalStateException(String.format(
                Locale.ROOT,
                "the loss is %s at step %,d of %,d (learning rate %.4g of the trunk, %.4g of the head); try a lower --lr"
                        + " and --head-lr",
                Double.isNaN(loss) ? "not a number" : "infinite",
                step,
                steps,
                trunkLr,
                headLr));
    }

    /** Measures if it is time to; returns the last epoch's predictions, null before. */
    private Predictions epochEnds(int epoch, TrainingWatcher watcher) {
        double loss = epochLoss / stepsPerEpoch;
        epochLoss = 0;
        if (epoch % task.testEvery() != 0 && epoch != epochs) {
            return null;
        }
        if (!classifier.state().isFinite()) {
            double factor = task.recipe().decay().factor(step - 1, steps);
            throw diverged(
                    Double.POSITIVE_INFINITY,
                    task.recipe().trunkLr() * factor,
                    task.recipe().headLr() * factor);
        }
        Predictions predictions = test();
        EpochScore score = new EpochScore(epoch, loss, predictions.top(1), predictions.top(5));
        scores.add(score);
        watcher.scored(score);
        return epoch == epochs ? predictions : null;
    }

    private Predictions test() {
        return classifier.predict(task.test(), task.view(), task.workers(), task.quarantine());
    }

    private void save(UnfinishedTraining folder) {
        try (StateDict all = new StateDict()) {
            classifier.state().forEach((name, tensor) -> all.add("model." + name, tensor));
            trunkOptimizer.state().forEach((name, tensor) -> all.add("trunk." + name, tensor));
            headOptimizer.state().forEach((name, tensor) -> all.add("head." + name, tensor));
            folder.save(new UnfinishedTraining.State(step, epochLoss, scores), classifier.info(), all);
        }
    }

    private void goOn(UnfinishedTraining.Saved saved) {
        try (StateDict all = saved.tensors();
                StateDict model = new StateDict();
                StateDict trunk = new StateDict();
                StateDict head = new StateDict()) {
            all.forEach((name, tensor) -> {
                int dot = name.indexOf('.');
                StateDict part = switch (name.substring(0, dot)) {
                    case "model" -> model;
                    case "trunk" -> trunk;
                    default -> head;
                };
                part.add(name.substring(dot + 1), tensor);
            });
            classifier.state().copyFrom(model, saved.place());
            trunkOptimizer.restore(trunk, saved.place());
            headOptimizer.restore(head, saved.place());
        }
        step = saved.state().step();
        epochLoss = saved.state().epochLoss();
        scores.addAll(saved.state().scores());
    }

    @Override
    public void close() {
        trunkOptimizer.close();
        headOptimizer.close();
        classifier.close();
    }
}
