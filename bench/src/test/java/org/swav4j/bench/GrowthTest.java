package org.swav4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthTest {
    @Test
    void aStraightLineHasItsInterceptAndSlope() {
        Growth growth = Growth.of(List.of(0.0, 1.0, 4.0), List.of(3.0, 5.0, 11.0));
        assertThat(growth.fixed()).isEqualTo(3, within(1e-12));
        assertThat(growth.perUnit()).isEqualTo(2, within(1e-12));
    }

    /** 5·x² at 1, 2 and 8; the 0 has no logarithm and is left out of the exponent. */
    @Test
    void aPowerHasItsExponent() {
        Growth growth = Growth.of(List.of(0.0, 1.0, 2.0, 8.0), List.of(0.0, 5.0, 20.0, 320.0));
        assertThat(growth.exponent()).isEqualTo(2, within(1e-12));
    }
}
