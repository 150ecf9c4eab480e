package org.swav4j.profile;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds out from their times which operation called which, and in which phase. */
final class CallTree {
    private CallTree() {}

    /**
     * Places operations in phases: an outermost one in the phase that holds its middle, all others with it. Two
     * clocks meet here, which differ by microseconds, so what reaches over the edge of its phase is cut off there.
     * What is in no phase is left out.
     *
     * @param operations of any threads, those within others before them
     * @param phases in order, not overlapping
     * @return by thread, and within a thread by start, callers first
     */
    static List<PlacedOperation> place(List<Operation> operations, List<Span<Phase>> phases) {
        Map<Integer, List<Operation>> threads = new TreeMap<>();
        for (Operation operation : operations) {
            threads.computeIfAbsent(operation.thread(), t -> new ArrayList<>()).add(operation);
        }
        List<PlacedOperation> placed = new ArrayList<>(operations.size());
        for (List<Operation> thread : threads.values()) {
            Collections.reverse(thread);
            // stable: of operations that took equally long, the caller stays first
            thread.sort(Comparator.comparingLong(Operation::start)
                    .thenComparing(Comparator.comparingLong(Operation::end).reversed()));
            placeThread(thread, phases, placed);
        }
        return placed;
    }

    private static void placeThread(List<Operation> sorted, List<Span<Phase>> phases, List<PlacedOperation> placed) {
        Deque<Open> open = new ArrayDeque<>();
        long outermostEnd = Long.MIN_VALUE;
        Span<Phase> phase = null;
        int next = 0;
        for (Operation operation : sorted) {
            if (operation.start() >= outermostEnd) {
                while (!open.isEmpty()) {
                    open.pop().finish(placed);
                }
                outermostEnd = operation.end();
                long middle = operation.start() + operation.nanos() / 2;
                while (next < phases.size() && phases.get(next).end() <= middle) {
                    next++;
                }
                boolean inside = next < phases.size() && phases.get(next).start() <= middle;
                phase = inside ? phases.get(next) : null;
            }
            if (phase == null) {
                continue;
            }
            while (!open.isEmpty() && open.peek().end <= operation.start()) {
                open.pop().finish(placed);
            }
            long low = open.isEmpty() ? phase.start() : open.peek().start;
            long high = open.isEmpty() ? phase.end() : open.peek().end;
            long start = Math.min(Math.max(operation.start(), low), high);
            long end = Math.max(start, Math.min(operation.end(), high));
            Open opened = new Open(operation, start, end, phase.what(), open.isEmpty(), placed.size());
            placed.add(null);
            if (!open.isEmpty()) {
                open.peek().inner += end - start;
            }
            open.push(opened);
        }
        while (!open.isEmpty()) {
            open.pop().finish(placed);
        }
    }

    /** An operation whose inner ones are still being met. */
    private static final class Open {
        private final Operation operation;
        private final long start;
        private final long end;
        private final Phase phase;
        private final boolean outermost;
        private final int place;
        private long inner;

        Open(Operation operation, long start, long end, Phase phase, boolean outermost, int place) {
            this.operation = operation;
            this.start = start;
            this.end = end;
            this.phase = phase;
            this.outermost = outermost;
            this.place = place;
        }

        void finish(List<PlacedOperation> placed) {
            boolean whole = start == operation.start() && end == operation.end();
            Operation cut = whole ? operation : new Operation(operation.name(), operation.thread(), start, end);
            placed.set(place, new PlacedOperation(cut, phase, outermost, end - start - inner));
        }
    }
}
