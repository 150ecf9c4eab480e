package org.swav4j.embed;

/** Told how it goes, on the thread that embeds. */
public interface EmbedListener {
    /** Hears nothing. */
    EmbedListener SILENT = new EmbedListener() {};

    /** Before the first image: {@code done} of {@code images} were done before. */
    default void started(int done, int images) {}

    /** After each batch: {@code done} of {@code images}, the broken ones counted. */
    default void images(int done, int images) {}
}
