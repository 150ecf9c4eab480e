package org.swav4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.bench.CountedRanks.Count;
import org.swav4j.comm.GradientCompression;
import org.swav4j.profile.Phase;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Setting;

class StepTrafficTest {
    /** What goes into docs/scaling.md for sizes that nobody can run here is what a real step hands over. */
    @ParameterizedTest
    @CsvSource({
        "2, resnet18, '2x32@0.3-1,2x16@0.1-0.3', 30, NONE",
        "64, resnet50w0.25, '2x32@0.3-1,2x16@0.1-0.3', 70, BF16",
        "3, resnet10w0.25, 2x32@0.3-1, 12, NONE"
    })
    void theReckoningIsWhatARealStepHandsOver(
            int world, String arch, String crops, String prototypes, GradientCompression compression) {
        PretrainConfig config = Workload.small(192)
                .with(Setting.ARCH, arch)
                .with(Setting.CROPS, crops)
                .with(Setting.PROTOTYPES, prototypes)
                .config();
        assertThat(StepTraffic.counted(config, world, compression))
                .isEqualTo(StepTraffic.reckoned(config, compression))
                .allSatisfy((phase, count) -> assertThat(count.bytes()).isPositive());
    }

    /** ResNet-50 has 53 batch norms of 26,560 channels, the head one of 2,048, and 28 million parameters. */
    @Test
    void ofThePapersNetwork() {
        var traffic = StepTraffic.reckoned(Workload.paper(4096).config(), GradientCompression.NONE);
        assertThat(traffic.get(Phase.FORWARD))
                .isEqualTo(new Count(2 * 53 + 1, 8 * (2 * (2 * 26_560 + 53) + 2 * 2048 + 1)));
        assertThat(traffic.get(Phase.BACKWARD)).isEqualTo(new Count(2 * 53 + 1, 4 * (2 * 2 * 26_560 + 2 * 2048)));
        assertThat(traffic.get(Phase.CODES)).isEqualTo(new Count(2 * 4, 2 * 8 * (1 + 3 * 3000)));
        assertThat(traffic.get(Phase.GRADIENTS).bytes())
                .isEqualTo(4L * (23_508_032 + 2048 * 2048 + 2048 + 4096 + 2048 * 128 + 128 + 3000 * 128));
    }
}
