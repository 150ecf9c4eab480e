package org.swav4j.encode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final double TEMPERATURE = 0.1;

    private static final String HEAD = "projection_head.";
    private static final String PROTOTYPES = "prototypes.";

    private final EncoderOptions options;
    private final Placement placement;
    private final Path checkpoint;
    private final String fingerprint;
    private final FrozenEncoder trunk;
    private final StateDict heads = new StateDict();
    private ProjectionHead head;
    private Prototypes prototypes;
    private final int dimensions;

    private EncoderNetwork(Checkpoint checkpoint, EncoderOptions options) {
        this.options = options;
        this.checkpoint = checkpoint.directory();
        this.fingerprint = checkpoint.fingerprint();
        this.placement = new Placement(options.device(), MemoryFormat.ChannelsLast);
        this.trunk = FrozenEncoder.of(checkpoint, placement, options.precision());
        try {
            if (options.representation().needsHead()) {
                try (StateDict saved = checkpoint.model()) {
                    loadHead(saved);
                }
            }
            this.dimensions = measured();
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
        boolean linear = saved.contains(HEAD + "weight");
        String last = linear ? HEAD + "weight" : HEAD + "3.weight";
        if (!saved.contains(last)) {
            throw lacks("projection head");
        }
        long features = dimensions(trunk);
        long[] first = matrix(saved, linear ? last : HEAD + "0.weight", features);
        int hidden = linear ? 0 : Math.toIntExact(first[0]);
        int dim = Math.toIntExact(matrix(saved, last, linear ? features : hidden)[0]);
        ModuleState modules = new ModuleState(placement);
        try (StateDict all = modules.all();
                StateDict parameters = new StateDict();
                PointerScope scope = new PointerScope()) {
            head = new ProjectionHead(modules, Math.toIntExact(features), hidden, dim, new Alone());
            if (options.representation().needsPrototypes()) {
                prototypes = new Prototypes(modules, dim, prototypeCounts(saved, dim));
            }
            saved.forEach((name, tensor) -> {
                if (name.startsWith(HEAD) || (prototypes != null && name.startsWith(PROTOTYPES))) {
                    parameters.add(name, tensor);
                }
            });
            all.copyFrom(parameters, checkpoint.toString());
            all.forEach(heads::add);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(e.getMessage(), e);
        }
    }

    private List<Integer> prototypeCounts(StateDict saved, int dim) {
        List<Integer> counts = new ArrayList<>();
        if (saved.contains(PROTOTYPES + "weight")) {
            counts.add(Math.toIntExact(matrix(saved, PROTOTYPES + "weight", dim)[0]));
        } else {
            for (int i = 0; saved.contains(severalHeads(i)); i++) {
                counts.add(Math.toIntExact(matrix(saved, severalHeads(i), dim)[0]));
            }
        }
        if (counts.isEmpty()) {
            throw lacks("prototypes");
        }
        return counts;
    }

    private static String severalHeads(int number) {
        return PROTOTYPES + "prototypes" + number + ".weight";
    }

    private CheckpointException lacks(String part) {
        return new CheckpointException(checkpoint + ": has no " + part + ", which " + options.representation()
                + " needs; trunk features need none");
    }

    /** The shape of a weight with so many columns: what is built for it is then no larger than what was saved. */
    private long[] matrix(StateDict saved, String name, long columns) {
        if (!saved.contains(name)) {
            throw new CheckpointException(checkpoint + ": missing [" + name + "]");
        }
        long[] shape = saved.get(name).shape();
        if (shape.length != 2 || shape[1] != columns) {
            throw new CheckpointException(checkpoint + ": '" + name + "' is " + Arrays.toString(shape)
                    + "; this encoder needs [any, " + columns + "]");
        }
        return shape;
    }

    private static long dimensions(FrozenEncoder trunk) {
        return Architecture.parse(trunk.info().arch()).features();
    }

    private int measured() {
        if (head == null) {
            return Math.toIntExact(dimensions(trunk));
        }
        if (prototypes == null) {
            String last = heads.contains(HEAD + "weight") ? HEAD + "weight" : HEAD + "3.weight";
            return Math.toIntExact(heads.get(last).size(0));
        }
        return Math.toIntExact(
                prototypes.heads().stream().mapToLong(c -> c.size(0)).sum());
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

    private Tensor represent(Tensor features) {
        if (head == null) {
            return features;
        }
        Tensor projected;
        try (Precision.Region region = options.precision().on(placement.device().type())) {
            projected = head.forward(features, Pass.INFERENCE);
        }
        Tensor embeddings = UnitRows.of(projected.to(ScalarType.Float));
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
