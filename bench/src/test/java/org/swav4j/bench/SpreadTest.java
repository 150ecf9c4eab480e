package org.swav4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void theMiddleOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
        assertThat(Spread.of(4, 1, 3, 2)).isEqualTo(new Spread(2.5, 1, 4));
        assertThat(Spread.of(9, 1, 3)).isEqualTo(new Spread(3, 1, 9));
    }

    /** Seconds become images a second: the slowest round is the lowest rate. */
    @Test
    void aFallingFunctionSwapsTheEnds() {
        assertThat(Spread.of(2, 4, 8).map(s -> 16 / s)).isEqualTo(new Spread(4, 2, 8));
    }

    /** A round that ran at half the speed changes both ways and not their ratio. */
    @Test
    void ratiosAreTakenRoundByRound() {
        assertThat(Spread.ratio(new double[] {3, 6, 3}, new double[] {4, 8, 4})).isEqualTo(new Spread(.75, .75, .75));
    }

    @Test
    void texts() {
        assertThat(Spread.of(1, 2.345, 9).text(2)).isEqualTo("2.35 (1.00 to 9.00)");
        assertThat(Spread.of(.5, .961, 1).percent()).isEqualTo("96.1 % (50.0 to 100.0)");
    }
}
