package org.swav4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PercentTest {
    @ParameterizedTest
    @CsvSource({
        "0, 10, 0 %",
        "10, 10, 100 %",
        "1, 8, 13 %",
        "1, 200, 0.5 %",
        "1, 2000, 0.05 %",
        "1, 1000000, < 0.01 %",
        "999, 1000, > 99 %",
        "99, 100, 99 %",
        "1, 100, 1 %"
    })
    void sharesAreNeverRoundedToNoneOrAll(long part, long whole, String text) {
        assertThat(Percent.of(part, whole)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes",
        "1, 1 byte",
        "999, 999 bytes",
        "1000, 1.0 kB",
        "9949, 9.9 kB",
        "9951, 10 kB",
        "999499, 999 kB",
        "999500, 1.0 MB",
        "2640397119, 2.6 GB",
        "9223372036854775807, 9223 PB"
    })
    void bytesHaveTwoOrThreeDigits(long bytes, String text) {
        assertThat(Bytes.text(bytes)).isEqualTo(text);
    }
}
