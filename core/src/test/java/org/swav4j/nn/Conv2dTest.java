package org.swav4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.Tensors;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

class Conv2dTest {
    /** Small crops end in single pixels, where libtorch's own bfloat16 gradient of the weight is garbage. */
    @ParameterizedTest
    @CsvSource({"3, 1, 1", "3, 2, 1", "3, 2, 2", "3, 2, 3", "1, 2, 1", "7, 2, 1"})
    void valuesAndGradientsAreRightInEitherPrecisionDownToASinglePixel(int kernel, int stride, int side) {
        RandomState.seed(5);
        ModuleState modules = new ModuleState(Placement.CPU);
        try (PointerScope scope = new PointerScope();
                StateDict owned = modules.all()) {
            Conv2d convolution = new Conv2d(modules, 64, 32, kernel, stride);
            Tensor weight = owned.get("weight");
            Tensor x = Tensors.gaussian(3, 16, 64, side, side);
            Tensor exactWeight = weight.detach().to(ScalarType.Double).contiguous();
            exactWeight.set_requires_grad(true);
            long[] pads = {kernel / 2, kernel / 2};
            Tensor exact = torch.conv2d(
                    x.to(ScalarType.Double),
                    exactWeight,
                    new TensorOptional(),
                    new long[] {stride, stride},
                    pads,
                    new long[] {1, 1},
                    1);
            exact.pow(new Scalar(2.0)).sum().backward();
            for (Precision precision : Precision.values()) {
                weight.mutable_grad().reset();
                Tensor y;
                try (Precision.Region region = precision.on(ComputeDevice.CPU.type())) {
                    y = convolution.forward(x.contiguous(MemoryFormat.ChannelsLast));
                }
                y.to(ScalarType.Float).pow(new Scalar(2.0)).sum().backward();
                double tolerance = precision == Precision.FP32 ? 1e-5 : 2e-2;
                assertThat(relative(y, exact)).as("%s values", precision).isLessThan(tolerance);
                assertThat(relative(weight.grad(), exactWeight.grad()))
                        .as("%s gradient", precision)
                        .isLessThan(tolerance);
            }
        }
    }

    private static double relative(Tensor found, Tensor wanted) {
        Tensor difference = found.detach().to(ScalarType.Double).sub(wanted.detach());
        return difference.norm().item_double() / wanted.detach().norm().item_double();
    }
}
