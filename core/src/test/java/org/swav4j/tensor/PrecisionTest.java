package org.swav4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.CompletableFuture;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.swav4j.Tensors;

class PrecisionTest {
    @Test
    void productsAreBfloat16WithinTheRegionOnly() {
        assertThat(productType()).isEqualTo(ScalarType.Float);
        try (Precision.Region region = Precision.BF16.on(DeviceType.CPU)) {
            assertThat(productType()).isEqualTo(ScalarType.BFloat16);
        }
        assertThat(productType()).isEqualTo(ScalarType.Float);
        try (Precision.Region region = Precision.FP32.on(DeviceType.CPU)) {
            assertThat(productType()).isEqualTo(ScalarType.Float);
        }
    }

    @Test
    void theRegionEndsWhenItsBodyFails() {
        try (Precision.Region region = Precision.BF16.on(DeviceType.CPU)) {
            throw new IllegalStateException("body");
        } catch (IllegalStateException e) {
            assertThat(productType()).isEqualTo(ScalarType.Float);
        }
    }

    @Test
    void otherThreadsAreNotConcerned() {
        try (Precision.Region region = Precision.BF16.on(DeviceType.CPU)) {
            assertThat(CompletableFuture.supplyAsync(PrecisionTest::productType).join())
                    .isEqualTo(ScalarType.Float);
        }
    }

    /** Autocast keeps a bfloat16 copy of a weight; one that outlived its region would be stale after an optimiser's step. */
    @Test
    void aLaterRegionSeesChangedWeights() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.gaussian(1, 4, 4).set_requires_grad(true);
            Tensor x = Tensors.gaussian(2, 3, 4);
            double[] first = product(x, weight);
            try (NoGradGuard noGrad = new NoGradGuard()) {
                weight.mul_(new Scalar(2.0));
            }
            double[] second = product(x, weight);
            for (int i = 0; i < first.length; i++) {
                assertThat(second[i]).isEqualTo(2 * first[i]);
            }
        }
    }

    private static double[] product(Tensor x, Tensor weight) {
        try (Precision.Region region = Precision.BF16.on(DeviceType.CPU)) {
            return Tensors.doubles(torch.mm(x, weight));
        }
    }

    private static ScalarType productType() {
        try (PointerScope scope = new PointerScope()) {
            return torch.mm(torch.ones(2, 2), torch.ones(2, 2)).scalar_type().intern();
        }
    }

    @Test
    void parsesItsNames() {
        for (Precision precision : Precision.values()) {
            assertThat(Precision.parse(precision.toString())).isEqualTo(precision);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Precision.parse("fp16"))
                .withMessage("'fp16' is not a precision: fp32, bf16");
    }
}
