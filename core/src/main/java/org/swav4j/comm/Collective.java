package org.swav4j.comm;

import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Operations that every rank of a training takes part in. All ranks must call the same operations in the same order with
 * tensors of the same shape and type; a call returns when this rank's tensor holds the result. Tensors are changed in
 * place and need no gradient. Every rank ends up with the same bits.
 *
 * <p>An operation that cannot be completed, since another rank is gone or did not arrive in time, ends in a
 * {@link RankLostException}; there are no further operations then.
 */
public interface Collective {
    /** This process's number, from 0. */
    int rank();

    /** How many processes take part. */
    int world();

    /** Replaces {@code tensor} by its sum over all ranks. */
    void sum(Tensor tensor);

    /** Replaces {@code tensor} by its elementwise maximum over all ranks. */
    void max(Tensor tensor);

    /** Replaces {@code tensor} on every rank by the one of rank {@code root}. */
    void broadcast(Tensor tensor, int root);

    /**
     * Begins to replace {@code tensor} by its sum over all ranks, which goes on beside whatever follows; the tensor is left
     * alone until {@link Pending#await}.
     */
    default Pending sumLater(Tensor tensor) {
        sum(tensor);
        return () -> {};
    }

    /** The tensors of all ranks, [world, ...]; belongs to the open scope. */
    default Tensor gather(Tensor own) {
        PointerScope outer = PointerScope.getInnerScope();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            TensorVector all = new TensorVector(world());
            for (int root = 0; root < world(); root++) {
                Tensor copy = root == rank()
                        ? own.detach().contiguous().clone()
                        : torch.zeros(
                                own.shape(), new TensorOptions(own.detach().options()));
                broadcast(copy, root);
                all.put(root, copy);
            }
            Tensor stacked = torch.stack(all);
            if (outer != null) {
                outer.attach(stacked);
            } else {
                scope.detach(stacked);
            }
            return stacked;
        }
    }

    /** Whether it is so on any rank. Made of a tensor in host memory, so that no GPU is waited for. */
    default boolean any(boolean here) {
        if (world() == 1) {
            return here;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor vote = torch.scalar_tensor(new Scalar(here ? 1 : 0), new TensorOptions(ScalarType.Long));
            max(vote);
            return vote.item_long() != 0;
        }
    }

    /**
     * Groups of consecutive ranks, and in them this rank's: operations of a group do not touch, nor wait for, those of
     * another. Every rank must call. The groups live as long as this does.
     *
     * @param size ranks in a group; must divide {@link #world}
     */
    Collective groups(int size);

    /** Runs {@code work} on rank 0 while the others wait, however long that takes; what it throws ends the others too. */
    default void first(Runnable work) {
        if (rank() == 0) {
            work.run();
        }
        try (PointerScope scope = new PointerScope()) {
            sum(torch.zeros(1));
        }
    }

    /** Waits until every rank is here, however long that takes. */
    default void meet() {
        try (PointerScope scope = new PointerScope()) {
            sum(torch.zeros(1));
        }
    }

    /** This process's number among those of its machine, from 0: which of its GPUs it takes. */
    default int localRank() {
        return 0;
    }

    /** Says which step is under way, for messages about operations that fail. */
    default void now(long step) {}

    /** Why operations fail from now on; native code passes on no more than the message of what was thrown through it. */
    default Optional<RankLostException> failure() {
        return Optional.empty();
    }

    /** Throws unless {@link #world} can be cut into groups of {@code size}. */
    static void requireGroups(int size, int world) {
        if (size < 1 || world % size != 0) {
            throw new IllegalArgumentException(world + " ranks cannot be cut into groups of " + size);
        }
    }
}
