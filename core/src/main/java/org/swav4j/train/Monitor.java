package org.swav4j.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Collective;
import org.swav4j.tensor.StateDict;

/**
 * What watches a training and remembers things from step to step: statistics of the codes, signs of collapse, the usual loss, and
 * an online probe if one is wanted.
 * Its memory is part of a checkpoint, so that a resumed run writes the metrics of one that was not stopped.
 */
final class Monitor implements AutoCloseable {
    private static final String USAGE = "prototype_usage";
    private static final String COLLAPSE = "collapse_watch";
    private static final String LOSSES = "loss_watch";

    private final CodeStatistics statistics;
    private final CollapseWatch collapse;
    private final LossWatch losses;
    private final OnlineProbe probe;
    private final StateDict saved = new StateDict();
    private Optional<OnlineProbe.Figures> probed = Optional.empty();

    /**
     * @param prototypes of the first head
     * @param probe or null; owned by this
     */
    Monitor(int prototypes, long patience, LossWatch losses, OnlineProbe probe, Collective collective) {
        this.statistics = new CodeStatistics(prototypes, collective);
        this.collapse = new CollapseWatch(prototypes, patience);
        this.losses = losses;
        this.probe = probe;
    }

    CodeStatistics statistics() {
        return statistics;
    }

    /** What looks at the features of every step. */
    FeatureObserver features() {
        return probe == null ? FeatureObserver.NONE : probe;
    }

    /** Measures a probe's predictions since this was last called; waits for a GPU. */
    void measureProbe() {
        if (probe != null) {
            probed = Optional.of(probe.read());
        }
    }

    /** What {@link #measureProbe} last found; empty without a probe. */
    Optional<OnlineProbe.Figures> probed() {
        return probed;
    }

    /** Looks for signs of collapse after a step; see {@link CollapseWatch#step}. */
    Optional<String> step(long step, double loss) {
        return collapse.step(step, loss, statistics.usageEntropy());
    }

    /** What it remembers, now; stays this object's, and is gone when this is called again. */
    StateDict state() {
        saved.close();
        memory().forEach((name, values) -> {
            try (PointerScope scope = new PointerScope()) {
                Tensor tensor = torch.zeros(new long[] {values.length}, new TensorOptions(ScalarType.Double));
                new DoublePointer(saved.add(name, tensor).data_ptr()).put(values);
            }
        });
        if (probe != null) {
            probe.saveTo(saved);
        }
        return saved;
    }

    /** Goes on from a saved memory; of what that lacks, as that of an old format does, the present one stays. A probe begins anew. */
    void restore(StateDict state) {
        memory().forEach((name, values) -> {
            if (state.contains(name) && state.get(name).numel() == values.length) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor tensor = state.get(name);
                    new DoublePointer(tensor.data_ptr()).get(values);
                }
                restore(name, values);
            }
        });
        if (probe != null) {
            probe.restore(state);
        }
    }

    private Map<String, double[]> memory() {
        Map<String, double[]> memory = new LinkedHashMap<>();
        memory.put(USAGE, statistics.usage());
        memory.put(COLLAPSE, collapse.memory());
        memory.put(LOSSES, losses.memory());
        return memory;
    }

    private void restore(String name, double[] values) {
        switch (name) {
            case COLLAPSE -> collapse.restore(values);
            case LOSSES -> losses.restore(values);
            default -> {
                // the statistics' own array was filled
            }
        }
    }

    @Override
    public void close() {
        if (probe != null) {
            probe.close();
        }
        saved.close();
    }
}
