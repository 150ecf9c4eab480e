package org.swav4j.train;

import java.nio.file.Path;
import org.swav4j.profile.ProfileReport;

/** Told of a run's progress, on the training thread: return quickly. What is not overridden is not heard. */
public interface TrainingListener {
    /** Before the first step. */
    default void started(TrainingPlan plan) {}

    /** After every step. */
    default void step(StepReport report) {}

    /** Something the user should act on, such as a collapse. */
    default void warning(String message) {}

    /**
     * After a k-NN evaluation.
     *
     * @param epoch epochs done
     * @param top1 accuracy, 0 to 1
     */
    default void knn(int epoch, double top1) {}

    /** After a checkpoint was written completely. */
    default void saved(Path checkpoint, long step) {}

    /**
     * After the run went back to a checkpoint, as it had diverged.
     *
     * @param step steps done now
     * @param why what happened, in a line
     */
    default void rewound(long step, String why) {}

    /** After the steps to profile. */
    default void profiled(ProfileReport report) {}
}
