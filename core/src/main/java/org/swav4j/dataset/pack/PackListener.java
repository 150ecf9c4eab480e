package org.swav4j.dataset.pack;

/** Told how a packing goes, on the thread that packs. */
public interface PackListener {

    /** Hears nothing. */
    PackListener SILENT = new PackListener() {};

    /** Before the first image: {@code done} of {@code images} were packed before, into {@code shards} shards. */
    default void started(int done, int images, int shards) {}

    /** After each image: {@code done} of {@code images}, the broken ones counted. */
    default void image(int done, int images) {}

    /** A shard was written, read back and noted. */
    default void shard(String name, int images, long bytes) {}

    /** A shard that was done is missing or has another length, and is written again. */
    default void again(String name, String why) {}
}
