package org.swav4j.data;

import java.util.Arrays;

/**
 * How the images of a sharded source lie: shard after shard, each best read from front to back. From it follows the order of
 * an epoch, see {@link EpochOrder}, which shuffles shards, and images within windows of bounded size.
 */
public final class ShardLayout {
    private final int[] starts;
    private final int[] bytes;
    private final int windowImages;
    private final long windowBytes;

    /**
     * @param starts the index of every shard's first image, ascending from 0, and the number of images as the last element
     * @param bytes the encoded size of every image
     * @param windowImages how many images a window holds at most
     * @param windowBytes how many encoded bytes a window holds at most; an image larger than that is a window of its own
     */
    public ShardLayout(int[] starts, int[] bytes, int windowImages, long windowBytes) {
        if (starts.length < 1 || starts[0] != 0 || starts[starts.length - 1] != bytes.length) {
            throw new IllegalArgumentException("shard starts must run from 0 to " + bytes.length);
        }
        for (int i = 1; i < starts.length; i++) {
            if (starts[i] < starts[i - 1]) {
                throw new IllegalArgumentException("shard starts must ascend: " + starts[i - 1] + ", " + starts[i]);
            }
        }
        if (windowImages < 1 || windowBytes < 1) {
            throw new IllegalArgumentException("a window must hold something: " + windowImages + ", " + windowBytes);
        }
        this.starts = starts.clone();
        this.bytes = bytes.clone();
        this.windowImages = windowImages;
        this.windowBytes = windowBytes;
    }

    /** Number of images. */
    public int size() {
        return bytes.length;
    }

    /** Encoded bytes of all images. */
    public long bytes() {
        return Arrays.stream(bytes).asLongStream().sum();
    }

    /** Number of shards. */
    public int shards() {
        return starts.length - 1;
    }

    /** The index of a shard's first image. */
    public int start(int shard) {
        return starts[shard];
    }

    /** The index after a shard's last image. */
    public int end(int shard) {
        return starts[shard + 1];
    }

    /** The shard an image lies in. */
    public int shardOf(int index) {
        int found = Arrays.binarySearch(starts, index);
        if (found < 0) {
            return -found - 2;
        }
        // shards without images start where the next one does
        while (starts[found + 1] == index) {
            found++;
        }
        return found;
    }

    /** An image's encoded size. */
    public int bytes(int index) {
        return bytes[index];
    }

    /** How many images a window holds at most. */
    public int windowImages() {
        return windowImages;
    }

    /** How many encoded bytes a window of more than one image holds at most. */
    public long windowBytes() {
        return windowBytes;
    }
}
