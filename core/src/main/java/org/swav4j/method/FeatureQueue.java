package org.swav4j.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.comm.Collective;
import org.swav4j.tensor.StateDict;

/**
 * Past embeddings of the assigned crops, newest first, so that codes of a small batch are balanced over more samples
 * (paper, section 4.2). Each rank keeps its share. It is used from the moment it is full.
 */
public final class FeatureQueue implements AutoCloseable {
    private static final String NAME = "queue";
    /** How many rows are filled, before anybody looked. */
    private static final long UNKNOWN = -1;

    private final StateDict state = new StateDict();
    private final Tensor rows;
    /** Rows in use per crop, counted here: looking at them would make the host wait for a GPU. Read off what is restored. */
    private final long[] filled;

    private final boolean[] inUse;

    /**
     * An empty queue.
     *
     * @param crops number of assigned crops
     * @param length rows per crop on this rank, see {@link #lengthPerRank}
     * @param like a tensor [_, D] whose type and device the queue takes
     */
    public FeatureQueue(int crops, int length, Tensor like) {
        try (PointerScope scope = new PointerScope()) {
            long[] shape = {crops, length, like.size(1)};
            this.rows = state.add(
                    NAME, torch.zeros(shape, new TensorOptions(like.detach().options())));
        }
        this.filled = new long[crops];
        Arrays.fill(filled, UNKNOWN);
        this.inUse = new boolean[crops];
    }

    /**
     * The reference's rounding: the total length is cut down to a multiple of batch × world, then shared.
     *
     * @param totalLength over all ranks
     * @param batch samples per rank
     * @return rows per rank, 0 if the total is shorter than one step's embeddings
     */
    public static int lengthPerRank(int totalLength, int batch, Collective collective) {
        int step = batch * collective.world();
        return totalLength / step * batch;
    }

    /**
     * The scores Sinkhorn runs on for one assigned crop: those of the queue, with today's prototypes, before the batch's;
     * just the batch's until the queue is full. Call before {@link #push}.
     *
     * @param crop position among the assigned crops
     * @param prototypes C [K, D]
     * @param scores [B, K] of the batch
     * @return [rows + B, K] or [B, K], without gradient
     */
    public Tensor withPast(int crop, Tensor prototypes, Tensor scores) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            if (!isFull(crop)) {
                return scores.detach();
            }
            Tensor past = torch.mm(rows.select(0, crop), prototypes.detach().t());
            return torch.cat(new TensorVector(past, scores.detach()), 0);
        }
    }

    private boolean isFull(int crop) {
        inUse[crop] = filledRows(crop) == rows.size(1);
        return inUse[crop];
    }

    private long filledRows(int crop) {
        if (filled[crop] == UNKNOWN) {
            try (PointerScope scope = new PointerScope()) {
                Tensor used = rows.select(0, crop).count_nonzero(1).nonzero();
                filled[crop] = used.size(0) == 0 ? 0 : used.max().item_long() + 1;
            }
        }
        return filled[crop];
    }

    /** Puts a batch's embeddings [B, D] of one assigned crop in front and drops the oldest. */
    public void push(int crop, Tensor embeddings) {
        long before = filledRows(crop);
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor queue = rows.select(0, crop);
            long length = queue.size(0);
            long batch = embeddings.size(0);
            if (length > batch) {
                queue.narrow(0, batch, length - batch)
                        .copy_(queue.narrow(0, 0, length - batch).clone());
            }
            queue.narrow(0, 0, batch).copy_(embeddings.detach());
            filled[crop] = Math.min(length, before + batch);
        }
    }

    /** How many of the assigned crops' queues are in use. */
    public List<Integer> inUse() {
        List<Integer> crops = new ArrayList<>();
        for (int crop = 0; crop < inUse.length; crop++) {
            if (inUse[crop]) {
                crops.add(crop);
            }
        }
        return crops;
    }

    /**
     * What one rank alone would have in this place, as far as rows do not depend on how they are computed. Rank r of N has every
     * N-th row from the r-th on, as it has every N-th image of an epoch. Collective: every rank must call.
     *
     * @return {@code queue} [crops, rows·world, D]; the caller closes it
     */
    public StateDict whole(Collective collective) {
        StateDict whole = new StateDict();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            if (collective.world() == 1) {
                whole.add(NAME, rows);
            } else {
                // [world, crops, rows, D], then by row and rank
                whole.add(
                        NAME,
                        collective
                                .gather(rows)
                                .permute(1, 2, 0, 3)
                                .flatten(1, 2)
                                .contiguous());
            }
        }
        return whole;
    }

    /**
     * Becomes this rank's part of a {@linkplain #whole whole} queue.
     *
     * @param place where it came from, for messages
     * @throws IllegalArgumentException if it is not one of this shape
     */
    public void restore(StateDict whole, Collective collective, String place) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                StateDict part = new StateDict()) {
            whole.forEach((name, saved) -> {
                boolean divides = saved.dim() == 3 && saved.size(1) == rows.size(1) * collective.world();
                part.add(
                        name,
                        divides
                                ? saved.unflatten(1, rows.size(1), collective.world())
                                        .select(2, collective.rank())
                                : saved);
            });
            state.copyFrom(part, place);
        }
        Arrays.fill(filled, UNKNOWN);
    }

    /** The rows of this rank: {@code queue} [crops, rows, D]. */
    public StateDict state() {
        return state;
    }

    @Override
    public void close() {
        state.close();
    }
}
