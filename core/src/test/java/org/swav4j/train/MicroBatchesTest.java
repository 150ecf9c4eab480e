package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MicroBatchesTest {
    @ParameterizedTest
    @CsvSource({
        "256, 256, 1",
        "256, 255, 2",
        "4096, 64, 64",
        "4096, 1, 2048", // two images at the least
        "96, 20, 6", // 5 does not divide it
        "2560, 2, 1280",
        "7, 3, 1", // no smaller parts
        "2, 1, 1"
    })
    void theFewestThatFitAreTaken(int batch, int fitting, int count) {
        assertThat(MicroBatches.fewest(batch, fitting)).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3| 256| '3': must cut the batch of 256 into equal parts of at least 2 images; try 2 or 4",
                "5| 12| '5': must cut the batch of 12 into equal parts of at least 2 images; try 4 or 6",
                "256| 256| '256': must cut the batch of 256 into equal parts of at least 2 images; try 128",
                "0| 8| '0': must cut the batch of 8 into equal parts of at least 2 images; try 1",
                "2| 7| '2': must cut the batch of 7 into equal parts of at least 2 images; try 1"
            },
            quoteCharacter = '`')
    void otherCountsAreRefusedWithTheNearestThatAreRight(int count, int batch, String what) {
        assertThat(MicroBatches.problem(count, batch).orElseThrow()).hasToString("--grad-accum: " + what);
    }

    @Test
    void everyDivisorThatLeavesTwoImagesIsRight() {
        for (int count : new int[] {1, 2, 3, 4, 6}) {
            assertThat(MicroBatches.problem(count, 12)).isEmpty();
        }
    }
}
