package org.swav4j.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.Tensors;
import org.swav4j.tensor.StateDict;

/** Loss = Σ over parameters of p·c, so that the gradient of p is c, which each rank has another of. */
class GradientAveragingTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static StateDict parameters() {
        StateDict parameters = new StateDict();
        try (PointerScope scope = new PointerScope()) {
            parameters.add("a", Tensors.gaussian(1, 3, 2).set_requires_grad(true));
            Tensor image = Tensors.gaussian(2, 2, 3, 2, 2).contiguous(torch.MemoryFormat.ChannelsLast);
            parameters.add("b", image.detach().set_requires_grad(true));
            parameters.add("c", Tensors.gaussian(3, 5).set_requires_grad(true));
        }
        return parameters;
    }

    private static void backward(StateDict parameters, double factor, String... names) {
        Tensor loss = torch.zeros(1);
        for (String name : names) {
            Tensor parameter = parameters.get(name);
            Tensor coefficients = Tensors.gaussian(name.charAt(0), parameter.shape());
            loss = loss.add(parameter.mul(coefficients).sum().mul(new Scalar(factor)));
        }
        loss.sum().backward();
    }

    private static double[] expected(StateDict parameters, String name, double factor) {
        double[] coefficients = Tensors.doubles(
                Tensors.gaussian(name.charAt(0), parameters.get(name).shape()));
        return java.util.Arrays.stream(coefficients).map(c -> c * factor).toArray();
    }

    private static void close(Tensor gradient, double[] expected, double bound) {
        double[] actual = Tensors.doubles(gradient);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], org.assertj.core.data.Offset.offset(bound));
        }
    }

    private static long[] strides(Tensor tensor) {
        return LongStream.range(0, tensor.dim()).map(tensor::stride).toArray();
    }

    /** Buckets of 24 bytes hold one of these parameters, those of a megabyte all. */
    @ParameterizedTest
    @CsvSource({"2, NONE, 24, 1e-6", "3, NONE, 1000000, 1e-6", "2, BF16, 1000000, 0.03"})
    void everyGradientBecomesTheMeanInEveryStep(int world, GradientCompression compression, long bucket, double bound) {
        GlooRanks.run(world, TIMEOUT, ranks -> {
            Tensors.useOneThread();
            double mean = (world + 1) / 2.0;
            try (StateDict parameters = parameters();
                    GradientAveraging averaging = new GradientAveraging(ranks, parameters, compression, bucket)) {
                for (int step = 0; step < 3; step++) {
                    try (PointerScope scope = new PointerScope()) {
                        averaging.begin(name -> 1);
                        backward(parameters, 1 + ranks.rank(), "a", "b", "c");
                        averaging.finish();
                        for (String name : parameters.names()) {
                            Tensor gradient = parameters.get(name).grad();
                            close(gradient, expected(parameters, name, mean), bound);
                            assertThat(strides(gradient))
                                    .as("laid out as the parameter")
                                    .containsExactly(strides(parameters.get(name)));
                            parameters.get(name).mutable_grad().reset();
                        }
                    }
                }
            }
            return null;
        });
    }

    /** Micro-batches add up on each rank, and what is added last is sent; an unwanted gradient stays here, then it is wanted. */
    @Test
    void gradientsAreSentOnceAfterTheLastAddition() {
        GlooRanks.run(2, TIMEOUT, ranks -> {
            Tensors.useOneThread();
            Counted counted = new Counted(ranks);
            try (PointerScope scope = new PointerScope();
                    StateDict parameters = parameters();
                    GradientAveraging averaging = new GradientAveraging(counted, parameters)) {
                averaging.begin(name -> Map.of("a", 3, "b", 1, "c", 0).get(name));
                backward(parameters, 1 + ranks.rank(), "b", "c", "a");
                backward(parameters, 10 + ranks.rank(), "a");
                assertThat(counted.sums).as("not all is there yet").isEmpty();
                backward(parameters, 100 + ranks.rank(), "a");
                assertThat(counted.sums).as("begun within the backward pass").containsExactly(30L);
                averaging.finish();
                close(parameters.get("a").grad(), expected(parameters, "a", 112.5), 1e-4);
                close(parameters.get("b").grad(), expected(parameters, "b", 1.5), 1e-6);
                close(parameters.get("c").grad(), expected(parameters, "c", 1 + ranks.rank()), 1e-6);

                parameters.forEach((name, parameter) -> parameter.mutable_grad().reset());
                averaging.begin(name -> 1);
                backward(parameters, 1 + ranks.rank(), "a", "c");
                averaging.finish();
                close(parameters.get("c").grad(), expected(parameters, "c", 1.5), 1e-6);
                assertThat(parameters.get("b").grad().defined())
                        .as("none was made")
                        .isFalse();
                assertThat(counted.sums).containsExactly(30L, 35L);

                parameters.forEach((name, parameter) -> parameter.mutable_grad().reset());
                averaging.begin(name -> 2);
                backward(parameters, 1, "a");
                assertThatThrownBy(averaging::finish)
                        .hasMessage("the gradient of 'a' was added to less often than announced");
            }
            return null;
        });
    }

    @Test
    void aloneNothingIsTouched() {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = parameters();
                GradientAveraging averaging = new GradientAveraging(new Alone(), parameters)) {
            averaging.begin(name -> 1);
            backward(parameters, 2, "a");
            averaging.finish();
            close(parameters.get("a").grad(), expected(parameters, "a", 2), 1e-6);
        }
    }

    /** Notes how many numbers each sum has that goes on beside. */
    private static final class Counted implements Collective {
        private final Collective ranks;
        private final List<Long> sums = new ArrayList<>();

        Counted(Collective ranks) {
            this.ranks = ranks;
        }

        @Override
        public int rank() {
            return ranks.rank();
        }

        @Override
        public int world() {
            return ranks.world();
        }

        @Override
        public void sum(Tensor tensor) {
            ranks.sum(tensor);
        }

        @Override
        public void max(Tensor tensor) {
            ranks.max(tensor);
        }

        @Override
        public void broadcast(Tensor tensor, int root) {
            ranks.broadcast(tensor, root);
        }

        @Override
        public Pending sumLater(Tensor tensor) {
            sums.add(tensor.numel());
            return ranks.sumLater(tensor);
        }

        @Override
        public Collective groups(int size) {
            return ranks.groups(size);
        }
    }
}
