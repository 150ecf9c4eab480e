package org.swav4j.data;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** An immutable, ordered collection of encoded images. Safe for use by several threads. */
public interface ImageSource {

    /** How many images. */
    int size();

    /** The image's {@code '/'}-separated path relative to the source's root, as messages show it. */
    String name(int index);

    /** The encoded bytes, read anew at each call. */
    byte[] read(int index) throws IOException;

    /**
     * SHA-256 in hex over the sorted names, and the sizes where they are known without asking for each image: equal for
     * equal collections wherever they lie.
     */
    String fingerprint();

    /** The encoded bytes of all images, where they are known without asking for each image. */
    default OptionalLong bytes() {
        return OptionalLong.empty();
    }

    /** One line for people, such as {@code /data/images: 50,000 images}. */
    String description();

    /** How the images lie, for sources that are best read from front to back; empty where every order costs the same. */
    default Optional<ShardLayout> shards() {
        return Optional.empty();
    }

    /** Names and reasons of what was found unusable when the source was opened, and is not among its images. */
    default Map<String, String> damaged() {
        return Map.of();
    }

    /** At most {@code count} distinct images that are cheap to read, ascending and as evenly spread as that allows. */
    default int[] looks(int count) {
        int looks = Math.min(count, size());
        return IntStream.range(0, looks)
                .map(i -> (int) ((long) i * size() / looks))
                .toArray();
    }

    /** Begins to read the images of an order, from a position on. */
    default Reading reading(EpochOrder order, int first) {
        return position -> read(order.image(position));
    }

    /**
     * Images read in an order, by several threads: positions are asked for in ascending order, out of turn only within their
     * window, and all of them are asked for. One may be asked for again while its window is visited.
     */
    @FunctionalInterface
    interface Reading extends AutoCloseable {
        /** The encoded bytes of the image at a position; not to be changed. Waits for them if it must. */
        byte[] read(int position) throws IOException;

        /** Gives up what was not asked for yet; threads that wait in {@link #read} get an {@code IOException}. */
        @Override
        default void close() {}
    }
}
