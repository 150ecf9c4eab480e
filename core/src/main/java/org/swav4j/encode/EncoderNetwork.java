package org.swav4j.encode;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.comm.Alone;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.ProjectionHead;
import org.swav4j.nn.Prototypes;
import org.swav4j.nn.UnitRows;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.StateDict;

/**
 * The network behind an {@link Encoder}: whole batches of pixels in, vectors out. For whoever brings pixels and threads of
 * his own; not thread-safe. Owns its weights until closed.
 */
public final class EncoderNetwork implements AutoCloseable {
    /** The paper's τ, of equation 2. */
    public static final double TEMPERATURE = 0.1;

    private final EncoderOptions options;
    private final Placement placement;
    private final Path checkpoint;
    private final String fingerprint;
    private final FrozenEncoder trunk;
    private final StateDict heads = new StateDict();
    private ProjectionHead head;
    private Prototypes prototypes;
    private int dimensions;

    private EncoderNetwork(Checkpoint checkpoint, EncoderOptions options) {
        this.options = options;
        this.checkpoint = checkpoint.directory();
        this.fingerprint = checkpoint.fingerprint();
        this.placement = new Placement(options.device(), MemoryFormat.ChannelsLast);
        this.trunk = FrozenEncoder.of(checkpoint, placement, options.precision());
        this.dimensions = features();
        try {
            if (options.representation().needsHead()) {
                try (StateDict saved = checkpoint.model()) {
                    loadHead(saved);
                }
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Loads what the options need of a model.
     *
     * @param runOrCheckpoint a run directory, whose newest whole checkpoint is taken, or a checkpoint
     * @throws CheckpointException if there is none, it does not fit, or it lacks the head or prototypes that are asked for
     */
    public static EncoderNetwork load(Path runOrCheckpoint, EncoderOptions options) {
        return new EncoderNetwork(Checkpoint.find(runOrCheckpoint), options);
    }

    private void loadHead(StateDict saved) {
        String place = checkpoint.toString();
        ModuleState modules = new ModuleState(placement);
        try (StateDict all = modules.all();
                StateDict parameters = new StateDict();
                PointerScope scope = new PointerScope()) {
            ProjectionHead.Widths widths =
                    ProjectionHead.saved(saved, features(), place).orElseThrow(() -> lacks("projection head"));
            List<Integer> counts = options.representation().needsPrototypes()
                    ? Prototypes.saved(saved, widths.dim(), place)
                    : List.of();
            if (options.representation().needsPrototypes() && counts.isEmpty()) {
                throw lacks("prototypes");
            }
            head = new ProjectionHead(modules, features(), widths.hidden(), widths.dim(), new Alone());
            if (!counts.isEmpty()) {
                prototypes = new Prototypes(modules, widths.dim(), counts);
            }
            dimensions = prototypes == null
                    ? widths.dim()
                    : counts.stream().mapToInt(k -> k).sum();
            saved.forEach((name, tensor) -> {
                if (ProjectionHead.owns(name) || (prototypes != null && Prototypes.owns(name))) {
                    parameters.add(name, tensor);
                }
            });
            all.copyFrom(parameters, place);
            all.forEach(heads::add);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(e.getMessage(), e);
        }
    }

    private CheckpointException lacks(String part) {
        return new CheckpointException(checkpoint + ": has no " + part + ", which " + options.representation()
                + " needs; trunk features need none");
    }

    /** Length of what the trunk gives. */
    private int features() {
        return Architecture.parse(trunk.info().arch()).features();
    }

    /**
     * Vectors of a batch; the calling scope owns them.
     *
     * @param pixels uint8 RGB [N, H, W, 3], contiguous
     * @return float32 [N, {@link #dimensions()}] on the device
     */
    public Tensor vectors(Tensor pixels) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor vectors = represent(trunk.features(pixels));
            return options.normalize() ? UnitRows.of(vectors) : vectors;
        }
    }

    /**
     * The projection head's output z of a batch, [N, D] of unit rows; the calling scope owns it.
     *
     * @param pixels uint8 RGB [N, H, W, 3], contiguous
     * @throws IllegalStateException if the network was loaded for trunk features
     */
    public Tensor embeddings(Tensor pixels) {
        if (head == null) {
            throw new IllegalStateException("loaded without its projection head");
        }
        try (NoGradGuard noGrad = new NoGradGuard()) {
            return project(trunk.features(pixels));
        }
    }

    /**
     * Cosines with the prototypes of each head, [N, K] each; the calling scope owns them.
     *
     * @param embeddings [N, D] of unit rows
     */
    public List<Tensor> scores(Tensor embeddings) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            return needPrototypes().scores(embeddings);
        }
    }

    /**
     * The prototypes C [K, D] of each head, owned by this.
     *
     * @throws IllegalStateException if the network was loaded for something that needs none
     */
    public List<Tensor> prototypes() {
        return needPrototypes().heads();
    }

    private Prototypes needPrototypes() {
        if (prototypes == null) {
            throw new IllegalStateException("loaded without its prototypes");
        }
        return prototypes;
    }

    private Tensor represent(Tensor features) {
        if (head == null) {
            return features;
        }
        Tensor embeddings = project(features);
        if (prototypes == null) {
            return embeddings;
        }
        List<Tensor> scores = prototypes.scores(embeddings);
        TensorVector columns = new TensorVector(scores.size());
        for (int i = 0; i < scores.size(); i++) {
            Tensor score = scores.get(i);
            boolean codes = options.representation() == Representation.CODES;
            columns.put(i, codes ? score.div(new Scalar(TEMPERATURE)).softmax(1) : score);
        }
        return torch.cat(columns, 1);
    }

    private Tensor project(Tensor features) {
        Tensor projected;
        try (Precision.Region region = options.precision().on(placement.device().type())) {
            projected = head.forward(features, Pass.INFERENCE);
        }
        return UnitRows.of(projected.to(ScalarType.Float));
    }

    /** Length of a vector. */
    public int dimensions() {
        return dimensions;
    }

    /** How images are shown to it: evaluation's view. */
    public EvalTransform view() {
        return FrozenEncoder.view(options.imageSize().orElse(info().imageSize()));
    }

    /** What the trunk is, and the image size it was trained on. */
    public EncoderInfo info() {
        return trunk.info();
    }

    /** How it works. */
    public EncoderOptions options() {
        return options;
    }

    /** SHA-256 that only the same checkpoint has. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The checkpoint that it was loaded from. */
    public Path checkpoint() {
        return checkpoint;
    }

    @Override
    public void close() {
        heads.close();
        trunk.close();
    }
}
