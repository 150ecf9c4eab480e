package org.swav4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlopCountTest {
    private static FlopCount of(String name, Stem stem) {
        return new FlopCount(Architecture.parse(name), stem);
    }

    /** Multiply-adds that torchvision's networks were counted to do, by a hook on every layer, less the classifier. */
    @ParameterizedTest
    @CsvSource({
        "resnet18, 224, 1814073344, 512000",
        "resnet18, 65, 223765696, 512000",
        "resnet34, 96, 673353728, 512000",
        "resnet50, 224, 4089184256, 2048000",
        "resnet50, 96, 752746496, 2048000",
        "resnet50, 65, 506025152, 2048000",
        "resnet101, 224, 7801405440, 2048000",
        "resnet152, 96, 2116419584, 2048000",
    })
    void isTorchvisionsCountTwiceOver(String name, int side, long multiplyAdds, long classifier) {
        assertThat(of(name, Stem.IMAGENET).trunk(side)).isEqualTo(2 * (multiplyAdds - classifier));
    }

    @Test
    void resNet50HasThePublishedFourPointOneBillionMultiplyAdds() {
        assertThat(of("resnet50", Stem.IMAGENET).trunk(224) / 2e9).isEqualTo(4.1, within(0.05));
    }

    /**
     * By hand, ResNet-10 at width 0.016 has 1, 1, 2, 4 and 8 channels. 5 pixels stay 5 after the small stem, then become 3, 2 and
     * 1. Multiply-adds: stem 3·1·9·25 = 675; stage 1 two of 1·1·9·25 = 450; stage 2 (1·2·9 + 2·2·9 + 1·2)·9 = 504; stage 3
     * (2·4·9 + 4·4·9 + 2·4)·4 = 896; stage 4 (4·8·9 + 8·8·9 + 4·8)·1 = 896.
     */
    @Test
    void aSmallNetworkByHand() {
        FlopCount count = of("resnet10w0.016", Stem.SMALL);
        assertThat(count.trunk(5)).isEqualTo(2 * (675 + 450 + 504 + 896 + 896));
        assertThat(count.trunkTraining(5)).isEqualTo(3 * 2 * (675 + 450 + 504 + 896 + 896) - 2 * 675);
    }

    /** The stem of stride 2 sees 10 pixels as 5: the trunk behind it is that of {@link #aSmallNetworkByHand}. */
    @Test
    void theStrideOfTheStemHalvesWhatFollows() {
        assertThat(of("resnet10w0.016", Stem.SMALL_STRIDE2).trunk(10))
                .isEqualTo(of("resnet10w0.016", Stem.SMALL).trunk(5));
    }

    @Test
    void doubleWidthIsFourTimesTheWorkButForThePixels() {
        FlopCount once = of("resnet50", Stem.IMAGENET);
        FlopCount twice = of("resnet50w2", Stem.IMAGENET);
        long stem = 2L * 3 * 64 * 49 * 112 * 112;
        assertThat(twice.trunk(224) - 2 * stem).isEqualTo(4 * (once.trunk(224) - stem));
    }

    /** 2048·2048 + 2048·128 weights; 128 by 3000 scores; 100 rows of 3000 twice in each of three iterations. */
    @Test
    void headScoresAndCodes() {
        FlopCount count = of("resnet50", Stem.IMAGENET);
        assertThat(count.headTraining(2048, 128)).isEqualTo(6L * (2048 * 2048 + 2048 * 128));
        assertThat(count.headTraining(0, 128)).isEqualTo(6L * 2048 * 128);
        assertThat(FlopCount.scoresTraining(128, List.of(3000))).isEqualTo(6L * 128 * 3000);
        assertThat(FlopCount.scores(3840, 128, List.of(3000, 1000))).isEqualTo(2L * 3840 * 128 * 4000);
        assertThat(FlopCount.codes(100, 3, List.of(3000))).isEqualTo(3L * 2 * 2 * 100 * 3000);
    }
}
