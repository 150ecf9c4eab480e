package org.swav4j.train;

import java.nio.file.Path;
import java.util.List;
import org.swav4j.profile.ProfileReport;

/**
 * Tells several listeners, one after the other.
 *
 * @param all in the order they are told in
 */
public record Listeners(List<TrainingListener> all) implements TrainingListener {
    /** Copies the list. */
    public Listeners {
        all = List.copyOf(all);
    }

    @Override
    public void started(TrainingPlan plan) {
        all.forEach(l -> l.started(plan));
    }

    @Override
    public void step(StepReport report) {
        all.forEach(l -> l.step(report));
    }

    @Override
    public void warning(String message) {
        all.forEach(l -> l.warning(message));
    }

    @Override
    public void knn(int epoch, double top1) {
        all.forEach(l -> l.knn(epoch, top1));
    }

    @Override
    public void saved(Path checkpoint, long step) {
        all.forEach(l -> l.saved(checkpoint, step));
    }

    @Override
    public void rewound(long step, String why) {
        all.forEach(l -> l.rewound(step, why));
    }

    @Override
    public void profiled(ProfileReport report) {
        all.forEach(l -> l.profiled(report));
    }
}
