package org.swav4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.ThreadRanks;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.tensor.StateDict;

class BatchNormTest {
    private static final int CHANNELS = 3;
    private static final int BATCH = 9;
    private static final int SIDE = 4;
    private static final double EPSILON = 1e-5;
    private static final double[] WEIGHT = {1.5, -0.7, 0.2};
    private static final double[] BIAS = {0.1, 0.3, -2};

    /** Everything a pass leaves, of one rank. */
    @SuppressWarnings("ArrayRecordComponent") // compared by the arrays' values, never as records
    private record Outcome(
            double[] y,
            double[] inputGradient,
            double[] weightGradient,
            double[] biasGradient,
            double[] mean,
            double[] variance,
            long batches) {}

    /** Forward and backward of samples {@code first} and on of the batch; loss = Σ y·g. */
    private static Outcome pass(Collective collective, boolean images, int first, int count) {
        ModuleState modules = new ModuleState(Placement.CPU);
        // the scope keeps the hook alive until backward
        try (PointerScope scope = new PointerScope();
                StateDict state = modules.all()) {
            BatchNorm norm = new BatchNorm(modules.under("bn"), CHANNELS, collective);
            try (NoGradGuard noGrad = new NoGradGuard()) {
                state.get("bn.weight").copy_(Tensors.floats(WEIGHT, CHANNELS));
                state.get("bn.bias").copy_(Tensors.floats(BIAS, CHANNELS));
            }
            Tensor x =
                    input(images).narrow(0, first, count).contiguous().detach().set_requires_grad(true);
            Tensor g = outputGradient(images).narrow(0, first, count);
            Tensor y = norm.forward(x, Pass.TRAINING);
            y.mul(g).sum().backward();
            return new Outcome(
                    Tensors.doubles(y),
                    Tensors.doubles(x.grad()),
                    Tensors.doubles(state.get("bn.weight").grad()),
                    Tensors.doubles(state.get("bn.bias").grad()),
                    Tensors.doubles(state.get("bn.running_mean")),
                    Tensors.doubles(state.get("bn.running_var")),
                    state.get("bn.num_batches_tracked").item_long());
        }
    }

    private static long[] shape(boolean images) {
        return images ? new long[] {BATCH, CHANNELS, SIDE, SIDE} : new long[] {BATCH, CHANNELS};
    }

    /** Channels far from zero mean: where E[x²] − E[x]² in float32 would lose digits. */
    private static Tensor input(boolean images) {
        long[] perChannel = images ? new long[] {1, CHANNELS, 1, 1} : new long[] {1, CHANNELS};
        return Tensors.gaussian(1, shape(images))
                .mul(Tensors.floats(new double[] {1, 3, 0.5}, perChannel))
                .add(Tensors.floats(new double[] {0, 20, -5}, perChannel));
    }

    private static Tensor outputGradient(boolean images) {
        return Tensors.gaussian(2, shape(images));
    }

    /** The definition in float64. */
    private static Outcome byHand(boolean images) {
        double[] x;
        double[] g;
        try (PointerScope scope = new PointerScope()) {
            x = Tensors.doubles(input(images));
            g = Tensors.doubles(outputGradient(images));
        }
        int inner = images ? SIDE * SIDE : 1;
        int n = BATCH * inner;
        double[] y = new double[x.length];
        double[] dx = new double[x.length];
        double[] dw = new double[CHANNELS];
        double[] db = new double[CHANNELS];
        double[] runningMean = new double[CHANNELS];
        double[] runningVar = new double[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            int[] at = positions(c, inner);
            double mean = 0;
            for (int i : at) {
                mean += x[i] / n;
            }
            double variance = 0;
            for (int i : at) {
                variance += (x[i] - mean) * (x[i] - mean) / n;
            }
            double sigma = Math.sqrt(variance + EPSILON);
            for (int i : at) {
                y[i] = WEIGHT[c] * (x[i] - mean) / sigma + BIAS[c];
                dw[c] += g[i] * (x[i] - mean) / sigma;
                db[c] += g[i];
            }
            for (int i : at) {
                dx[i] = WEIGHT[c] / sigma * (g[i] - db[c] / n - (x[i] - mean) / sigma * dw[c] / n);
            }
            runningMean[c] = 0.1 * mean;
            runningVar[c] = 0.9 + 0.1 * variance * n / (n - 1);
        }
        return new Outcome(y, dx, dw, db, runningMean, runningVar, 1);
    }

    private static int[] positions(int channel, int inner) {
        int[] at = new int[BATCH * inner];
        for (int i = 0; i < at.length; i++) {
            at[i] = (i / inner * CHANNELS + channel) * inner + i % inner;
        }
        return at;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void followsItsDefinition(boolean images) {
        compare(pass(new Alone(), images, 0, BATCH), byHand(images));
    }

    @ParameterizedTest
    @CsvSource({"false, 5 4", "true, 5 4", "false, 2 7", "true, 2 7", "false, 4 3 2", "true, 4 3 2", "false, 1 1 7"})
    void ranksWithUnequalSharesEqualOneBatch(boolean images, String sizes) {
        int[] shares = java.util.Arrays.stream(sizes.split(" "))
                .mapToInt(Integer::parseInt)
                .toArray();
        List<Outcome> ranks = ThreadRanks.run(shares.length, collective -> {
            int first = 0;
            for (int rank = 0; rank < collective.rank(); rank++) {
                first += shares[rank];
            }
            return pass(collective, images, first, shares[collective.rank()]);
        });
        double[] dw = new double[CHANNELS];
        double[] db = new double[CHANNELS];
        for (Outcome rank : ranks) {
            for (int c = 0; c < CHANNELS; c++) {
                dw[c] += rank.weightGradient[c];
                db[c] += rank.biasGradient[c];
            }
            Outcome expected = byHand(images);
            close(rank.mean, expected.mean);
            close(rank.variance, expected.variance);
            assertThat(rank.batches).isEqualTo(1);
            assertThat(rank.mean).as("the same on every rank").containsExactly(ranks.get(0).mean);
            assertThat(rank.variance).containsExactly(ranks.get(0).variance);
        }
        compare(
                new Outcome(
                        joined(ranks.stream().map(Outcome::y).toList()),
                        joined(ranks.stream().map(Outcome::inputGradient).toList()),
                        dw,
                        db,
                        ranks.get(0).mean,
                        ranks.get(0).variance,
                        1),
                byHand(images));
    }

    private static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(java.util.Arrays::stream).toArray();
    }

    private static void compare(Outcome actual, Outcome expected) {
        close(actual.y, expected.y);
        close(actual.inputGradient, expected.inputGradient);
        close(actual.weightGradient, expected.weightGradient);
        close(actual.biasGradient, expected.biasGradient);
        close(actual.mean, expected.mean);
        close(actual.variance, expected.variance);
        assertThat(actual.batches).isEqualTo(expected.batches);
    }

    private static void close(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], Offset.offset(2e-5 * Math.max(1, Math.abs(expected[i]))));
        }
    }

    @Test
    void evaluationUsesRunningStatistics() {
        ModuleState modules = new ModuleState(Placement.CPU);
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                StateDict state = modules.all()) {
            BatchNorm norm = new BatchNorm(modules.under("bn"), 2, new Alone());
            state.get("bn.running_mean").copy_(Tensors.floats(new double[] {1, 2}, 2));
            state.get("bn.running_var").copy_(Tensors.floats(new double[] {4, 0.25}, 2));
            Tensor y = norm.forward(Tensors.floats(new double[] {3, 3, 1, 2}, 2, 2), Pass.INFERENCE);
            double[] values = Tensors.doubles(y);
            assertThat(values[0]).isCloseTo(1, Offset.offset(1e-5));
            assertThat(values[1]).isCloseTo(2, Offset.offset(1e-4));
            assertThat(values[2]).isZero();
            assertThat(values[3]).isZero();
            assertThat(state.get("bn.num_batches_tracked").item_long()).isZero();
        }
    }

    /** Samples of each of {@code x} in turn through one layer of eight channels: outputs, gradients of inputs, running statistics. */
    private static List<Tensor> layer(Collective ranks, List<Tensor> x, List<Tensor> g, int first, int count) {
        ModuleState modules = new ModuleState(Placement.CPU);
        StateDict state = modules.all();
        BatchNorm norm = new BatchNorm(modules, 8, ranks);
        Tensor loss = null;
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            Tensor own = x.get(i).narrow(0, first, count).detach().set_requires_grad(true);
            Tensor y = norm.forward(own, Pass.TRAINING);
            Tensor term = y.mul(g.get(i).narrow(0, first, count)).sum();
            loss = loss == null ? term : loss.add(term);
            outputs.add(y);
            inputs.add(own);
        }
        loss.backward();
        List<Tensor> left = new ArrayList<>(outputs.stream().map(Tensor::detach).toList());
        // a gradient is its tensor's own and gone with it
        inputs.forEach(input -> left.add(input.grad().clone()));
        left.add(state.get("running_mean"));
        left.add(state.get("running_var"));
        return left;
    }

    private static double relative(Tensor actual, Tensor expected) {
        Tensor exact = expected.to(ScalarType.Double);
        return actual.to(ScalarType.Double).sub(exact).norm().div(exact.norm()).item_double();
    }

    private static Tensor images(long seed, int side, ScalarType type, MemoryFormat layout) {
        Tensor shifted = Tensors.gaussian(seed, 8, 8, side, side).add(Tensors.gaussian(seed + 1, 1, 8, 1, 1));
        return shifted.to(type).contiguous(layout);
    }

    /** As the trunk's layers are used: once on each resolution, then one backward pass through both. */
    @ParameterizedTest
    @CsvSource({"Float, Contiguous, 1e-6", "Float, ChannelsLast, 1e-5", "BFloat16, ChannelsLast, 4e-3"})
    void twoResolutionsInTurnOverRanks(ScalarType type, MemoryFormat layout, double bound) {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> x = List.of(images(1, 14, type, layout), images(3, 6, type, layout));
            List<Tensor> g = List.of(images(5, 14, type, layout), images(7, 6, type, layout));
            List<Tensor> exactX = x.stream().map(t -> t.to(ScalarType.Float)).toList();
            List<Tensor> exactG = g.stream().map(t -> t.to(ScalarType.Float)).toList();
            List<Tensor> one = layer(new Alone(), exactX, exactG, 0, 8);
            List<List<Tensor>> ranks = ThreadRanks.run(2, collective -> {
                Tensors.useOneThread();
                return layer(collective, x, g, collective.rank() == 0 ? 0 : 3, collective.rank() == 0 ? 3 : 5);
            });
            for (int i = 0; i < 4; i++) {
                Tensor joined = torch.cat(
                        new TensorVector(ranks.get(0).get(i), ranks.get(1).get(i)), 0);
                assertThat(joined.scalar_type().intern()).isEqualTo(type);
                // each number is rounded to the type once or, in gradients, twice; statistics never are
                assertThat(relative(joined, one.get(i))).as("%s", i).isLessThan(bound);
            }
            for (List<Tensor> rank : ranks) {
                assertThat(relative(rank.get(4), one.get(4))).isLessThan(1e-6);
                assertThat(relative(rank.get(5), one.get(5))).isLessThan(1e-6);
                assertThat(rank.get(5).equal(ranks.get(0).get(5))).isTrue();
            }
        }
    }

    @Test
    void groupsOfRanksHaveStatisticsOfTheirOwn() {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> x = List.of(images(1, 5, ScalarType.Float, MemoryFormat.Contiguous));
            List<Tensor> g = List.of(images(5, 5, ScalarType.Float, MemoryFormat.Contiguous));
            List<Tensor> pair = layer(new Alone(), x, g, 4, 4);
            List<List<Tensor>> ranks = ThreadRanks.run(4, collective -> {
                Tensors.useOneThread();
                return layer(collective.groups(2), x, g, 2 * collective.rank(), 2);
            });
            for (int i = 0; i < 2; i++) {
                Tensor joined = torch.cat(
                        new TensorVector(ranks.get(2).get(i), ranks.get(3).get(i)), 0);
                assertThat(relative(joined, pair.get(i))).isLessThan(1e-6);
            }
            assertThat(relative(ranks.get(3).get(2), pair.get(2))).isLessThan(1e-6);
            assertThat(relative(ranks.get(0).get(2), pair.get(2))).isGreaterThan(0.01);
        }
    }
}
