package org.swav4j.method;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.comm.Collective;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.PixelNormalization;
import org.swav4j.nn.ProjectionHead;
import org.swav4j.nn.Prototypes;
import org.swav4j.nn.ResNet;
import org.swav4j.nn.ResNet.Segment;
import org.swav4j.nn.UnitRows;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.StateDict;

/**
 * The network that SwAV trains: trunk, projection head and prototypes (paper, figure 1). Owns its tensors until closed.
 */
public final class Swav implements AutoCloseable {
    private final Placement placement;
    private final StateDict state;
    private final StateDict parameters;
    private final PixelNormalization normalization;
    private final ResNet trunk;
    private final ProjectionHead head;
    private final Prototypes prototypes;

    /**
     * What a forward pass gives, crop-major: row = crop·B + sample.
     *
     * @param embeddings z [V·B, D], float32, rows of unit length
     * @param scores z·Cᵀ [V·B, K] of each prototype head, float32
     */
    public record Output(Tensor embeddings, List<Tensor> scores) {}

    /** Builds the network with fresh weights from the default generator. */
    public Swav(ModelConfig config, Placement placement, Collective collective) {
        this.placement = placement;
        ModuleState modules = new ModuleState(placement);
        try (PointerScope scope = new PointerScope()) {
            this.trunk = new ResNet(modules, config.arch(), config.stem(), collective);
            this.head =
                    new ProjectionHead(modules, config.arch().features(), config.hidden(), config.dim(), collective);
            this.prototypes = new Prototypes(modules, config.dim(), config.prototypes());
        }
        this.state = modules.all();
        this.parameters = modules.parameters();
        this.normalization = new PixelNormalization(placement);
    }

    /**
     * The trunk, once per resolution in the order given, so that batch norm sees one resolution at a time.
     *
     * @param crops of each resolution, uint8 [n·B, s, s, 3], crop-major
     * @return pooled features [V·B, F], in the type the precision computes in, with their graph
     */
    public Tensor trunk(List<Tensor> crops, Pass pass, Precision precision) {
        try (Precision.Region region = region(precision)) {
            TensorVector features = new TensorVector(crops.size());
            for (int i = 0; i < crops.size(); i++) {
                features.put(i, trunk.forward(normalised(crops.get(i)), pass));
            }
            return torch.cat(features, 0);
        }
    }

    /**
     * What follows the trunk, once on all crops: head, embeddings and scores.
     *
     * @param features [V·B, F]
     */
    public Output project(Tensor features, Pass pass, Precision precision) {
        Tensor projected;
        try (Precision.Region region = region(precision)) {
            projected = head.forward(features, pass);
        }
        // similarities in float32 in any precision: the codes' exponentials magnify their error by 1/ε
        Tensor embeddings = UnitRows.of(projected.to(placement.type()));
        return new Output(embeddings, prototypes.scores(embeddings));
    }

    Tensor normalised(Tensor pixels) {
        return normalization.apply(pixels);
    }

    List<Segment> segments() {
        return trunk.segments();
    }

    Precision.Region region(Precision precision) {
        return precision.on(placement.device().type());
    }

    /**
     * The frozen encoder: pooled trunk features with batch norm's running statistics.
     *
     * @param pixels uint8 [N, H, W, 3]
     * @return float32 [N, F]
     */
    public Tensor features(Tensor pixels, Precision precision) {
        try (Precision.Region region = region(precision)) {
            return trunk.forward(normalised(pixels), Pass.INFERENCE).to(placement.type());
        }
    }

    /**
     * Takes over the weights of another network: its trunk, which must fit, and its head and prototypes where they fit.
     *
     * @param saved a network's state
     * @param place where it came from, for messages
     * @return names of the parts that did not fit and keep their fresh weights
     * @throws IllegalArgumentException if the trunk does not fit
     */
    public List<String> startFrom(StateDict saved, String place) {
        List<String> fresh = new ArrayList<>();
        copyPart("", saved, place);
        for (String part : new String[] {"projection_head", "prototypes"}) {
            try {
                copyPart(part + ".", saved, place);
            } catch (IllegalArgumentException e) {
                fresh.add(part);
            }
        }
        return fresh;
    }

    /** @param prefix of the part's names; empty for the trunk, all that is neither head nor prototypes */
    private void copyPart(String prefix, StateDict saved, String place) {
        try (StateDict target = part(state, prefix);
                StateDict source = part(saved, prefix)) {
            target.copyFrom(source, place);
        }
    }

    private static StateDict part(StateDict all, String prefix) {
        StateDict part = new StateDict();
        all.forEach((name, tensor) -> {
            boolean trunk = !ProjectionHead.owns(name) && !Prototypes.owns(name);
            if (prefix.isEmpty() ? trunk : name.startsWith(prefix)) {
                part.add(name, tensor);
            }
        });
        return part;
    }

    public Prototypes prototypes() {
        return prototypes;
    }

    /** Where it computes. */
    public ComputeDevice device() {
        return placement.device();
    }

    /** Every tensor of the network under the reference's names. */
    public StateDict state() {
        return state;
    }

    /** Those that are trained. */
    public StateDict parameters() {
        return parameters;
    }

    @Override
    public void close() {
        normalization.close();
        parameters.close();
        state.close();
    }
}
