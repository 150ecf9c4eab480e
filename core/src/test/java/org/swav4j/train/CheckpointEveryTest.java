package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointEveryTest {
    @ParameterizedTest
    @CsvSource({
        "auto, auto",
        "AUTO, auto",
        "30m, 30m",
        "90s, 90s",
        "2h, 2h",
        "500steps, 500steps",
        "500 steps, 500steps",
        "1step, 1step",
        "1epoch, 1epoch",
        "3epochs, 3epochs",
        "1steps, 1step"
    })
    void readsAndWritesAlike(String text, String canonical) {
        assertThat(CheckpointEvery.parse(text)).hasToString(canonical);
        assertThat(CheckpointEvery.parse(canonical)).isEqualTo(CheckpointEvery.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0s", "5", "5d", "-5m", "1.5h", "m", "99999999999s", "1autos", "epoch", "never"})
    void refusesWithTheRule(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CheckpointEvery.parse(text))
                .withMessage(
                        "'" + text
                                + "': must be auto or a number above 0 with s, m, h, steps or epochs, as in 30m, 500steps or 1epoch");
    }

    private static boolean due(String every, long step, int epochsDone, boolean end, long seconds) {
        return CheckpointEvery.parse(every).isDue(step, epochsDone, end, TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void autoSavesAtEpochsEndsAndWithinLongOnes() {
        assertThat(due("auto", 10, 1, true, 14)).isFalse();
        assertThat(due("auto", 10, 1, true, 15)).isTrue();
        assertThat(due("auto", 10, 1, false, 599)).isFalse();
        assertThat(due("auto", 10, 1, false, 600)).isTrue();
    }

    @Test
    void otherIntervalsAreTakenAtTheirWord() {
        assertThat(due("2m", 7, 0, false, 119)).isFalse();
        assertThat(due("2m", 7, 0, false, 120)).isTrue();
        assertThat(due("5steps", 9, 3, true, 9999)).isFalse();
        assertThat(due("5steps", 10, 0, false, 0)).isTrue();
        assertThat(due("2epochs", 10, 2, false, 9999)).isFalse();
        assertThat(due("2epochs", 10, 2, true, 0)).isTrue();
        assertThat(due("2epochs", 15, 3, true, 9999)).isFalse();
    }
}
