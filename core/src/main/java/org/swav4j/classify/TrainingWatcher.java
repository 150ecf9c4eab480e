package org.swav4j.classify;

/** Hears how the training of a classifier goes. */
public interface TrainingWatcher {
    /** Hears nothing. */
    TrainingWatcher NONE = new TrainingWatcher() {};

    /** The training goes on from a state that an earlier one left. */
    default void goesOn(long step, long steps) {}

    /**
     * A step is done.
     *
     * @param step from 1
     * @param steps of the whole training
     * @param epoch from 1
     * @param batch images of the step
     */
    default void step(long step, long steps, int epoch, int epochs, double loss, int batch) {}

    /** Test images were classified. */
    default void scored(EpochScore score) {}
}
