package org.swav4j.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.swav4j.GoldenSet;
import org.swav4j.comm.Alone;
import tools.jackson.databind.JsonNode;

class SwappedPredictionTest {
    @Test
    void reproducesTheReferencesLossAndGradient() {
        GoldenSet golden = GoldenSet.resource("g2_loss");
        double worstLoss = 0;
        double worstGradient = 0;
        double worstCodes = 0;
        for (JsonNode c : golden.hyper().get("cases")) {
            try (PointerScope scope = new PointerScope()) {
                String name = c.get("name").asString();
                int batch = c.get("bs").asInt();
                List<Integer> assigned = new ArrayList<>();
                c.get("crops_for_assign").forEach(i -> assigned.add(i.asInt()));
                Tensor scores = golden.tensor(name + "/output").requires_grad_(true);
                Sinkhorn sinkhorn = new Sinkhorn(
                        c.get("epsilon").asDouble(),
                        c.get("sinkhorn_iterations").asInt(),
                        new Alone());
                List<Tensor> codes = new ArrayList<>();
                for (int i = 0; i < assigned.size(); i++) {
                    Tensor own = sinkhorn.codes(scores.narrow(0, (long) assigned.get(i) * batch, batch));
                    worstCodes = Math.max(
                            worstCodes, GoldenSet.maxDifference(own, golden.tensor(name + "/q" + assigned.get(i))));
                    codes.add(own);
                }
                Tensor loss = new SwappedPrediction(c.get("temperature").asDouble(), assigned).loss(scores, codes);
                loss.backward();
                double lossError = Math.abs(loss.item_double() - c.get("loss").asDouble());
                double gradientError = GoldenSet.maxDifference(scores.grad(), golden.tensor(name + "/dloss_doutput"));
                worstLoss = Math.max(worstLoss, lossError);
                worstGradient = Math.max(worstGradient, gradientError);
                assertThat(lossError).as(name).isLessThanOrEqualTo(1e-6);
                assertThat(gradientError).as(name).isLessThanOrEqualTo(1e-7);
            }
        }
        assertThat(worstCodes).isLessThan(1e-6);
        System.out.printf(
                "g2: max |loss - reference| = %.2e, max |gradient - reference| = %.2e%n", worstLoss, worstGradient);
    }

    @Test
    void byHandForTwoCropsOfOneSample() {
        try (PointerScope scope = new PointerScope()) {
            // softmax of scores/τ: crop 0 [3/4, 1/4], crop 1 [1/2, 1/2]; codes: crop 0 [1, 0], crop 1 [.2, .8]
            double tau = 0.1;
            Tensor scores =
                    Tensor.create(new double[] {tau * Math.log(3), 0, 0, 0}).view(2, 2);
            List<Tensor> codes = List.of(
                    Tensor.create(new double[] {1, 0}).view(1, 2),
                    Tensor.create(new double[] {0.2, 0.8}).view(1, 2));
            double expected = (-Math.log(0.5) - 0.2 * Math.log(0.75) - 0.8 * Math.log(0.25)) / 2;
            assertThat(new SwappedPrediction(tau, List.of(0, 1))
                            .loss(scores, codes)
                            .item_double())
                    .isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-12));
        }
    }

    @Test
    void uniformScoresAndCodesCostTheLogarithmOfK() {
        try (PointerScope scope = new PointerScope()) {
            Tensor scores = torch.zeros(6 * 4, 32);
            Tensor uniform = torch.full(new long[] {4, 32}, new org.bytedeco.pytorch.Scalar(1 / 32.0));
            double loss = new SwappedPrediction(0.1, List.of(0, 1))
                    .loss(scores, List.of(uniform, uniform))
                    .item_double();
            assertThat(loss).isCloseTo(Math.log(32), org.assertj.core.data.Offset.offset(1e-6));
        }
    }
}
