package org.swav4j.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.swav4j.GoldenSet;
import tools.jackson.databind.JsonNode;

class LearningRateTest {
    @Test
    void reproducesTheReferencesSchedules() {
        GoldenSet golden = GoldenSet.resource("g4_lr");
        double worst = 0;
        for (JsonNode c : golden.hyper().get("cases")) {
            String name = c.get("name").asString();
            LearningRate schedule = new LearningRate(
                    new ScheduleConfig(
                            c.get("base_lr").asDouble(),
                            c.get("final_lr").asDouble(),
                            c.get("warmup_epochs").asInt(),
                            c.get("start_warmup").asDouble()),
                    c.get("epochs").asInt(),
                    c.get("iters_per_epoch").asInt());
            double[] expected = golden.doubles(name);
            for (int step = 0; step < expected.length; step++) {
                assertThat(schedule.at(step))
                        .as(name + " step " + step)
                        .isCloseTo(expected[step], Offset.offset(1e-12));
                worst = Math.max(worst, Math.abs(schedule.at(step) - expected[step]));
            }
        }
        System.out.printf("g4: max |lr - reference| = %.2e%n", worst);
    }

    @Test
    void staysAtTheFinalRateBeyondTheEnd() {
        LearningRate schedule = new LearningRate(new ScheduleConfig(0.6, 0.1, 0, 0), 2, 3);
        assertThat(schedule.at(6)).isEqualTo(0.1);
        assertThat(schedule.at(100)).isEqualTo(0.1);
    }

    @Test
    void refusesAWarmUpLongerThanTheRun() {
        assertThatThrownBy(() -> new LearningRate(new ScheduleConfig(0.6, 0, 5, 0), 4, 10))
                .hasMessage("warmup-epochs (5) must not exceed epochs (4)");
    }
}
