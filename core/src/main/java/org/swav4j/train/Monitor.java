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
import org.swav4j.tensor.StateDict;

/**
 * What watches a training and remembers things from step to step: statistics of the codes, signs of collapse, the usual loss.
 * Its memory is part of a checkpoint, so that a resumed run writes the metrics of one that was not stopped.
 */
final class Monitor implements AutoCloseable {
    private static final String USAGE = "prototype_usage";
    private static final String COLLAPSE = "collapse_watch";
    private static final String LOSSES = "loss_watch";

    private final CodeStatistics statistics;
    private final CollapseWatch collapse;
    private final LossWatch losses;
    private final StateDict saved = new StateDict();

    /** @param prototypes of the first head */
    Monitor(int prototypes, long patience, LossWatch losses) {
        this.statistics = new CodeStatistics(prototypes);
        this.collapse = new CollapseWatch(prototypes, patience);
        this.losses = losses;
    }

    CodeStatistics statistics() {
        return statistics;
    }

    /** Looks for signs of collapse after a step; see {@link CollapseWatch#step}. */
    Optional<String> step(long step, double loss) {
        return collapse.step(step, loss, statistics.usageEntropy());
    }

    /** What it remembers, now; stays this object's. */
    StateDict state() {
        memory().forEach((name, values) -> {
            if (!saved.contains(name)) {
                try (PointerScope scope = new PointerScope()) {
                    saved.add(name, torch.zeros(new long[] {values.length}, new TensorOptions(ScalarType.Double)));
                }
            }
            try (PointerScope scope = new PointerScope()) {
                new DoublePointer(saved.get(name).data_ptr()).put(values);
            }
        });
        return saved;
    }

    /** Goes on from a saved memory; of what that lacks, as that of an old format does, the present one stays. */
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
        saved.close();
    }
}
