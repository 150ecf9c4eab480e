package org.swav4j.train;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.batch.Upload;
import org.swav4j.data.LabelledImages;
import org.swav4j.nn.ClassifierHead;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.optim.Sgd;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/**
 * A linear classifier that learns beside a training, from the trunk's features of each image's first assigned crop and the
 * images' labels. No gradient of it reaches the trunk, and it draws nothing from the training's random numbers, so the training
 * is the same without it. Of several ranks the first has one, of its own images.
 *
 * <p>A step's labels are predicted before they are learned from. Features are centred and divided by their deviation, both
 * followed over about the last fifty steps: pooled features are positive with a large common part, and their scales differ
 * between channels and move while the trunk learns, so that gradient descent on them as they are takes thousands of steps. They
 * are divided by √F besides, which makes rows about 1 long, and one rate right for any F: however the features are correlated,
 * the cross-entropy's curvature is then at most ½·(1 + 1 for the bias), and descent with this momentum stable up to a rate of 3.8.
 */
final class OnlineProbe implements FeatureObserver, AutoCloseable {
    private static final double LEARNING_RATE = 1;
    private static final double MOMENTUM = 0.9;
    /** Weight of the newest step in mean and variance; the first steps weigh the same. */
    private static final double LEAST_NEW = 0.02;
    /** Channels that are always 0 stay so. */
    private static final double LEAST_VARIANCE = 1e-8;

    private static final long NO_CLASS = -100;
    /** libtorch's number for a sum over the batch. */
    private static final long SUM = 2;

    private static final String PREFIX = "probe.";
    private static final String SLOTS = PREFIX + "momentum.";
    private static final String MEAN = "mean";
    private static final String VARIANCE = "variance";
    /** Right predictions and losses since the last reading, float64 [2], on the device. */
    private static final String SUMS = "sums";
    /** Steps done, and predictions since the last reading, float64 [2], in host memory. */
    private static final String COUNTS = "counts";

    private final LabelledImages images;
    private final Supplier<int[]> shown;
    private final int crop;
    private final int features;
    private final ComputeDevice device;
    private final long seed;

    private StateDict tensors = new StateDict();
    private StateDict parameters = new StateDict();
    private ClassifierHead head;
    private Sgd optimizer;
    private long steps;
    private long predicted;

    /**
     * How well the probe predicted.
     *
     * @param top1 share of right predictions, 0 to 1; NaN if there were none
     * @param loss mean cross-entropy
     */
    record Figures(double top1, double loss) {}

    /**
     * Begins to learn.
     *
     * @param shown asked in every step for the images in it, [B]
     * @param crop whose features are learned from
     * @param features F
     * @param seed of the first weights
     */
    OnlineProbe(LabelledImages images, Supplier<int[]> shown, int crop, int features, ComputeDevice device, long seed) {
        this.images = images;
        this.shown = shown;
        this.crop = crop;
        this.features = features;
        this.device = device;
        this.seed = seed;
        begin();
    }

    /** What a training is to have; null if none was asked for. */
    static OnlineProbe of(Pretraining.Job job, ComputeDevice device, Supplier<int[]> shown) {
        PretrainConfig config = job.config();
        if (!config.probe()) {
            return null;
        }
        int first = config.method().cropsForAssign().get(0);
        int features = config.model().arch().features();
        return new OnlineProbe((LabelledImages) job.images(), shown, first, features, device, config.seed());
    }

    /** Why there is nothing to learn from images of so many classes. */
    static Optional<Problem> problem(int classes) {
        return classes >= 2
                ? Optional.empty()
                : Optional.of(Problem.of(
                        Setting.PROBE,
                        "needs labels: the images " + (classes == 0 ? "have none" : "are all of one class")
                                + "; each class needs a folder of its own"));
    }

    private void begin() {
        close();
        ModuleState modules = new ModuleState(new Placement(device, MemoryFormat.Contiguous));
        try (PointerScope scope = new PointerScope()) {
            RandomState.apart(
                    seed,
                    () -> head = new ClassifierHead(
                            modules, features, images.classNames().size()));
            TensorOptions there = new TensorOptions(ScalarType.Float).device(new DeviceOptional(device.toTorch()));
            tensors = modules.all();
            tensors.add(MEAN, torch.zeros(new long[] {features}, there));
            tensors.add(VARIANCE, torch.zeros(new long[] {features}, there));
            tensors.add(SUMS, torch.zeros(new long[] {2}, there).to(ScalarType.Double));
            tensors.add(COUNTS, torch.zeros(new long[] {2}, new TensorOptions(ScalarType.Double)));
        }
        parameters = modules.parameters();
        optimizer = new Sgd(MOMENTUM, 0, parameters);
        steps = 0;
        predicted = 0;
    }

    @Override
    public void observe(Tensor all) {
        long[] labels = IntStream.of(shown.get())
                .mapToLong(image -> images.label(image) < 0 ? NO_CLASS : images.label(image))
                .toArray();
        long labelled = Arrays.stream(labels).filter(label -> label != NO_CLASS).count();
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = all.detach().narrow(0, (long) crop * labels.length, labels.length);
            Tensor inputs = standardised(rows.to(ScalarType.Float));
            if (labelled > 0) {
                learn(inputs, Upload.longs(labels, inputs), labelled);
            }
        }
    }

    private Tensor standardised(Tensor rows) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            steps++;
            Scalar weight = new Scalar(Math.max(1.0 / steps, LEAST_NEW));
            tensors.get(MEAN).lerp_(meanOf(rows), weight);
            Tensor centred = rows.sub(tensors.get(MEAN));
            tensors.get(VARIANCE).lerp_(meanOf(centred.square()), weight);
            Tensor squares = tensors.get(VARIANCE).add(new Scalar(LEAST_VARIANCE));
            return centred.div(squares.mul(new Scalar((double) features)).sqrt());
        }
    }

    private static Tensor meanOf(Tensor rows) {
        return rows.mean(new long[] {0}, false, new ScalarTypeOptional());
    }

    private void learn(Tensor inputs, Tensor labels, long labelled) {
        Tensor logits = head.forward(inputs);
        Tensor loss = torch.cross_entropy_loss(logits, labels, new TensorOptional(), SUM, NO_CLASS, 0);
        loss.div(new Scalar((double) labelled)).backward();
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor right = logits.argmax(new LongOptional(1), false).eq(labels).sum();
            TensorVector both = new TensorVector(right.to(ScalarType.Double), loss.to(ScalarType.Double));
            tensors.get(SUMS).add_(torch.stack(both));
        }
        predicted += labelled;
        optimizer.step(LEARNING_RATE);
        optimizer.zeroGradients();
    }

    /** How well it predicted since it was last asked; waits for a GPU. */
    Figures read() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            DoublePointer sums = new DoublePointer(tensors.get(SUMS).cpu().data_ptr());
            Figures figures = new Figures(sums.get(0) / predicted, sums.get(1) / predicted);
            tensors.get(SUMS).zero_();
            predicted = 0;
            return figures;
        }
    }

    /** Adds what it remembers to what is saved of a run; the tensors are those it goes on with. */
    void saveTo(StateDict saved) {
        try (PointerScope scope = new PointerScope()) {
            new DoublePointer(tensors.get(COUNTS).data_ptr()).put(new double[] {steps, predicted});
        }
        tensors.forEach((name, tensor) -> saved.add(PREFIX + name, tensor));
        optimizer.state().forEach((name, tensor) -> saved.add(PREFIX + name, tensor));
    }

    /** Goes on from what was saved; where there is nothing that fits, as of a run that had no probe, it begins anew. */
    void restore(StateDict saved) {
        begin();
        if (!tensors.names().stream().allMatch(name -> fits(name, saved))) {
            return;
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                StateDict slots = new StateDict()) {
            tensors.forEach((name, tensor) -> tensor.copy_(saved.get(PREFIX + name)));
            List<String> names =
                    saved.names().stream().filter(n -> n.startsWith(SLOTS)).toList();
            names.forEach(name -> slots.add(name.substring(PREFIX.length()), saved.get(name)));
            optimizer.restore(slots, "the probe's state");
            DoublePointer counts = new DoublePointer(tensors.get(COUNTS).data_ptr());
            steps = (long) counts.get(0);
            predicted = (long) counts.get(1);
        }
    }

    private boolean fits(String name, StateDict saved) {
        return saved.contains(PREFIX + name)
                && Arrays.equals(
                        saved.get(PREFIX + name).shape(), tensors.get(name).shape());
    }

    @Override
    public void close() {
        if (optimizer != null) {
            optimizer.close();
        }
        parameters.close();
        tensors.close();
    }
}
