package org.swav4j.loader;

/** Hears what a loader's workers do, on the worker's own thread and several times an image: return at once. */
@FunctionalInterface
public interface LoadingWatch {
    /** Hears nothing. */
    LoadingWatch NONE = stage -> {};

    /** What a worker can be at. */
    enum Stage {
        /** Fetches a file's bytes. */
        READ,
        /** Turns bytes into pixels. */
        DECODE,
        /** Cuts and changes all crops of one image. */
        CROP,
        /** Has nothing to do, or waits for another thread. */
        IDLE
    }

    /** The calling worker begins a stage, which ends the one before. */
    void now(Stage stage);
}
