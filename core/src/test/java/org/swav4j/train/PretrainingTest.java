package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.Tensors;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.Knn;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.loader.MemoryImages;
import org.swav4j.method.Swav;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.runlog.MetricsReader;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/** Forty images are five steps an epoch; prototypes thaw at step 4, the queue starts at step 5 and is full after step 7. */
@Timeout(120)
class PretrainingTest {
    private static final int STEPS = 15;

    @TempDir
    private Path temporary;

    private final MemoryImages images = new MemoryImages(40, Set.of());

    private TinyTraining training(String name) {
        return new TinyTraining(temporary.resolve(name));
    }

    private static String adamw(String learningRate) {
        return "optimizer=adamw weight_decay=1e-4 final_lr=0 warmup_epochs=0 start_warmup=0 base_lr=" + learningRate;
    }

    private static String steps(int epochs, long maxSteps) {
        return "epochs=" + epochs + " max_steps=" + maxSteps;
    }

    /** Batches of twelve in so many parts: three steps an epoch. */
    private static String microBatches(int parts, boolean checkpointed) {
        return "batch_size=12 grad_accum=" + parts + " checkpoint_activations=" + checkpointed;
    }

    private static List<Double> losses(TinyTraining training) {
        return training.steps().stream().map(StepReport::loss).toList();
    }

    /** Weights, statistics, optimiser and queue are the same bit for bit, and so is where to go on. */
    private static void assertSame(TrainingResult a, TrainingResult b) {
        Checkpoint left = Checkpoint.open(a.checkpoint());
        Checkpoint right = Checkpoint.open(b.checkpoint());
        assertThat(left.progress()).isEqualTo(right.progress());
        assertThat(left.hasQueue()).isTrue();
        assertThat(right.hasQueue()).isTrue();
        try (StateDict model = left.model();
                StateDict otherModel = right.model();
                StateDict optimizer = left.optimizer();
                StateDict otherOptimizer = right.optimizer();
                StateDict queue = left.queue();
                StateDict otherQueue = right.queue()) {
            assertThat(Tensors.differing(model, otherModel)).isEmpty();
            assertThat(Tensors.differing(optimizer, otherOptimizer)).isEmpty();
            assertThat(Tensors.differing(queue, otherQueue)).isEmpty();
        }
        assertThat(a.loss()).isEqualTo(b.loss());
    }

    @Test
    void aRunLeavesMetricsACheckpointAndATrainedModel() throws IOException {
        TinyTraining training = training("a");
        TrainingResult result = training.run(images);
        assertThat(result.interrupted()).isFalse();
        assertThat(result.step()).isEqualTo(STEPS);
        assertThat(training.saved()).containsExactly(result.checkpoint());
        assertThat(training.steps()).hasSize(STEPS);

        List<Map<String, Object>> rows = MetricsReader.read(training.directory().metrics());
        assertThat(rows).extracting(r -> r.get("step")).containsExactly(1L, 11L);
        assertThat(rows).extracting(r -> r.get("epoch")).containsExactly(0L, 2L);
        for (Map<String, Object> row : rows) {
            StepReport report = training.steps().get((int) (long) row.get("step") - 1);
            assertThat(row.keySet())
                    .containsExactly(
                            "step",
                            "epoch",
                            "loss",
                            "learning_rate",
                            "images_per_second",
                            "data_wait_share",
                            "prototype_usage_entropy",
                            "mean_max_code",
                            "gradient_norm",
                            "memory_mb");
            assertThat(row.get("loss")).isEqualTo(report.loss());
            assertThat(row.get("learning_rate")).isEqualTo(report.learningRate());
            assertThat((double) row.get("prototype_usage_entropy")).isBetween(0.0, 1.0);
            assertThat((double) row.get("mean_max_code")).isBetween(0.1, 1.0);
            assertThat((double) row.get("gradient_norm")).isPositive();
            assertThat((double) row.get("images_per_second")).isPositive();
            assertThat((double) row.get("data_wait_share")).isBetween(0.0, 1.0);
            assertThat((long) row.get("memory_mb")).isPositive();
        }
        try (var events = Files.list(training.directory().tensorboard())) {
            assertThat(events).hasSize(1);
        }

        Checkpoint checkpoint = Checkpoint.open(result.checkpoint());
        assertThat(checkpoint.encoder()).isEqualTo(new EncoderInfo("resnet18w0.125", "small-stride2", 16));
        assertThat(checkpoint.progress().epoch()).isEqualTo(3);
        assertThat(checkpoint.progress().batch()).isZero();
        assertThat(ConfigYaml.read(checkpoint.configYaml(), "checkpoint")).isEqualTo(training.config());
        RandomState.seed(31);
        try (Swav fresh = new Swav(training.config().model(), Placement.CPU, new org.swav4j.comm.Alone());
                StateDict model = checkpoint.model()) {
            assertThat(Tensors.differing(fresh.state(), model))
                    .containsAll(fresh.parameters().names());
        }
    }

    @ParameterizedTest
    @CsvSource({"larc, 3", "larc, 6", "larc, 10", "larc, 12", "adamw, 3", "adamw, 7"})
    void aStoppedAndResumedRunEqualsAnUninterruptedOne(String optimizer, int stop) {
        String settings = optimizer.equals("adamw") ? adamw("1e-3") : "optimizer=larc";
        TinyTraining whole = training("whole").with(settings);
        TrainingResult expected = whole.run(images);

        TinyTraining broken = training("broken").with(settings).stopAfter(stop);
        TrainingResult first = broken.run(images);
        assertThat(first.interrupted()).isTrue();
        assertThat(first.step()).isEqualTo(stop);
        Checkpoint checkpoint = Checkpoint.open(first.checkpoint());
        assertThat(checkpoint.hasQueue()).isEqualTo(stop > 5);
        assertThat(checkpoint.progress().epoch()).isEqualTo(stop / 5);
        assertThat(checkpoint.progress().batch()).isEqualTo(stop % 5);
        try (StateDict state = checkpoint.optimizer()) {
            assertThat(state.names().stream().anyMatch(n -> n.endsWith("prototypes.weight")))
                    .as("prototypes have optimiser state once thawed")
                    .isEqualTo(stop > 4);
        }
        RandomState.seed(99);

        TrainingResult second = broken.stopAfter(Long.MAX_VALUE).run(images, checkpoint);
        assertThat(second.interrupted()).isFalse();
        assertThat(losses(broken)).isEqualTo(losses(whole).subList(stop, STEPS));
        assertSame(second, expected);
    }

    /** Step 4 is the first of the second epoch, 5 its second; what goes on may checkpoint activations where what began did not. */
    @ParameterizedTest
    @CsvSource({"4, false", "5, true"})
    void aRunInMicroBatchesStopsAndGoesOnWithinAnEpoch(int stop, boolean checkpointed) {
        TinyTraining whole = training("whole").with(microBatches(3, false));
        TrainingResult expected = whole.run(images);
        assertThat(whole.steps()).hasSize(9);

        TinyTraining broken = training("broken").with(microBatches(3, false)).stopAfter(stop);
        Checkpoint checkpoint = Checkpoint.open(broken.run(images).checkpoint());
        assertThat(checkpoint.progress().step()).isEqualTo(stop);
        assertThat(checkpoint.progress().epoch()).isEqualTo(1);
        assertThat(checkpoint.progress().batch()).isEqualTo(stop - 3);
        assertThat(checkpoint.progress().stepsPerEpoch()).isEqualTo(3);

        TrainingResult second = broken.with(microBatches(3, checkpointed))
                .stopAfter(Long.MAX_VALUE)
                .run(images, checkpoint);
        assertThat(losses(broken)).isEqualTo(losses(whole).subList(stop, 9));
        assertSame(second, expected);
    }

    @Test
    void aRunEndsAtItsLastStepAndCanGoOnFromThere() {
        TrainingResult expected = training("whole").run(images);
        TinyTraining short7 = training("short").with(steps(3, 7));
        TrainingResult first = short7.run(images);
        assertThat(first.interrupted()).isFalse();
        assertThat(first.step()).isEqualTo(7);
        Checkpoint checkpoint = Checkpoint.open(first.checkpoint());
        assertThat(checkpoint.progress().epoch()).isEqualTo(1);
        assertThat(checkpoint.progress().batch()).isEqualTo(2);
        assertSame(short7.with(steps(3, 0)).run(images, checkpoint), expected);
    }

    @Test
    void neitherWorkersNorEvaluationsChangeTheResult() {
        TrainingResult expected = training("plain").with("workers=1").run(images);
        assertSame(training("workers").with("workers=3").run(images), expected);

        LabelledMemory labelled = new LabelledMemory(List.of("a", "b"), Set.of(), 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1);
        KnnProtocol protocol = new KnnProtocol(
                labelled, labelled, EvalTransform.stretch(16), new Knn(3, 0.07), 2, new Quarantine("memory"));
        TinyTraining evaluated = training("evaluated")
                .with("knn_every=2")
                .evaluated((model, ranks) -> protocol.evaluate(pixels -> model.features(pixels, Precision.FP32))
                        .top1());
        assertSame(evaluated.run(images), expected);
        assertThat(evaluated.knn())
                .as("after epoch 2 and at the end")
                .hasSize(2)
                .allMatch(top1 -> top1 > 0.5);
    }

    @Test
    void accuracyGoesToTheMetrics() throws IOException {
        TinyTraining training = training("a").with("knn_every=1").evaluated((model, ranks) -> 0.25);
        training.run(images);
        assertThat(MetricsReader.read(training.directory().metrics()).stream()
                        .filter(row -> row.containsKey("knn_top1")))
                .extracting(row -> row.get("step"), row -> row.get("epoch"), row -> row.get("knn_top1"))
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(5L, 0L, 0.25),
                        org.assertj.core.groups.Tuple.tuple(10L, 1L, 0.25),
                        org.assertj.core.groups.Tuple.tuple(15L, 2L, 0.25));
    }

    @Test
    void aLossThatIsNoNumberEndsTheRunAndTheNewestCheckpointStays() {
        TinyTraining training = training("a").with(adamw("1e-3")).stopAfter(3);
        Path saved = training.run(images).checkpoint();
        Checkpoint before = Checkpoint.open(saved);
        training.with(adamw("1e30")).stopAfter(Long.MAX_VALUE);
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(() -> training.run(images, before))
                .withMessageMatching(
                        "the loss is (not a number|infinite) at step \\d+ \\(learning rate .*\\)\\. Try a lower --base-lr.*");
        assertThat(training.steps()).isNotEmpty().allMatch(s -> Double.isFinite(s.loss()));
        assertThat(Checkpoint.find(training.directory().path()).directory()).isEqualTo(saved);
        assertThat(Checkpoint.open(saved).progress().step()).isEqualTo(3);
    }

    @Test
    void tooManyBrokenImagesEndTheRunAfterAnEpochAndAreNamed() throws IOException {
        MemoryImages broken = new MemoryImages(40, Set.of(3, 8, 13, 21, 34));
        TinyTraining training = training("a");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> training.run(broken))
                .withMessageStartingWith("memory: 40 images: 5 of 40 images cannot be read, more than a tenth;"
                        + " the list is in " + training.directory().quarantine() + ":\n  003.jpg: ")
                .withMessageContainingAll("008.jpg", "013.jpg", "021.jpg", "034.jpg");
        assertThat(training.steps()).hasSize(5);
        assertThat(Files.readAllLines(training.directory().quarantine())).hasSize(6);
    }

    @Test
    void aTenthOfTheImagesMayBeBroken() throws IOException {
        TinyTraining training = training("a").with(steps(2, 0));
        assertThat(training.run(new MemoryImages(40, Set.of(3, 8, 13, 21))).step())
                .isEqualTo(10);
        assertThat(Files.readAllLines(training.directory().quarantine())).hasSize(5);
    }

    @Test
    void aResumedRunKeepsTheListOfBrokenImages() throws IOException {
        TinyTraining training = training("a").stopAfter(5);
        training.run(new MemoryImages(40, Set.of(3, 8)));
        Path list = training.directory().quarantine();
        List<String> before = Files.readAllLines(list);
        assertThat(before).hasSize(3);
        Files.writeString(list, "memory: 40 images,from an earlier part.jpg,empty,2\n", StandardOpenOption.APPEND);
        Checkpoint saved = Checkpoint.find(training.directory().path());
        training.stopAfter(6).run(new MemoryImages(40, Set.of(3, 8)), saved);
        assertThat(Files.readAllLines(list)).containsAll(before).anyMatch(l -> l.endsWith("part.jpg,empty,2"));

        Files.writeString(list, "no list");
        training.stopAfter(7).run(new MemoryImages(40, Set.of(3, 8)), saved);
        assertThat(training.warnings()).anyMatch(w -> w.contains("the old one is now quarantine.csv.damaged"));
        assertThat(list.resolveSibling("quarantine.csv.damaged")).hasContent("no list");
    }

    @Test
    void aSlowSourceIsNamedAsWhatTheTrainingWaitsFor() {
        ImageSource slow = new WatchedImages(
                new MemoryImages(40, Set.of()), () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(8)));
        TinyTraining training = training("a").with(steps(11, 0));
        training.run(slow);
        assertThat(training.steps()).hasSize(55);
        assertThat(training.steps().get(54).dataWaitShare()).isGreaterThan(0.2);
        assertThat(training.warnings())
                .filteredOn(w -> w.startsWith("data-bound: "))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("of the time went into waiting for images", "swav data pack");
    }

    @Test
    void severalPrototypeHeadsTrain() {
        TinyTraining training = training("a").with("prototypes=10,10,12");
        TrainingResult result = training.run(images);
        RandomState.seed(31);
        try (Swav fresh = new Swav(training.config().model(), Placement.CPU, new org.swav4j.comm.Alone());
                StateDict trained = Checkpoint.open(result.checkpoint()).model();
                StateDict optimizer = Checkpoint.open(result.checkpoint()).optimizer()) {
            fresh.prototypes().normalize();
            for (int head = 0; head < 3; head++) {
                String name = "prototypes.prototypes" + head + ".weight";
                assertThat(Tensors.differing(fresh.state(), trained)).contains(name);
                assertThat(optimizer.contains("momentum." + name)).isTrue();
            }
        }
        List<Double> losses = losses(training);
        assertThat(mean(losses.subList(10, 15))).isLessThan(mean(losses.subList(0, 5)));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(d -> d).average().orElseThrow();
    }

    @Test
    void memoryStaysFlat() {
        requireFlatMemory(training("a").with(steps(60, 0)), 50, 300);
    }

    @Test
    void memoryStaysFlatInMicroBatchesWithCheckpointedActivations() {
        requireFlatMemory(training("a").with(microBatches(3, true)).with(steps(36, 0)), 30, 108);
    }

    /** Without a save in between, for whose copies memory is taken once. */
    private void requireFlatMemory(TinyTraining training, int from, int steps) {
        training.with("checkpoint_every=9h");
        long[] count = new long[steps + 1];
        long[] bytes = new long[steps + 1];
        training.afterStep(() -> {
            int step = training.steps().size();
            count[step] = Pointer.totalCount();
            bytes[step] = Pointer.physicalBytes();
        });
        training.run(images);
        assertThat(training.steps()).hasSize(steps);
        assertThat(count[steps] - count[from]).as("native objects").isLessThan(60);
        assertThat(bytes[steps] - bytes[from]).as("bytes of memory").isLessThan(64 << 20);
    }
}
