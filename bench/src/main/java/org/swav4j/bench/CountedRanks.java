package org.swav4j.bench;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.comm.Collective;
import org.swav4j.comm.Pending;
import org.swav4j.profile.Phase;
import org.swav4j.profile.Phases;

/**
 * Rank 0 of some ranks that all have the same images: what they would sum it multiplies. It counts what a rank hands over, by
 * what the step is at; gradients, which are sent beside the backward pass, are counted as {@link Phase#GRADIENTS}.
 */
final class CountedRanks implements Collective, Phases {
    /**
     * Operations of one kind.
     *
     * @param calls of a step
     * @param bytes of the tensors handed over in them
     */
    record Count(long calls, long bytes) {
        Count plus(long more) {
            return new Count(calls + 1, bytes + more);
        }
    }

    private final int world;
    private final Map<Phase, Count> counts = new EnumMap<>(Phase.class);
    private Phase phase = Phase.OTHER;

    CountedRanks(int world) {
        this.world = world;
    }

    /** Since this was made. */
    Count count(Phase of) {
        return counts.getOrDefault(of, new Count(0, 0));
    }

    void forget() {
        counts.clear();
    }

    private void note(Phase of, Tensor tensor) {
        counts.put(of, count(of).plus(tensor.nbytes()));
    }

    @Override
    public void now(Phase begins) {
        phase = begins;
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int world() {
        return world;
    }

    @Override
    public void sum(Tensor tensor) {
        // what the gradients' phase sums at once is the loss
        note(phase == Phase.GRADIENTS ? Phase.LOSS : phase, tensor);
        tensor.mul_(new Scalar((double) world));
    }

    @Override
    public void max(Tensor tensor) {
        note(phase, tensor);
    }

    @Override
    public void broadcast(Tensor tensor, int root) {
        note(phase, tensor);
    }

    @Override
    public Pending sumLater(Tensor tensor) {
        note(Phase.GRADIENTS, tensor);
        tensor.mul_(new Scalar((double) world));
        return () -> {};
    }

    @Override
    public Collective groups(int size) {
        return this;
    }
}
