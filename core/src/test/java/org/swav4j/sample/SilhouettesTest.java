package org.swav4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SilhouettesTest {
    /** A pose shows the plane's [-1, 1] square over at most nine tenths of the picture, so nothing may reach far outside it. */
    @ParameterizedTest
    @EnumSource(SampleClass.class)
    void everyOutlineFillsItsSquareAndStaysInside(SampleClass subject) {
        for (double form : new double[] {-1, 0, 1}) {
            int inside = 0;
            double reach = 0;
            for (int i = -150; i <= 150; i++) {
                for (int j = -150; j <= 150; j++) {
                    double x = i / 100.0;
                    double y = j / 100.0;
                    if (subject.silhouette.distance(x, y, form) < 0) {
                        inside++;
                        reach = Math.max(reach, Math.max(Math.abs(x), Math.abs(y)));
                    }
                }
            }
            assertThat(reach).as("%s, form %s", subject, form).isBetween(0.75, 1.3);
            assertThat(inside / 40_000.0).as("%s, form %s", subject, form).isBetween(0.1, 0.8);
        }
    }

    @Test
    void handWorkedDistances() {
        assertThat(Silhouettes.ring(0, 0, 0)).isCloseTo(0.46, within(1e-12));
        assertThat(Silhouettes.ring(0.73, 0, 0)).isCloseTo(-0.27, within(1e-12));
        assertThat(Silhouettes.tile(1.78, 0, 0)).isCloseTo(1, within(1e-12));
        assertThat(Silhouettes.star(0, 1.5, 0)).isCloseTo(0.5, within(1e-12));
        assertThat(Silhouettes.cross(0, 0.95, 0)).isCloseTo(0, within(1e-12));
        assertThat(Silhouettes.gear(0, 0, 0)).isCloseTo(0.27, within(1e-12));
    }

    @Test
    void aStarLooksTheSameTurnedByAFifth() {
        double cos = Math.cos(0.4 * Math.PI);
        double sin = Math.sin(0.4 * Math.PI);
        for (double x = -1; x <= 1; x += 0.13) {
            for (double y = -1; y <= 1; y += 0.13) {
                assertThat(Silhouettes.star(cos * x - sin * y, sin * x + cos * y, 0.5))
                        .isCloseTo(Silhouettes.star(x, y, 0.5), within(1e-9));
            }
        }
    }
}
