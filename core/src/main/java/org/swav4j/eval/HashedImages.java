package org.swav4j.eval;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Collective;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.ShardLayout;

/**
 * A source that notes the hash of every image that is read of it, so that whoever reads the images anyway learns which are
 * equal without reading them again. Holds 16 bytes an image: half a SHA-256, of the encoded bytes.
 */
public final class HashedImages implements LabelledImages {
    private static final int LONGS = 2;

    private final LabelledImages source;
    private final long[] hashes;

    /** A half of a SHA-256; two halves of 0 stand for an image that was not read. */
    record Hash(long high, long low) {
        boolean known() {
            return high != 0 || low != 0;
        }
    }

    /** Nothing is read yet. */
    public HashedImages(LabelledImages source) {
        this.source = source;
        hashes = new long[Math.multiplyExact(LONGS, source.size())];
    }

    /** Notes what the other ranks have read, be it of other images or of the same. Collective: every rank must call. */
    public void share(Collective ranks) {
        if (ranks.world() == 1 || hashes.length == 0) {
            return;
        }
        long[] most = extreme(ranks, false);
        long[] least = extreme(ranks, true);
        for (int i = 0; i < hashes.length; i++) {
            // each rank has an image's number or 0, so one of both is the number
            hashes[i] = most[i] != 0 ? most[i] : least[i];
        }
    }

    /** The largest number of all ranks, or the least: ~ turns the order of all longs around. */
    private long[] extreme(Collective ranks, boolean least) {
        long[] found = new long[hashes.length];
        try (PointerScope scope = new PointerScope()) {
            Tensor all = torch.zeros(new long[] {hashes.length}, new TensorOptions(ScalarType.Long));
            new LongPointer(all.data_ptr()).put(least ? flipped(hashes) : hashes);
            ranks.max(all);
            new LongPointer(all.data_ptr()).get(found);
        }
        return least ? flipped(found) : found;
    }

    private static long[] flipped(long[] values) {
        return LongStream.of(values).map(value -> ~value).toArray();
    }

    Hash hash(int index) {
        return new Hash(hashes[LONGS * index], hashes[LONGS * index + 1]);
    }

    private byte[] noted(int index, byte[] encoded) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(encoded);
            ByteBuffer.wrap(sum).asLongBuffer().get(hashes, LONGS * index, LONGS);
            return encoded;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public byte[] read(int index) throws IOException {
        return noted(index, source.read(index));
    }

    @Override
    public Reading reading(EpochOrder order, int first) {
        Reading reading = source.reading(order, first);
        return new Reading() {
            @Override
            public byte[] read(int position) throws IOException {
                return noted(order.image(position), reading.read(position));
            }

            @Override
            public void close() {
                reading.close();
            }
        };
    }

    @Override
    public int size() {
        return source.size();
    }

    @Override
    public String name(int index) {
        return source.name(index);
    }

    @Override
    public String fingerprint() {
        return source.fingerprint();
    }

    @Override
    public OptionalLong bytes() {
        return source.bytes();
    }

    @Override
    public String description() {
        return source.description();
    }

    @Override
    public Optional<ShardLayout> shards() {
        return source.shards();
    }

    @Override
    public Map<String, String> damaged() {
        return source.damaged();
    }

    @Override
    public int[] looks(int count) {
        return source.looks(count);
    }

    @Override
    public List<String> classNames() {
        return source.classNames();
    }

    @Override
    public int label(int index) {
        return source.label(index);
    }
}
