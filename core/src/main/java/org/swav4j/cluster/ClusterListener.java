package org.swav4j.cluster;

/** Told how an evaluation goes, on the thread that runs it. */
public interface ClusterListener {
    /** Hears nothing. */
    ClusterListener SILENT = new ClusterListener() {};

    /** A walk over so many images begins. */
    default void begun(String what, int images) {}

    /** {@code done} of {@code images} of the walk that was begun last are through. */
    default void images(int done, int images) {}
}
