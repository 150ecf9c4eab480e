package org.swav4j.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.swav4j.optim.Sgd;
import org.swav4j.tensor.StateDict;

class SgdSweepTest {
    private static final List<SgdSweep.Point> POINTS =
            List.of(new SgdSweep.Point(.1, 0), new SgdSweep.Point(.5, 1e-2), new SgdSweep.Point(.02, 1e-1));

    @Test
    void eachSettingComesOutAsAlone() {
        try (PointerScope scope = new PointerScope()) {
            FeatureRows rows = Clouds.of(50, 4, 3, 1, 5);
            SgdSweep sweep = new SgdSweep(3, 16, .9, 7);
            double[][] together = sweep.train(rows.features(), rows.labels(), 3, POINTS);
            for (int i = 0; i < POINTS.size(); i++) {
                double[] alone = sweep.train(rows.features(), rows.labels(), 3, List.of(POINTS.get(i)))[0];
                assertThat(together[i]).containsExactly(alone, within(1e-5));
            }
            assertThat(together[0]).isNotEqualTo(together[1]);
        }
    }

    /** The whole set as one batch, so that the order does not matter, against autograd and libtorch's rule. */
    @Test
    void isSgdOfTheCrossEntropy() {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = new StateDict()) {
            FeatureRows rows = Clouds.of(50, 4, 3, 1, 5);
            Tensor weight = parameters.add("weight", torch.zeros(3, 4).set_requires_grad(true));
            Tensor bias = parameters.add("bias", torch.zeros(3).set_requires_grad(true));
            ProbeSchedule schedule = new ProbeSchedule.Cosine(.5, 4);
            try (Sgd sgd = new Sgd(.9, 1e-2, parameters)) {
                for (int epoch = 0; epoch < 4; epoch++) {
                    sgd.zeroGradients();
                    Tensor logits = torch.linear(rows.features(), weight, new TensorOptional(bias));
                    torch.cross_entropy_loss(logits, rows.labelTensor()).backward();
                    sgd.step(schedule.at(epoch));
                }
            }
            float[] expected = new float[15];
            new FloatPointer(weight.data_ptr()).get(expected, 0, 12);
            new FloatPointer(bias.data_ptr()).get(expected, 12, 3);
            double[] found = new SgdSweep(4, 50, .9, 7).train(rows.features(), rows.labels(), 3, POINTS)[1];
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isCloseTo(expected[i], within(1e-5));
            }
            assertThat(Arrays.stream(found).sum()).isNotZero();
        }
    }
}
