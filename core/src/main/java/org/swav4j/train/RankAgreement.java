package org.swav4j.train;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Collective;

/**
 * What the ranks of a training do in the same step, or not at all: they agree on it. Collective: every rank must call. Made of
 * tensors in host memory, so that no GPU is waited for.
 */
final class RankAgreement {
    private final Collective collective;

    RankAgreement(Collective collective) {
        this.collective = collective;
    }

    /** Whether there are others to agree with. */
    boolean isAlone() {
        return collective.world() == 1;
    }

    /** Whether this is the rank that writes and speaks. */
    boolean isFirst() {
        return collective.rank() == 0;
    }

    /** How many ranks there are. */
    int world() {
        return collective.world();
    }

    /** Whether it is so on any rank. */
    boolean any(boolean here) {
        return collective.any(here);
    }

    /** What rank 0 decides. */
    boolean first(boolean here) {
        return first(here ? 1L : 0L) != 0;
    }

    /** Rank 0's number. */
    long first(long here) {
        if (isAlone()) {
            return here;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor number = whole(here);
            collective.broadcast(number, 0);
            return number.item_long();
        }
    }

    /** The numbers of all ranks, as many from each, in the order of the ranks. */
    int[] gather(int[] own) {
        if (isAlone()) {
            return own;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor part = torch.zeros(new long[] {own.length}, new TensorOptions(ScalarType.Int));
            new IntPointer(part.data_ptr()).put(own);
            int[] all = new int[own.length * collective.world()];
            new IntPointer(collective.gather(part).data_ptr()).get(all);
            return all;
        }
    }

    /** The same of numbers with a fraction. */
    double[] gather(double[] own) {
        if (isAlone()) {
            return own;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor part = torch.zeros(new long[] {own.length}, new TensorOptions(ScalarType.Double));
            new DoublePointer(part.data_ptr()).put(own);
            double[] all = new double[own.length * collective.world()];
            new DoublePointer(collective.gather(part).data_ptr()).get(all);
            return all;
        }
    }

    private static Tensor whole(long value) {
        Tensor tensor = torch.zeros(new long[] {1}, new TensorOptions(ScalarType.Long));
        new LongPointer(tensor.data_ptr()).put(value);
        return tensor;
    }
}
