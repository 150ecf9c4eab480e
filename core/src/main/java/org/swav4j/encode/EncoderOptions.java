package org.swav4j.encode;

import java.util.OptionalInt;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.Precision;

/**
 * How an encoder is to work. Begin with {@link #defaults()} and change what matters:
 * {@code EncoderOptions.defaults().withRepresentation(EMBEDDING).withThreads(4)}.
 *
 * @param representation what an image becomes
 * @param normalize whether vectors are scaled to unit length; {@link Representation#EMBEDDING} always is
 * @param imageSize side in pixels that images are brought to; empty for that of the training's largest crop
 * @param threads that the network computes on, and as many again that decode, at least 1
 * @param precision of the network: float32 is exact and the same on every machine, bfloat16 faster where the CPU has it
 * @param maxBatch most images that go through the network at once, at least 1; bounds memory
 * @param device where the network computes
 */
public record EncoderOptions(
        Representation representation,
        boolean normalize,
        OptionalInt imageSize,
        int threads,
        Precision precision,
        int maxBatch,
        ComputeDevice device) {
    private static final int MAX_THREADS = 1024;
    private static final int MAX_BATCH = 4096;

    /** Refuses what no encoder can do. */
    public EncoderOptions {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("threads must be from 1 to " + MAX_THREADS + ", not " + threads);
        }
        if (maxBatch < 1 || maxBatch > MAX_BATCH) {
            throw new IllegalArgumentException("maxBatch must be from 1 to " + MAX_BATCH + ", not " + maxBatch);
        }
        imageSize.ifPresent(FrozenEncoder::view);
    }

    /** Trunk features as they are, in float32, on all processors, at most 64 images at once. */
    public static EncoderOptions defaults() {
        return new EncoderOptions(
                Representation.TRUNK,
                false,
                OptionalInt.empty(),
                Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()),
                Precision.FP32,
                64,
                ComputeDevice.CPU);
    }

    /** The same with another {@link #representation()}. */
    public EncoderOptions withRepresentation(Representation what) {
        return new EncoderOptions(what, normalize, imageSize, threads, precision, maxBatch, device);
    }

    /** The same with vectors of unit length. */
    public EncoderOptions normalized() {
        return new EncoderOptions(representation, true, imageSize, threads, precision, maxBatch, device);
    }

    /** The same with another {@link #imageSize()}, pixels. */
    public EncoderOptions withImageSize(int side) {
        return new EncoderOptions(
                representation, normalize, OptionalInt.of(side), threads, precision, maxBatch, device);
    }

    /** The same with another number of {@link #threads()}. */
    public EncoderOptions withThreads(int count) {
        return new EncoderOptions(representation, normalize, imageSize, count, precision, maxBatch, device);
    }

    /** The same in another {@link #precision()}. */
    public EncoderOptions withPrecision(Precision other) {
        return new EncoderOptions(representation, normalize, imageSize, threads, other, maxBatch, device);
    }

    /** The same with another {@link #maxBatch()}. */
    public EncoderOptions withMaxBatch(int images) {
        return new EncoderOptions(representation, normalize, imageSize, threads, precision, images, device);
    }

    /** The same on another {@link #device()}. */
    public EncoderOptions withDevice(ComputeDevice other) {
        return new EncoderOptions(representation, normalize, imageSize, threads, precision, maxBatch, other);
    }
}
