package org.swav4j.export;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.comm.Alone;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.PixelNormalization;
import org.swav4j.nn.ProjectionHead;
import org.swav4j.nn.Prototypes;
import org.swav4j.nn.ResNet;
import org.swav4j.nn.UnitRows;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.StateDict;

/** The exported part as this library computes it, in float32 on the CPU: what every file is compared with. */
final class FrozenNetwork implements Forward {
    private static final Placement PLACEMENT = new Placement(ComputeDevice.CPU, MemoryFormat.Contiguous);

    private final NetworkShape shape;
    private final StateDict state;
    private final ResNet trunk;
    private final ProjectionHead head;
    private final Prototypes prototypes;
    private final PixelNormalization normalization = new PixelNormalization(PLACEMENT);

    /**
     * @param weights of every tensor of the part, and no others
     * @param place where they came from, for messages
     * @throws IllegalArgumentException if they do not fit
     */
    FrozenNetwork(NetworkShape shape, StateDict weights, String place) {
        this.shape = shape;
        PLACEMENT.device().configure();
        ModuleState modules = new ModuleState(PLACEMENT);
        this.state = modules.all();
        try (PointerScope scope = new PointerScope()) {
            Alone alone = new Alone();
            int features = shape.architecture().features();
            trunk = new ResNet(modules, shape.architecture(), shape.stem(), alone);
            head = shape.part() == ExportedPart.TRUNK
                    ? null
                    : new ProjectionHead(modules, features, shape.hidden(), shape.dim(), alone);
            prototypes = shape.part() == ExportedPart.SCORES
                    ? new Prototypes(modules, shape.dim(), shape.prototypes())
                    : null;
            state.copyFrom(weights, place);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** The part of a checkpoint's network. */
    static FrozenNetwork load(Checkpoint checkpoint, ExportedPart part) {
        try (StateDict saved = checkpoint.model();
                StateDict wanted = new StateDict()) {
            NetworkShape shape = NetworkShape.of(checkpoint, saved, part);
            saved.forEach((name, tensor) -> {
                if (part.includes(name)) {
                    wanted.add(name, tensor);
                }
            });
            return new FrozenNetwork(shape, wanted, checkpoint.directory().toString());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(e.getMessage(), e);
        }
    }

    NetworkShape shape() {
        return shape;
    }

    /** Every tensor under torchvision's and the reference's names. */
    StateDict state() {
        return state;
    }

    @Override
    public List<Tensor> outputs(Tensor pixels) {
        Tensor features = trunk.forward(normalization.apply(pixels), Pass.INFERENCE);
        if (head == null) {
            return List.of(features);
        }
        Tensor embeddings = UnitRows.of(head.forward(features, Pass.INFERENCE));
        return prototypes == null ? List.of(embeddings) : prototypes.scores(embeddings);
    }

    @Override
    public void close() {
        normalization.close();
        state.close();
    }
}
