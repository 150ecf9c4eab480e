package org.swav4j.probe;

import java.util.List;

/**
 * The learning rate of an epoch, counted from 0, as a pure function; the same for all steps of the epoch, as the reference has it.
 */
public sealed interface ProbeSchedule {
    /** The rate of an epoch. */
    double at(int epoch);

    /** From {@code base} along half a cosine, which would be 0 after the last of {@code epochs}. */
    record Cosine(double base, int epochs) implements ProbeSchedule {
        @Override
        public double at(int epoch) {
            return base / 2 * (1 + Math.cos(Math.PI * epoch / epochs));
        }

        @Override
        public String toString() {
            return "cosine to 0";
        }
    }

    /** A tenth from each of the given epochs on. */
    record Steps(double base, List<Integer> epochs) implements ProbeSchedule {
        /** Copies the list. */
        public Steps {
            epochs = List.copyOf(epochs);
        }

        @Override
        public double at(int epoch) {
            long passed = epochs.stream().filter(e -> epoch >= e).count();
            return base / Math.pow(10, passed);
        }

        @Override
        public String toString() {
            return "a tenth from epochs " + epochs;
        }
    }
}
