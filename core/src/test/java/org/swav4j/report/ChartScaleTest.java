package org.swav4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChartScaleTest {
    @Test
    void fewPlacesOfALogarithmicAxisAreItsTicks() {
        ChartScale scale = ChartScale.log(new double[] {.01, .05, .1, .5, 1, .01});
        assertThat(scale.ticks()).containsExactly(.01, .05, .1, .5, 1.0);
        assertThat(scale.position(.01)).isZero();
        assertThat(scale.position(.1)).isCloseTo(.5, within(1e-12));
        assertThat(scale.position(1)).isEqualTo(1);
    }

    @Test
    void manyPlacesOfALogarithmicAxisHaveRoundTicks() {
        double[] values = IntStream.rangeClosed(1, 96).mapToDouble(i -> i).toArray();
        assertThat(ChartScale.log(values).ticks()).containsExactly(1.0, 2.0, 5.0, 10.0, 20.0, 50.0);
        double[] rates = IntStream.rangeClosed(0, 50)
                .mapToDouble(i -> Math.pow(10, -5 + i / 10.0))
                .toArray();
        assertThat(ChartScale.log(rates).ticks()).containsExactly(1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0);
    }

    @Test
    void aLinearAxisHasRoundTicksAndBeginsAtZeroUnlessThatLeavesValuesLittleRoom() {
        assertThat(ChartScale.linear(new double[] {.2, .79}, true, false).ticks())
                .hasSize(5)
                .satisfies(t -> assertThat(t.get(0)).isZero())
                .satisfies(t -> assertThat(t.get(4)).isCloseTo(.8, within(1e-12)));
        ChartScale high = ChartScale.linear(new double[] {.91, .94}, true, false);
        assertThat(high.low()).isCloseTo(.91, within(1e-9));
        assertThat(high.high()).isCloseTo(.94, within(1e-9));
        assertThat(ChartScale.linear(new double[] {.7, .999}, true, false).high())
                .isLessThanOrEqualTo(1);
    }

    @Test
    void countsHaveNoTicksBetweenThem() {
        assertThat(ChartScale.linear(new double[] {1, 2, 3}, false, true).ticks())
                .containsExactly(1.0, 2.0, 3.0);
    }

    @Test
    void oneValueAndNoneHaveAnAxisToo() {
        for (double value : new double[] {0, .3, -4, 1e9}) {
            ChartScale scale = ChartScale.linear(new double[] {value, value}, false, false);
            assertThat(scale.position(value)).isBetween(0.0, 1.0);
            assertThat(scale.ticks()).hasSizeBetween(2, 12);
        }
        assertThat(ChartScale.linear(new double[0], true, false).ticks()).isNotEmpty();
        assertThat(ChartScale.log(new double[] {.1}).position(.1)).isCloseTo(.5, within(1e-12));
        assertThat(ChartScale.log(new double[0]).ticks()).isNotEmpty();
    }
}
