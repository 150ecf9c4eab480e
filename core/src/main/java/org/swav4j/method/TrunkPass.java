package org.swav4j.method;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.nn.Pass;
import org.swav4j.tensor.Precision;

/**
 * The trunk's part of one training step, cut off at the pooled features from head, codes and loss: {@link #features} are a
 * leaf of the graph that follows, and {@link #backward} takes their gradient on to the trunk's weights. What follows the
 * cut therefore sees the whole batch, however many micro-batches the trunk sees it in (gradient caching; Gao et al. 2021).
 * Batch norm within the trunk has the statistics of one micro-batch at a time.
 *
 * <p>A single micro-batch leaves behind what its backward pass needs. Of several, only the features are kept, and each is
 * run a second time: the memory is that of one, and the trunk's forward pass is paid twice.
 */
public final class TrunkPass {
    /** What is kept of a micro-batch between its forward and its backward pass. */
    public enum Keeping {
        /** The whole graph. */
        ALL,
        /** The inputs of the trunk's segments, which are run again: the same bits for less memory and more time. */
        INPUTS
    }

    private final Swav model;
    private final List<MicroBatch> batches;
    private final Precision precision;
    private final Keeping keeping;
    /** Of the only micro-batch; null if there are several. */
    private final TrunkTrace trace;

    private final Tensor features;

    /**
     * The forward pass. What it keeps belongs to the scope that is open now.
     *
     * @param batches of one size
     */
    public TrunkPass(Swav model, List<MicroBatch> batches, Precision precision, Keeping keeping) {
        int size = batches.get(0).size();
        if (batches.stream().anyMatch(batch -> batch.size() != size)) {
            throw new IllegalArgumentException("micro-batches must be of one size, not "
                    + batches.stream().map(MicroBatch::size).toList());
        }
        this.model = model;
        this.batches = List.copyOf(batches);
        this.precision = precision;
        this.keeping = keeping;
        this.trace = batches.size() == 1 ? trace(batches.get(0), Pass.TRAINING) : null;
        Tensor found = trace != null ? trace.features() : together();
        this.features = found.detach().set_requires_grad(true);
    }

    /** Runs a micro-batch so that a backward pass can follow. Its pixels are not needed after that. */
    private TrunkTrace trace(MicroBatch batch, Pass pass) {
        TrunkTrace made = switch (keeping) {
            case ALL -> new GraphTrace(model.trunk(batch.crops(), pass, precision));
            case INPUTS -> new SegmentedTrace(model, batch.crops(), pass, precision);
        };
        batch.release().run();
        return made;
    }

    /** The features of all micro-batches, [V·B, F]; nothing else stays. */
    private Tensor together() {
        PointerScope outer = PointerScope.getInnerScope();
        try (PointerScope scope = new PointerScope()) {
            TensorVector perBatch = new TensorVector(batches.size());
            for (int i = 0; i < batches.size(); i++) {
                MicroBatch batch = batches.get(i);
                Tensor own = SegmentedTrace.features(model, batch.crops(), Pass.TRAINING, precision);
                perBatch.put(i, own.view(-1, batch.size(), own.size(1)));
            }
            Tensor all = torch.cat(perBatch, 1).flatten(0, 1);
            outer.attach(all);
            return all;
        }
    }

    /** Pooled features [V·B, F], crop-major, in the type the trunk computes in. */
    public Tensor features() {
        return features;
    }

    /** Adds the loss's gradients to those of the trunk's weights; {@link #features} must have theirs. Once only. */
    public void backward() {
        Tensor gradient = features.grad();
        if (trace != null) {
            trace.backward(gradient);
            return;
        }
        int size = batches.get(0).size();
        Tensor perCrop = gradient.view(-1, (long) size * batches.size(), gradient.size(1));
        for (int i = 0; i < batches.size(); i++) {
            try (PointerScope scope = new PointerScope()) {
                TrunkTrace repeated = trace(batches.get(i), Pass.REPEATED);
                repeated.backward(perCrop.narrow(1, (long) i * size, size).flatten(0, 1));
            }
        }
    }
}
