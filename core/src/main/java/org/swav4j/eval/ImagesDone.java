package org.swav4j.eval;

/** Told how far a walk over images is, by the thread that walks. */
@FunctionalInterface
public interface ImagesDone {
    /** Says nothing to anyone. */
    ImagesDone UNHEARD = (done, images) -> {};

    /** {@code done} of {@code images} are behind it, the unreadable ones too. */
    void at(int done, int images);
}
