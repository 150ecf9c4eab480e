package org.swav4j.eval;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.comm.Alone;
import org.swav4j.nn.Architecture;
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

/** A trunk as evaluations use it: batch norm with running statistics, no gradient. Owns its weights until closed. */
public final class FrozenEncoder implements FeatureExtractor, AutoCloseable {
    /** Up to this side images are small ones that fill their frame, evaluated whole. */
    private static final int WHOLE_IMAGE_SIDE = 96;

    private final EncoderInfo info;
    private final Placement placement;
    private final Precision precision;
    private final StateDict state;
    private final ResNet trunk;
    private final PixelNormalization normalization;

    private FrozenEncoder(EncoderInfo info, Placement placement, Precision precision) {
        this.info = info;
        this.placement = placement;
        this.precision = precision;
        placement.device().configure();
        ModuleState modules = new ModuleState(placement);
        try (PointerScope scope = new PointerScope()) {
            this.trunk = new ResNet(modules, Architecture.parse(info.arch()), Stem.parse(info.stem()), new Alone());
        }
        this.state = modules.all();
        this.normalization = new PixelNormalization(placement);
    }

    /** Fresh weights: those a training with this seed starts from. Reseeds the process's default generator. */
    public static FrozenEncoder untrained(EncoderInfo info, long seed, Placement placement, Precision precision) {
        RandomState.seed(seed);
        return new FrozenEncoder(info, placement, precision);
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
        FrozenEncoder encoder;
        try {
            encoder = new FrozenEncoder(checkpoint.encoder(), placement, precision);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(checkpoint.directory() + ": " + e.getMessage(), e);
        }
        try (StateDict saved = checkpoint.model();
                StateDict trunkOnly = new StateDict()) {
            saved.forEach((name, tensor) -> {
                if (!ProjectionHead.owns(name) && !Prototypes.owns(name)) {
                    trunkOnly.add(name, tensor);
                }
            });
            encoder.state.copyFrom(trunkOnly, checkpoint.directory().toString());
            return encoder;
        } catch (RuntimeException e) {
            encoder.close();
            throw e instanceof IllegalArgumentException ? new CheckpointException(e.getMessage(), e) : e;
        }
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
