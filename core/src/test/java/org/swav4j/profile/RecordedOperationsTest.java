package org.swav4j.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.swav4j.profile.RecordedOperations.MARK;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.swav4j.profile.OperationLog.Entry;

class RecordedOperationsTest {
    /** Marks at 10 and 20 belong to the beginning, of which the second counts here; 1,020 is 1,000 µs later. */
    @Test
    void timesAreThoseBetweenTheMarks() throws Exception {
        List<Operation> operations = RecordedOperations.aligned(
                List.of(
                        new Entry(MARK, 3, 10, 2),
                        new Entry(MARK, 3, 19, 2),
                        new Entry("aten::empty", 3, 19.5, 1),
                        new Entry("inner", 3, 130, 10),
                        new Entry("outer", 3, 120, 100),
                        new Entry("elsewhere", 4, 520, 0.5),
                        new Entry("aten::empty", 3, 1019.5, 1),
                        new Entry(MARK, 3, 1019, 2)),
                1,
                5_000_000,
                6_000_000);
        assertThat(operations)
                .containsExactly(
                        new Operation("inner", Operation.RECORDING_THREAD, 5_110_000, 5_120_000),
                        new Operation("outer", Operation.RECORDING_THREAD, 5_100_000, 5_200_000),
                        new Operation("elsewhere", 4, 5_500_000, 5_500_500));
    }

    @Test
    void aClockThatWentDifferentlyIsMadeToFit() throws Exception {
        List<Operation> operations = RecordedOperations.aligned(
                List.of(
                        new Entry(MARK, 1, 0, 0),
                        new Entry(MARK, 1, 1, 0),
                        new Entry("x", 1, 500_001, 10),
                        new Entry(MARK, 1, 1_000_001, 0)),
                1,
                0,
                1_000_500_000);
        assertThat(operations.get(0).start()).isCloseTo(500_250_000, within(1L));
    }

    @Test
    void aClockThatWasSetIsRefused() {
        List<Entry> entries =
                List.of(new Entry(MARK, 1, 0, 0), new Entry(MARK, 1, 1, 0), new Entry(MARK, 1, 3_600_000, 0));
        assertThatExceptionOfType(ProfilerException.class)
                .isThrownBy(() -> RecordedOperations.aligned(entries, 1, 0, 1_000_000))
                .withMessageContaining("clock");
        assertThatExceptionOfType(ProfilerException.class)
                .isThrownBy(() -> RecordedOperations.aligned(entries.subList(0, 2), 1, 0, 1_000_000))
                .withMessageContaining("not complete");
    }
}
