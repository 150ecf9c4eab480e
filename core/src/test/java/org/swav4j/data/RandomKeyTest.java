package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RandomKeyTest {

    @Test
    void neighbouringKeysGiveUnrelatedStreams() {
        Set<Long> seen = new HashSet<>();
        double sum = 0;
        int n = 0;
        for (int seed = 0; seed < 10; seed++) {
            for (int epoch = 0; epoch < 20; epoch++) {
                for (int index = -50; index < 50; index++) {
                    SplittableRandom random = RandomKey.of(seed, epoch, index);
                    sum += random.nextDouble();
                    seen.add(random.nextLong());
                    n++;
                }
            }
        }
        assertThat(seen).hasSize(n);
        assertThat(sum / n).isCloseTo(.5, within(.01));
    }

    @Test
    void partsOfTheKeyAreNotInterchangeable() {
        assertThat(RandomKey.of(1, 2, 3).nextLong())
                .isNotEqualTo(RandomKey.of(1, 3, 2).nextLong());
        assertThat(RandomKey.of(1, 2, 3).nextLong())
                .isNotEqualTo(RandomKey.of(2, 1, 3).nextLong());
    }

    /** Runs must repeat on any Java: these values were the same on 17 and 25. */
    @Test
    void streamsArePinned() {
        SplittableRandom random = RandomKey.of(31, 7, 42);
        assertThat(random.nextLong()).isEqualTo(248358324098495278L);
        assertThat(random.nextDouble()).isEqualTo(0.24326123135032585);
        assertThat(random.split().nextLong()).isEqualTo(7133048800287903938L);
    }
}
