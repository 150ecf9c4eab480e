package org.swav4j.classify;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.EncoderFolder;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.comm.Alone;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.Predictions;
import org.swav4j.loader.Batch;
import org.swav4j.loader.ImageBatches;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ClassifierHead;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.PixelNormalization;
import org.swav4j.nn.ResNet;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/** A trunk with a linear classifier on top, both trainable. Owns its weights until closed. */
public final class Classifier implements AutoCloseable {
    private static final int TEST_BATCH = 128;
    private static final int RANKED = 5;

    private final EncoderInfo info;
    private final List<String> classes;
    private final Placement placement;
    private final Precision precision;
    private final ResNet trunk;
    private final ClassifierHead head;
    private final PixelNormalization normalization;
    private final StateDict state;
    private final StateDict trunkParameters;
    private final StateDict headParameters;

    /**
     * An encoder's trunk under a new classifier. Reseeds the process's default generator.
     *
     * @param start where the trunk's weights come from
     * @param classes names by number
     * @param seed of the new classifier's weights
     * @throws CheckpointException if the encoder does not fit what it says of itself
     */
    public Classifier(EncoderSource start, List<String> classes, Placement placement, Precision precision, long seed) {
        this.info = start.info();
        this.classes = List.copyOf(classes);
        this.placement = placement;
        this.precision = precision;
        placement.device().configure();
        Architecture architecture = Architecture.parse(info.arch());
        ModuleState modules = new ModuleState(placement);
        try (PointerScope scope = new PointerScope()) {
            RandomState.seed(start.seed());
            trunk = new ResNet(modules, architecture, Stem.parse(info.stem()), new Alone());
            RandomState.seed(seed);
            head = new ClassifierHead(modules, architecture.features(), classes.size());
        }
        state = modules.all();
        trunkParameters = new StateDict();
        headParameters = new StateDict();
        try (StateDict parameters = modules.parameters()) {
            parameters.forEach(
                    (name, tensor) -> (ClassifierHead.owns(name) ? headParameters : trunkParameters).add(name, tensor));
        }
        normalization = new PixelNormalization(placement);
        try {
            start.checkpoint().ifPresent(checkpoint -> {
                try (StateDict weights = FrozenEncoder.trunkOf(checkpoint);
                        StateDict own = trunk()) {
                    own.copyFrom(weights, checkpoint.directory().toString());
                }
            });
        } catch (RuntimeException e) {
            close();
            throw e instanceof IllegalArgumentException ? new CheckpointException(e.getMessage(), e) : e;
        }
    }

    /** The trunk's weights and statistics. */
    private StateDict trunk() {
        StateDict own = new StateDict();
        state.forEach((name, tensor) -> {
            if (!ClassifierHead.owns(name)) {
                own.add(name, tensor);
            }
        });
        return own;
    }

    /**
     * Logits of a batch; the calling scope owns them.
     *
     * @param pixels uint8 RGB [N, H, W, 3]
     * @return float32 [N, classes]
     */
    Tensor logits(Tensor pixels, Pass pass) {
        try (Precision.Region region = precision.on(placement.device().type())) {
            Tensor features = trunk.forward(normalization.apply(pixels), pass);
            return head.forward(features).to(ScalarType.Float);
        }
    }

    /**
     * Classifies images by the weights as they are now. Those without a label or that cannot be read are left out.
     *
     * @param images their classes are among this classifier's
     * @param view how images are shown
     * @param workers threads that load images
     * @throws DataException if no image is left
     */
    public Predictions predict(LabelledImages images, EvalTransform view, int workers, Quarantine quarantine) {
        int[] classOf = images.classNames().stream().mapToInt(classes::indexOf).toArray();
        int ranks = Math.min(RANKED, classes.size());
        int[] shown = new int[images.size()];
        int[] labels = new int[images.size()];
        int[][] ranked = new int[images.size()][];
        int count = 0;
        try (ImageBatches batches = new ImageBatches(images, view, TEST_BATCH, workers, quarantine);
                NoGradGuard noGrad = new NoGradGuard()) {
            for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor order = logits(batch.tensor(0), Pass.INFERENCE)
                            .topk(ranks, 1, true, true)
                            .get1()
                            .cpu()
                            .contiguous();
                    long[] best = new long[batch.size() * ranks];
                    new LongPointer(order.data_ptr()).get(best);
                    int[] indices = batch.indices();
                    for (int i = 0; i < indices.length; i++) {
                        int label = images.label(indices[i]);
                        if (label >= 0) {
                            shown[count] = indices[i];
                            labels[count] = classOf[label];
                            ranked[count] = new int[ranks];
                            for (int place = 0; place < ranks; place++) {
                                ranked[count][place] = (int) best[i * ranks + place];
                            }
                            count++;
                        }
                    }
                } finally {
                    batch.release();
                }
            }
        }
        if (count == 0) {
            throw new DataException(images.description() + ": no labelled image could be read");
        }
        return new Predictions(
                classes, Arrays.copyOf(shown, count), Arrays.copyOf(labels, count), Arrays.copyOf(ranked, count));
    }

    /**
     * Saves trunk and classifier as an encoder's folder, which evaluations take as they take a checkpoint.
     *
     * @param target a new or an empty folder
     * @param originJson where it is from
     * @param version of the program
     */
    public void save(Path target, byte[] originJson, String version) {
        EncoderFolder.write(target, info, state, originJson, version);
    }

    /** What the trunk is. */
    public EncoderInfo info() {
        return info;
    }

    /** All tensors, as they are saved; they stay owned by this. */
    StateDict state() {
        return state;
    }

    StateDict trunkParameters() {
        return trunkParameters;
    }

    StateDict headParameters() {
        return headParameters;
    }

    @Override
    public void close() {
        normalization.close();
        trunkParameters.close();
        headParameters.close();
        state.close();
    }
}
