package org.swav4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WavesTest {
    @Test
    void turnsAreTheAngleWithinTheStatedError() {
        for (int degree = -179; degree <= 180; degree++) {
            double angle = Math.toRadians(degree);
            for (double radius : new double[] {0.01, 1, 300}) {
                assertThat(Waves.turns(radius * Math.sin(angle), radius * Math.cos(angle)))
                        .as("%d degrees", degree)
                        .isCloseTo(degree == 180 ? 0.5 : degree / 360.0, within(0.0003));
            }
        }
        assertThat(Waves.turns(0, 0)).isZero();
    }

    @Test
    void triangleIsOneAtIntegersAndMinusOneHalfway() {
        assertThat(Waves.triangle(-3)).isEqualTo(1);
        assertThat(Waves.triangle(0.25)).isZero();
        assertThat(Waves.triangle(2.5)).isEqualTo(-1);
    }

    @Test
    void offCentreIsTheSignedDistanceToTheNearestInteger() {
        assertThat(Waves.offCentre(2.25)).isEqualTo(0.25);
        assertThat(Waves.offCentre(-0.25)).isEqualTo(-0.25);
        assertThat(Waves.offCentre(1.5)).isEqualTo(-0.5);
    }
}
