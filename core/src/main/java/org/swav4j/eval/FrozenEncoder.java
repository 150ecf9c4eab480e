package org.swav4j.eval;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.comm.Alone;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ClassifierHead;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.PixelNormalization;
import org.swav4j.nn.ProjectionHead;
import org.swav4j.nn.Prototypes;
import org.swav4j.nn.ResNet;
import org.swav4j.nn.Stage;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/**
 * A trunk as evaluations use it: batch norm with running statistics, folded into the convolutions, no gradient. Owns its weights
 * until closed.
 */
public final class FrozenEncoder implements FeatureExtractor, AutoCloseable {
    /** Up to this side images are small ones that fill their frame, evaluated whole. */
    private static final int WHOLE_IMAGE_SIDE = 96;

    private final EncoderInfo info;
    private final Placement placement;
    private final Precision precision;
    private final StateDict state = new StateDict();
    private final ResNet trunk;
    private final PixelNormalization normalization;

    /** @param load fills the network's tensors, which begin as a training's do */
    private FrozenEncoder(EncoderInfo info, Placement placement, Precision precision, Consumer<StateDict> load) {
        this.info = info;
        this.placement = placement;
        this.precision = precision;
        placement.device().configure();
        ModuleState modules = new ModuleState(placement);
        try (StateDict trained = modules.all();
                PointerScope scope = new PointerScope()) {
            ResNet whole = new ResNet(modules, Architecture.parse(info.arch()), Stem.parse(info.stem()), new Alone());
            load.accept(trained);
            this.trunk = whole.folded(precision.type(), state);
        }
        this.normalization = new PixelNormalization(placement);
    }

    /** Fresh weights: those a training with this seed starts from. Reseeds the process's default generator. */
    public static FrozenEncoder untrained(EncoderInfo info, long seed, Placement placement, Precision precision) {
        RandomState.seed(seed);
        return new FrozenEncoder(info, placement, precision, fresh -> {});
    }

    /**
     * The trunk of a checkpoint.
     *
     * @param runOrCheckpoint a run directory, whose newest whole checkpoint is taken, or a checkpoint
     * @throws CheckpointException if there is none or it does not fit
     */
    public static FrozenEncoder load(Path runOrCheckpoint, Placement placement, Precision precision) {
        return of(Checkpoint.find(runOrCheckpoint), placement, precision);
    }

    /**
     * The same of a checkpoint that was opened.
     *
     * @throws CheckpointException if it does not fit what it says of itself
     */
    public static FrozenEncoder of(Checkpoint checkpoint, Placement placement, Precision precision) {
        String place = checkpoint.directory().toString();
        try {
            Architecture.parse(checkpoint.encoder().arch());
            Stem.parse(checkpoint.encoder().stem());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(place + ": " + e.getMessage(), e);
        }
        try (StateDict trunk = trunkOf(checkpoint)) {
            return new FrozenEncoder(
                    checkpoint.encoder(), placement, precision, trained -> trained.copyFrom(trunk, place));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(e.getMessage(), e);
        }
    }

    /** The trunk's weights and statistics in a checkpoint, without what stands on top of it; the caller closes them. */
    public static StateDict trunkOf(Checkpoint checkpoint) {
        StateDict trunk = new StateDict();
        try (StateDict saved = checkpoint.model()) {
            saved.forEach((name, tensor) -> {
                if (!ProjectionHead.owns(name) && !Prototypes.owns(name) && !ClassifierHead.owns(name)) {
                    trunk.add(name, tensor);
                }
            });
        }
        return trunk;
    }

    @Override
    public Tensor features(Tensor pixels) {
        try (Precision.Region region = precision.on(placement.device().type())) {
            return trunk.forward(normalization.apply(pixels), Pass.INFERENCE).to(ScalarType.Float);
        }
    }

    /**
     * Features at the ends of stages; see {@link ResNet#forward(Tensor, Pass, List)}.
     *
     * @param pixels uint8 RGB [N, H, W, 3]
     * @return per stage float32 [N, F]
     */
    public List<Tensor> features(Tensor pixels, List<Stage> stages) {
        try (Precision.Region region = precision.on(placement.device().type())) {
            return trunk.forward(normalization.apply(pixels), Pass.INFERENCE, stages).stream()
                    .map(features -> features.to(ScalarType.Float))
                    .toList();
        }
    }

    /** What it is, and the image size it was trained on. */
    public EncoderInfo info() {
        return info;
    }

    /** How images of a given side are shown to an encoder: small ones whole, others by torchvision's centre crop. */
    public static EvalTransform view(int imageSize) {
        return imageSize <= WHOLE_IMAGE_SIDE ? EvalTransform.stretch(imageSize) : new EvalTransform(imageSize);
    }

    @Override
    public void close() {
        normalization.close();
        state.close();
    }
}
