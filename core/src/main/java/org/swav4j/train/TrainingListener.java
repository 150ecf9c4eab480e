package org.swav4j.train;

import java.nio.file.Path;
import org.swav4j.profile.ProfileReport;

/** Told of a run's progress, on the training thread: return quickly. */
public interface TrainingListener {
    /** Before the first step. */
    void started(TrainingPlan plan);

    /** After every step. */
    void step(StepReport report);

    /** Something the user should act on, such as a collapse. */
    void warning(String message);

    /**
     * After a k-NN evaluation.
     *
     * @param epoch epochs done
     * @param top1 accuracy, 0 to 1
     */
    void knn(int epoch, double top1);

    /** After a checkpoint was written completely. */
    void saved(Path checkpoint, long step);

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
