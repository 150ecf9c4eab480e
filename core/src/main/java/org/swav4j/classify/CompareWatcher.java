package org.swav4j.classify;

/** Hears how a comparison goes. */
public interface CompareWatcher {
    /** Hears nothing. */
    CompareWatcher NONE = new CompareWatcher() {};

    /**
     * A cell is begun.
     *
     * @param number from 1
     * @return who hears of its training, if it is one
     */
    default TrainingWatcher begins(int number, int cells, Method method, String labels, long seed) {
        return TrainingWatcher.NONE;
    }

    /** A cell is known. */
    default void cell(int number, int cells, Cell cell) {}
}
