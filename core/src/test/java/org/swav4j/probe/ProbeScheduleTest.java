package org.swav4j.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeScheduleTest {
    @Test
    void cosineAsTorchsCosineAnnealing() {
        ProbeSchedule schedule = new ProbeSchedule.Cosine(.3, 100);
        assertThat(schedule.at(0)).isEqualTo(.3);
        assertThat(schedule.at(50)).isCloseTo(.15, within(1e-15));
        assertThat(schedule.at(99)).isCloseTo(.3 / 2 * (1 - Math.cos(Math.PI / 100)), within(1e-12));
    }

    @Test
    void stepsDivideByTenEach() {
        ProbeSchedule schedule = new ProbeSchedule.Steps(.01, List.of(7, 14, 21));
        assertThat(schedule.at(6)).isEqualTo(.01);
        assertThat(schedule.at(7)).isCloseTo(1e-3, within(1e-15));
        assertThat(schedule.at(20)).isCloseTo(1e-4, within(1e-15));
        assertThat(schedule.at(27)).isCloseTo(1e-5, within(1e-15));
    }
}
