package org.swav4j.comm;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Brings what every rank holds to rank 0, in the order of the ranks and piece by piece, so that no other rank ever holds more of
 * it than a piece. Collective: every rank must call. Of tensors in host memory.
 */
public final class Collecting {
    private static final long PIECE_BYTES = 16 << 20;

    private final Collective ranks;

    public Collecting(Collective ranks) {
        this.ranks = ranks;
    }

    /** Numbers of every rank, as many from each: [world][n], on every rank. */
    public long[][] numbers(long... own) {
        long[][] all = new long[ranks.world()][own.length];
        try (PointerScope scope = new PointerScope()) {
            Tensor part = torch.zeros(new long[] {own.length}, new TensorOptions(ScalarType.Long));
            new LongPointer(part.data_ptr()).put(own);
            LongPointer gathered = new LongPointer(ranks.gather(part).data_ptr());
            for (int rank = 0; rank < all.length; rank++) {
                gathered.position((long) rank * own.length).get(all[rank]);
            }
        }
        return all;
    }

    /**
     * Rows of every rank.
     *
     * @param own [n, F] of this rank; F and the type are the same on every rank
     * @param counts how many each rank has
     * @param all on rank 0 what they are written to, [sum of {@code counts}, F]; null on the others
     */
    public void rows(Tensor own, long[] counts, Tensor all) {
        long width = own.size(1);
        long most = Math.max(1, PIECE_BYTES / Math.max(1, width * own.element_size()));
        long offset = 0;
        for (int root = 0; root < counts.length; root++) {
            for (long start = 0; start < counts[root]; start += most) {
                long length = Math.min(most, counts[root] - start);
                try (PointerScope scope = new PointerScope();
                        NoGradGuard noGrad = new NoGradGuard()) {
                    boolean mine = root == ranks.rank();
                    if (root == 0) {
                        if (mine) {
                            all.narrow(0, offset + start, length).copy_(own.narrow(0, start, length));
                        }
                        continue;
                    }
                    Tensor piece = mine
                            ? own.narrow(0, start, length).contiguous()
                            : torch.zeros(new long[] {length, width}, new TensorOptions(own.options()));
                    ranks.broadcast(piece, root);
                    if (ranks.rank() == 0) {
                        all.narrow(0, offset + start, length).copy_(piece);
                    }
                }
            }
            offset += counts[root];
        }
    }

    /** Whole numbers of every rank, one rank's after the other's, on rank 0; the others get none. */
    public int[] integers(int[] own) {
        try (PointerScope scope = new PointerScope()) {
            Tensor part = torch.zeros(new long[] {own.length, 1}, new TensorOptions(ScalarType.Int));
            if (own.length > 0) {
                new IntPointer(part.data_ptr()).put(own);
            }
            long[] counts = counts(own.length);
            Tensor all = whole(part, counts);
            rows(part, counts, all);
            int[] collected = new int[all == null ? 0 : (int) all.numel()];
            if (collected.length > 0) {
                new IntPointer(all.data_ptr()).get(collected);
            }
            return collected;
        }
    }

    /** A text of every rank, on rank 0, by rank; the others get none. */
    public List<String> texts(String own) {
        byte[] bytes = own.getBytes(StandardCharsets.UTF_8);
        List<String> texts = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            Tensor part = torch.zeros(new long[] {bytes.length, 1}, new TensorOptions(ScalarType.Byte));
            if (bytes.length > 0) {
                new BytePointer(part.data_ptr()).put(bytes);
            }
            long[] counts = counts(bytes.length);
            Tensor all = whole(part, counts);
            rows(part, counts, all);
            if (all != null) {
                byte[] collected = new byte[(int) all.numel()];
                if (collected.length > 0) {
                    new BytePointer(all.data_ptr()).get(collected);
                }
                int from = 0;
                for (long count : counts) {
                    texts.add(new String(collected, from, (int) count, StandardCharsets.UTF_8));
                    from += (int) count;
                }
            }
        }
        return texts;
    }

    private long[] counts(long own) {
        long[][] all = numbers(own);
        long[] counts = new long[all.length];
        for (int rank = 0; rank < all.length; rank++) {
            counts[rank] = all[rank][0];
        }
        return counts;
    }

    private Tensor whole(Tensor part, long[] counts) {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return ranks.rank() > 0 ? null : torch.zeros(new long[] {sum, 1}, new TensorOptions(part.options()));
    }
}
