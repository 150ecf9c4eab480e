package org.swav4j.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DecayTest {
    @Test
    void stepFallsAtThePapersEpochs() {
        int perEpoch = 50;
        long steps = 20L * perEpoch;
        for (int epoch = 0; epoch < 20; epoch++) {
            double expected = epoch < 12 ? 1 : epoch < 16 ? 0.2 : 0.04;
            assertThat(Decay.STEP.factor((long) epoch * perEpoch, steps))
                    .as("first step of epoch %d", epoch)
                    .isEqualTo(expected);
            assertThat(Decay.STEP.factor((long) epoch * perEpoch + perEpoch - 1, steps))
                    .as("last step of epoch %d", epoch)
                    .isEqualTo(expected);
        }
    }

    @Test
    void cosineFallsFromOneToNought() {
        double[] expected = {1, 0.9330127, 0.75, 0.5, 0.25, 0.0669873};
        for (int i = 0; i < expected.length; i++) {
            assertThat(Decay.COSINE.factor(i, 6)).isCloseTo(expected[i], within(1e-7));
        }
        assertThat(Decay.COSINE.factor(999, 1000)).isBetween(0.0, 1e-5);
    }

    @Test
    void namesAreThoseOfTheCommandLine() {
        assertThat(Decay.parse("step")).isEqualTo(Decay.STEP);
        assertThat(Decay.parse("cosine")).isEqualTo(Decay.COSINE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Decay.parse("linear"))
                .withMessage("'linear': must be one of step, cosine");
    }
}
