package org.swav4j.comm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.FunctionPostHook;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Node;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.swav4j.tensor.StateDict;

/**
 * Makes every rank's gradients the mean over all ranks, while the backward pass still goes on. Gradients are packed into
 * {@linkplain GradientBucket buckets} as they become ready, which is about in the reverse order of the parameters; a bucket
 * that is full is summed over the ranks beside the rest of the pass. Packing divides by the number of ranks and is the only
 * copy: afterwards the parameters' gradients are views of the buckets.
 */
public final class GradientAveraging implements AutoCloseable {
    /** As torch's DistributedDataParallel has it: large enough for a transfer's set-up not to matter. */
    private static final long BUCKET_BYTES = 25L << 20;

    private final Collective collective;
    private final StateDict parameters;
    private final GradientCompression compression;
    private final long bucketBytes;
    private final Map<String, Listening> listening = new LinkedHashMap<>();
    private final List<GradientBucket> buckets = new ArrayList<>();
    private int launched;

    /** Gradients of {@code parameters}, which stay owned by the caller, sent as they are. */
    public GradientAveraging(Collective collective, StateDict parameters) {
        this(collective, parameters, GradientCompression.NONE);
    }

    /** The same, sent in another type. */
    public GradientAveraging(Collective collective, StateDict parameters, GradientCompression compression) {
        this(collective, parameters, compression, BUCKET_BYTES);
    }

    /** @param bucketBytes what a bucket holds at most, unless it is one larger gradient */
    GradientAveraging(Collective collective, StateDict parameters, GradientCompression compression, long bucketBytes) {
        this.collective = collective;
        this.parameters = parameters;
        this.compression = compression;
        this.bucketBytes = bucketBytes;
        if (collective.world() > 1) {
            parameters.forEach((name, parameter) -> listening.put(name, new Listening(name, parameter)));
        }
    }

    /**
     * Begins a step, in which no parameter has a gradient yet. Must be the same on every rank.
     *
     * @param additions by a parameter's name: how often this step's backward passes add to its gradient, which is sent after
     *     the last time; 0 if the gradient is not wanted, and stays this rank's
     */
    public void begin(ToIntFunction<String> additions) {
        if (collective.world() == 1) {
            return;
        }
        List<String> sent = new ArrayList<>();
        listening.forEach((name, each) -> {
            each.expected = additions.applyAsInt(name);
            if (each.expected > 0) {
                sent.add(name);
            }
        });
        Collections.reverse(sent);
        List<String> before = buckets.stream().flatMap(b -> b.names().stream()).toList();
        if (!before.equals(sent)) {
            build(sent);
        }
        buckets.forEach(GradientBucket::begin);
        launched = 0;
    }

    private void build(List<String> sent) {
        buckets.forEach(GradientBucket::close);
        buckets.clear();
        Map<String, Tensor> next = new LinkedHashMap<>();
        long bytes = 0;
        for (String name : sent) {
            long size = parameters.get(name).numel() * Float.BYTES;
            if (!next.isEmpty() && bytes + size > bucketBytes) {
                add(next);
                next = new LinkedHashMap<>();
                bytes = 0;
            }
            next.put(name, parameters.get(name));
            bytes += size;
        }
        add(next);
    }

    private void add(Map<String, Tensor> members) {
        if (!members.isEmpty()) {
            GradientBucket bucket = new GradientBucket(members, collective, compression);
            buckets.add(bucket);
            members.keySet().forEach(name -> listening.get(name).bucket = bucket);
        }
    }

    /** A gradient is whole. Buckets are sent in their order, which is the same on every rank. */
    private void ready(String name, GradientBucket bucket) {
        bucket.pack(name);
        while (launched < buckets.size() && buckets.get(launched).isFull()) {
            buckets.get(launched++).launch();
        }
    }

    /**
     * Ends the step: every gradient that was to be sent is the mean over the ranks. One that no backward pass has made, which
     * must be so on every rank, stays undefined.
     */
    public void finish() {
        if (collective.world() == 1) {
            return;
        }
        listening.forEach((name, each) -> {
            if (each.expected > 0 && parameters.get(name).grad().defined()) {
                throw new IllegalStateException(
                        "the gradient of '" + name + "' was added to less often than announced");
            }
        });
        while (launched < buckets.size()) {
            buckets.get(launched++).launch();
        }
        buckets.forEach(GradientBucket::finish);
        listening.values().forEach(each -> each.expected = 0);
    }

    /** Listens no more. */
    @Override
    public void close() {
        listening.values().forEach(Listening::stop);
        buckets.forEach(GradientBucket::close);
        buckets.clear();
    }

    /** Hears when a parameter's gradient was added to: a hook on the node that does it. */
    private final class Listening extends FunctionPostHook {
        private static final long serialVersionUID = 1;

        private final String name;
        private final transient Node accumulation;
        private final long key;
        private transient GradientBucket bucket;
        private int expected;

        Listening(String name, Tensor parameter) {
            this.name = name;
            retainReference();
            try (PointerScope scope = new PointerScope()) {
                // a parameter knows its node only as long as somebody else keeps it
                accumulation = parameter
                        .view_as(parameter)
                        .grad_fn()
                        .next_edges()
                        .get(0)
                        .function();
                accumulation.retainReference();
            }
            key = accumulation.add_post_hook(this);
        }

        @Override
        public TensorVector apply(TensorVector none, TensorVector incoming) {
            if (expected > 0 && --expected == 0) {
                try (PointerScope scope = new PointerScope();
                        NoGradGuard noGrad = new NoGradGuard()) {
                    ready(name, bucket);
                }
            }
            return none;
        }

        private void stop() {
            expected = 0;
            accumulation.del_post_hook(key);
            accumulation.releaseReference();
        }
    }
}
