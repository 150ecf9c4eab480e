package org.swav4j.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.swav4j.loader.LoadingWatch;

/**
 * Measures some steps of a training: what the training thread, libtorch and the loader's threads are at. It begins
 * after {@value #WARM_UP} steps, in which memory and caches fill, and measures whole steps only; what is between them
 * is left out. Nothing that is trained depends on it, and what goes wrong with it is a warning. For the training
 * thread.
 */
public final class StepProfiler implements Phases, AutoCloseable {
    /** Steps that go by first. */
    public static final int WARM_UP = 3;
    /** A step of a deep network has thousands of operations, and all are kept. */
    public static final int MOST_STEPS = 100;

    private static final int PHASES_A_STEP = 2048;
    private static final int STAGES_AN_IMAGE = 4;
    private static final int BATCHES_AHEAD = 4;
    private static final int MOST_SPANS = 1 << 18;

    private final int wanted;
    private final String device;
    private final Path file;
    private final Consumer<String> warnings;
    private final Track<Phase> phases;
    private final WorkerTracks workers;
    private final List<Span<Long>> steps = new ArrayList<>();
    private final List<RecordedOperations> records = new ArrayList<>();
    private boolean withOperations = true;
    private OperationRecorder recorder;
    private int toSkip = WARM_UP;
    private boolean measuring;
    private boolean done;
    private long stepBegan;

    /**
     * Measures nothing yet.
     *
     * @param steps how many to measure, up to {@link #MOST_STEPS}; 0: none, and every method returns at once
     * @param batch images a step
     * @param device what is trained on
     * @param file to write the trace to, compressed by gzip
     * @param warnings told in a line what cannot be measured or written
     */
    public StepProfiler(int steps, int batch, String device, Path file, Consumer<String> warnings) {
        if (steps < 0 || steps > MOST_STEPS) {
            throw new IllegalArgumentException("steps must satisfy 0 <= steps <= " + MOST_STEPS + ", found " + steps);
        }
        this.wanted = steps;
        this.device = device;
        this.file = file;
        this.warnings = warnings;
        this.phases = new Track<>("training", Phase.class, steps * PHASES_A_STEP);
        long spans = (long) STAGES_AN_IMAGE * batch * (steps + BATCHES_AHEAD);
        this.workers = new WorkerTracks((int) Math.min(MOST_SPANS, spans));
        this.done = steps == 0;
    }

    /** What the loader's threads are to tell what they do. */
    public LoadingWatch loading() {
        return done ? LoadingWatch.NONE : workers;
    }

    /** A step begins, with waiting for its images. One that was begun before and did not end is forgotten. */
    public void stepBegins() {
        if (done || toSkip > 0) {
            return;
        }
        forgetBegun();
        beginOperations();
        measuring = true;
        stepBegan = System.nanoTime();
        phases.begin(stepBegan);
        workers.begin(stepBegan);
        phases.now(Phase.WAIT, stepBegan);
    }

    @Override
    public void now(Phase phase) {
        if (measuring) {
            phases.now(phase, System.nanoTime());
        }
    }

    /**
     * A step has ended.
     *
     * @param step its number, counted from 1
     * @return where the time went, after the last of the steps to measure
     */
    public Optional<ProfileReport> stepEnds(long step) {
        if (!measuring) {
            toSkip--;
            return Optional.empty();
        }
        long time = System.nanoTime();
        measuring = false;
        phases.end(time);
        workers.end(time);
        steps.add(new Span<>(step, stepBegan, time));
        // at every step: what libtorch records lies scattered in memory, and would keep a step's large blocks from
        // being reused
        endOperations();
        return steps.size() < wanted ? Optional.empty() : finish();
    }

    /** The training ends; returns where the time went if some but not all of the steps to measure were done. */
    public Optional<ProfileReport> finish() {
        if (done) {
            return Optional.empty();
        }
        forgetBegun();
        done = true;
        workers.finish();
        if (steps.isEmpty()) {
            warnings.accept("--profile: the training ended before there was a step to measure, the first " + WARM_UP
                    + " not counted");
            return Optional.empty();
        }
        return Optional.of(report());
    }

    private void forgetBegun() {
        if (measuring) {
            measuring = false;
            phases.end(stepBegan);
            workers.end(stepBegan);
            if (withOperations) {
                try {
                    recorder.abandon();
                } catch (IOException e) {
                    withoutOperations(e);
                }
            }
        }
    }

    private ProfileReport report() {
        Measured measured = new Measured(device, steps, phases, workers, operations());
        try {
            measured.write(file);
            return measured.report(file);
        } catch (IOException e) {
            warnings.accept(
                    "--profile: " + file + " could not be written (" + e.getMessage() + "); the training goes on");
            return measured.report(null);
        }
    }

    private void beginOperations() {
        if (withOperations) {
            try {
                if (recorder == null) {
                    recorder = OperationRecorder.find();
                }
                recorder.begin(file.toAbsolutePath().getParent());
            } catch (IOException | ProfilerException e) {
                withoutOperations(e);
            }
        }
    }

    private void endOperations() {
        if (withOperations) {
            records.add(recorder.end());
        }
    }

    /** Null if they could not be recorded. */
    private List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        try {
            for (int i = 0; withOperations && i < records.size(); i++) {
                operations.addAll(records.get(i).read());
            }
        } catch (IOException | ProfilerException e) {
            withoutOperations(e);
        }
        return withOperations ? operations : null;
    }

    private void withoutOperations(Exception why) {
        withOperations = false;
        String reason = why instanceof IOException ? "libtorch's record cannot be kept: " : "";
        warnings.accept("--profile: phases and loading only, as " + reason + why.getMessage());
    }

    /** Stops what libtorch records, however the training ended. */
    @Override
    public void close() throws IOException {
        measuring = false;
        done = true;
        workers.finish();
        for (RecordedOperations each : records) {
            each.close();
        }
        if (recorder != null) {
            recorder.close();
        }
    }
}
