package org.swav4j.profile;

import java.nio.file.Path;
import java.util.List;

/**
 * Where the time of some steps went. Shares are of the steps' time and between 0 and 1.
 *
 * @param trace the file for a trace viewer; null if it could not be written
 * @param device what was trained on; on any but {@code cpu} times are those that the CPU takes to hand work over or
 *     waits
 * @param firstStep the first measured step, counted from 1
 * @param steps how many were measured
 * @param stepSeconds mean time of a step
 * @param phases those that took time, in their order in a step; their seconds add up to {@code stepSeconds}
 * @param operations the most expensive ones by their own time, the worst first; empty if they could not be recorded
 * @param loading what the loader's threads did meanwhile
 * @param leftOut spans that the trace lacks because there were too many; the figures have them
 */
public record ProfileReport(
        Path trace,
        String device,
        long firstStep,
        int steps,
        double stepSeconds,
        List<PhaseCost> phases,
        List<OperationCost> operations,
        LoadingCost loading,
        long leftOut) {

    /** Makes the lists unmodifiable. */
    public ProfileReport {
        phases = List.copyOf(phases);
        operations = List.copyOf(operations);
    }

    /**
     * A phase of the step.
     *
     * @param seconds a step
     * @param inOperations seconds a step that were spent in libtorch's operations; NaN if they could not be recorded
     */
    public record PhaseCost(Phase phase, double seconds, double share, double inOperations) {}

    /**
     * An operation in one phase.
     *
     * @param seconds a step, without the operations it calls
     * @param calls a step
     */
    public record OperationCost(String name, Phase phase, double seconds, double share, double calls) {}

    /**
     * The loader's threads. Time on the clock counts, so a thread that waits for a core is busy.
     *
     * @param workers how many there are
     * @param reading share of the workers' time
     * @param decoding share of the workers' time
     * @param cropping share of the workers' time
     */
    public record LoadingCost(int workers, double reading, double decoding, double cropping) {
        /** Share of the workers' time in which they had something to do. */
        public double busy() {
            return reading + decoding + cropping;
        }
    }
}
