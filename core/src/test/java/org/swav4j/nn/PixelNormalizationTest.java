package org.swav4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.swav4j.Tensors;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.ComputeDevice;

class PixelNormalizationTest {
    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] STD = {0.228, 0.224, 0.225};

    @ParameterizedTest
    @EnumSource(
            value = MemoryFormat.class,
            names = {"Contiguous", "ChannelsLast"})
    void everyPixelIsShiftedAndScaledByItsChannel(MemoryFormat layout) {
        try (PointerScope scope = new PointerScope()) {
            Tensor pixels = Tensors.pixels(1, 2, 3, 5, 3);
            Tensor normalised = new PixelNormalization(new Placement(ComputeDevice.CPU, layout)).apply(pixels);
            assertThat(normalised.shape()).containsExactly(2, 3, 3, 5);
            assertThat(normalised.scalar_type().intern()).isEqualTo(ScalarType.Float);
            assertThat(normalised.is_contiguous(layout)).isTrue();
            double[] in = Tensors.doubles(pixels);
            double[] out = Tensors.doubles(normalised);
            for (int i = 0; i < in.length; i++) {
                int channel = i % 3;
                int place = i / 3 % 15;
                int image = i / 45;
                double expected = (in[i] / 255 - MEAN[channel]) / STD[channel];
                assertThat(out[(image * 3 + channel) * 15 + place]).isCloseTo(expected, Offset.offset(1e-6));
            }
        }
    }

    /** 255 in red: (1 − .485) / .228 = 2.25877; with the customary .229 it would be 2.24891. */
    @Test
    void redHasTheReferencesStandardDeviation() {
        try (PointerScope scope = new PointerScope()) {
            Tensor white =
                    Tensors.floats(new double[] {255, 255, 255}, 1, 1, 1, 3).to(ScalarType.Byte);
            assertThat(Tensors.doubles(new PixelNormalization(Placement.CPU).apply(white)))
                    .containsExactly(new double[] {2.2587719, 2.4285714, 2.64}, Offset.offset(1e-6));
        }
    }

    @Test
    void theInputStaysAsItIs() {
        try (PointerScope scope = new PointerScope()) {
            Tensor pixels = Tensors.pixels(1, 2, 4, 4, 3);
            Tensor before = pixels.clone();
            new PixelNormalization(Placement.CPU).apply(pixels);
            assertThat(pixels.equal(before)).isTrue();
        }
    }

    @Test
    void otherTypesAndShapesAreRefused() {
        PixelNormalization normalization = new PixelNormalization(Placement.CPU);
        try (PointerScope scope = new PointerScope()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> normalization.apply(Tensors.gaussian(1, 2, 4, 4, 3)))
                    .withMessageContainingAll("pixels must be uint8 [N, H, W, 3]", "Float", "[2, 4, 4, 3]");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> normalization.apply(Tensors.pixels(1, 2, 3, 4, 4)))
                    .withMessageContaining("[2, 3, 4, 4]");
            assertThatIllegalArgumentException().isThrownBy(() -> normalization.apply(Tensors.pixels(1, 4, 4, 3)));
        }
    }
}
