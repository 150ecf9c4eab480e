package org.swav4j.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.GoldenSet;
import org.swav4j.comm.Alone;
import org.swav4j.comm.ThreadRanks;
import tools.jackson.databind.JsonNode;

class SinkhornTest {
    @Test
    void reproducesTheReferenceWhereThatIsFiniteAndTheTruthWhereItIsNot() {
        GoldenSet golden = GoldenSet.resource("g1_sinkhorn");
        double worst = 0;
        int notFinite = 0;
        for (JsonNode c : golden.hyper().get("cases")) {
            try (PointerScope scope = new PointerScope()) {
                String name = c.get("name").asString();
                double epsilon = c.get("epsilon").asDouble();
                int iterations = c.get("iterations").asInt();
                Tensor scores = golden.tensor(name + "/scores");
                Tensor codes = new Sinkhorn(epsilon, iterations, new Alone()).codes(scores);
                Tensor reference = golden.tensor(name + "/codes");
                boolean finite = reference.isfinite().all().item_bool();
                Tensor expected = finite ? reference : logDomain(scores, epsilon, iterations);
                double difference = GoldenSet.maxDifference(codes, expected);
                assertThat(difference).as(name).isLessThan(1e-6);
                worst = Math.max(worst, difference);
                if (!finite) {
                    notFinite++;
                    assertThat(rowSumError(codes)).as(name).isLessThan(1e-6);
                }
            }
        }
        System.out.printf("g1: max |codes - reference| = %.2e over all cases%n", worst);
        assertThat(notFinite).isGreaterThanOrEqualTo(4);
    }

    @Test
    void byHandForTwoSamplesAndTwoPrototypes() {
        try (PointerScope scope = new PointerScope()) {
            // exp(s/ε) = [[4, 1], [1, 1]]: prototype sums 5 and 2, then per sample 4/5 : 1/2 and 1/5 : 1/2
            double epsilon = 0.5;
            Tensor scores =
                    Tensor.create(new double[] {epsilon * Math.log(4), 0, 0, 0}).view(2, 2);
            Tensor codes = new Sinkhorn(epsilon, 1, new Alone()).codes(scores);
            Tensor expected = Tensor.create(new double[] {8 / 13.0, 5 / 13.0, 2 / 7.0, 5 / 7.0})
                    .view(2, 2);
            assertThat(GoldenSet.maxDifference(codes, expected)).isLessThan(1e-7);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.005, 16, 300", "0.005, 300, 16", "0.05, 1, 5", "0.01, 64, 64"})
    void isFiniteAndSumsToOneForTheWorstCosines(double epsilon, int batch, int prototypes) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(5);
            Tensor scores = torch.rand(batch, prototypes).mul(new Scalar(2.0)).sub(new Scalar(1.0));
            scores.select(1, 0).fill_(new Scalar(-1.0));
            scores.select(0, 0).fill_(new Scalar(1.0));
            Tensor codes = new Sinkhorn(epsilon, 3, new Alone()).codes(scores);
            assertThat(codes.isfinite().all().item_bool()).isTrue();
            assertThat(rowSumError(codes)).isLessThan(1e-6);
        }
    }

    @Test
    void allEqualScoresGiveUniformCodes() {
        try (PointerScope scope = new PointerScope()) {
            Tensor codes = new Sinkhorn(0.005, 3, new Alone()).codes(torch.full(new long[] {6, 9}, new Scalar(0.7)));
            assertThat(GoldenSet.maxDifference(codes, torch.full(new long[] {6, 9}, new Scalar(1 / 9.0))))
                    .isLessThan(1e-7);
        }
    }

    @Test
    void manyIterationsBalanceThePrototypes() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(6);
            Tensor scores = torch.randn(40, 8).mul(new Scalar(0.3));
            Tensor mass = new Sinkhorn(0.05, 200, new Alone()).codes(scores).sum(new long[] {0});
            assertThat(GoldenSet.maxDifference(mass, torch.full(new long[] {8}, new Scalar(5.0))))
                    .isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @CsvSource({"2", "3"})
    void ranksTogetherGiveTheCodesOfOne(int world) {
        torch.manual_seed(7);
        Tensor scores = torch.randn(12, 10).mul(new Scalar(0.4));
        Tensor alone = new Sinkhorn(0.05, 3, new Alone()).codes(scores);
        List<Tensor> shares = new ArrayList<>(ThreadRanks.run(world, collective -> {
            long rows = 12 / world;
            return new Sinkhorn(0.05, 3, collective).codes(scores.narrow(0, collective.rank() * rows, rows));
        }));
        Tensor together = torch.cat(new org.bytedeco.pytorch.TensorVector(shares.toArray(Tensor[]::new)), 0);
        assertThat(GoldenSet.maxDifference(together, alone)).isLessThan(1e-7);
    }

    private static double rowSumError(Tensor codes) {
        Tensor sums = codes.to(ScalarType.Double).sum(new long[] {1});
        return GoldenSet.maxDifference(sums, torch.ones_like(sums));
    }

    /** An independent computation, logarithms throughout. */
    private static Tensor logDomain(Tensor scores, double epsilon, int iterations) {
        Tensor q = scores.to(ScalarType.Double).div(new Scalar(epsilon)).t();
        long prototypes = q.size(0);
        long samples = q.size(1);
        q = q.sub(torch.logsumexp(q, new long[] {0, 1}, true));
        for (int i = 0; i < iterations; i++) {
            q = q.sub(torch.logsumexp(q, new long[] {1}, true)).sub(new Scalar(Math.log(prototypes)));
            q = q.sub(torch.logsumexp(q, new long[] {0}, true)).sub(new Scalar(Math.log(samples)));
        }
        return q.add(new Scalar(Math.log(samples))).exp().t();
    }
}
