package org.swav4j.dataset.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.Sha256;

/** Writes one shard: as many of the next samples as fit, and at least one. Used once. */
final class ShardWriter {
    private final SampleStream samples;
    private final long maxBytes;
    private final Runnable afterEach;
    private final List<PackedImage> images = new ArrayList<>();
    private final Sha256 digest = new Sha256();
    private long written;
    private long sourceBytes;
    private int resized;

    /** @param afterEach called after each image */
    ShardWriter(SampleStream samples, long maxBytes, Runnable afterEach) {
        this.samples = samples;
        this.maxBytes = maxBytes;
        this.afterEach = afterEach;
    }

    /** Writes the file as a whole or not at all; there must be a sample. */
    ShardContent write(Path shard) throws IOException {
        AtomicFile.write(shard, this::writeTo);
        return new ShardContent(written, digest.hex(), images);
    }

    private void writeTo(FileChannel channel) throws IOException {
        for (TarSample next = samples.peek(); next != null && fits(next); next = samples.peek()) {
            images.add(next.image().movedBy(written));
            sourceBytes += next.sourceBytes();
            resized += next.resized() ? 1 : 0;
            append(channel, next.blocks());
            samples.take();
            afterEach.run();
        }
        append(channel, new byte[(int) (TarSample.tarBytes(written) - written)]);
    }

    /** Depends on nothing but the sizes of this shard's samples, so that shards begin where they do in any packing. */
    private boolean fits(TarSample next) {
        return images.isEmpty() || TarSample.tarBytes(written + next.length()) <= maxBytes;
    }

    private void append(FileChannel channel, byte[] bytes) throws IOException {
        digest.add(bytes, 0, bytes.length);
        written += bytes.length;
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
    }

    long sourceBytes() {
        return sourceBytes;
    }

    int resized() {
        return resized;
    }
}
