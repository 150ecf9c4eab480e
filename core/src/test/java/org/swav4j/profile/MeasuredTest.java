package org.swav4j.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.swav4j.profile.ProfileReport.LoadingCost;
import org.swav4j.profile.ProfileReport.OperationCost;
import org.swav4j.profile.ProfileReport.PhaseCost;

/** Two steps of 100 ms and 300 ms. */
class MeasuredTest {
    private static final long MS = 1_000_000;

    private static Track<Phase> phases() {
        Track<Phase> phases = new Track<>("training", Phase.class, 16);
        phases.begin(0);
        phases.now(Phase.WAIT, 0);
        phases.now(Phase.FORWARD, 20 * MS);
        phases.now(Phase.BACKWARD, 60 * MS);
        phases.now(Phase.WAIT, 100 * MS);
        phases.now(Phase.FORWARD, 140 * MS);
        phases.now(Phase.BACKWARD, 200 * MS);
        phases.end(400 * MS);
        return phases;
    }

    private static Operation op(String name, long start, long end) {
        return new Operation(name, Operation.RECORDING_THREAD, start * MS, end * MS);
    }

    private static Measured measured(List<Operation> operations) {
        return new Measured(
                "cpu",
                List.of(new Span<>(4L, 0, 100 * MS), new Span<>(5L, 100 * MS, 400 * MS)),
                phases(),
                new WorkerTracks(4),
                operations);
    }

    @Test
    void figuresAreMeansOfAStep() {
        ProfileReport report = measured(List.of(
                        op("mm", 30, 40),
                        op("linear", 25, 45),
                        op("mm", 150, 160),
                        op("linear", 145, 165),
                        op("mm", 250, 350)))
                .report(null);
        assertThat(report.stepSeconds()).isEqualTo(0.2);
        assertThat(report.firstStep()).isEqualTo(4);
        assertThat(report.phases())
                .containsExactly(
                        new PhaseCost(Phase.WAIT, 0.03, 0.15, 0),
                        new PhaseCost(Phase.FORWARD, 0.05, 0.25, 0.02),
                        new PhaseCost(Phase.BACKWARD, 0.12, 0.6, 0.05));
        assertThat(report.operations())
                .containsExactly(
                        new OperationCost("mm", Phase.BACKWARD, 0.05, 0.25, 0.5),
                        new OperationCost("linear", Phase.FORWARD, 0.01, 0.05, 1),
                        new OperationCost("mm", Phase.FORWARD, 0.01, 0.05, 1));
        assertThat(report.loading()).isEqualTo(new LoadingCost(0, 0, 0, 0));
        assertThat(report.leftOut()).isZero();
    }

    @Test
    void withoutOperationsThereAreStillPhases() {
        ProfileReport report = measured(null).report(null);
        assertThat(report.operations()).isEmpty();
        assertThat(report.phases()).extracting(PhaseCost::seconds).containsExactly(0.03, 0.05, 0.12);
        assertThat(report.phases()).allMatch(p -> Double.isNaN(p.inOperations()));
    }

    @Test
    void tenOperationsAreShownTheWorstFirst() {
        List<Operation> operations = new ArrayList<>();
        for (int i = 1; i <= 12; i++) {
            long start = 200 + 15L * (i - 1);
            operations.add(op("op" + i, start, start + i * 5 % 13));
        }
        assertThat(measured(operations).report(null).operations())
                .extracting(o -> Math.round(2000 * o.seconds()))
                .containsExactly(12L, 11L, 10L, 9L, 8L, 7L, 6L, 5L, 4L, 3L);
    }
}
