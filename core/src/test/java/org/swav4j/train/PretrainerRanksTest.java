package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.GoldenSet;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.ThreadRanks;
import org.swav4j.method.FeatureQueue;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.Swav;
import org.swav4j.method.SwavConfig;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stem;
import org.swav4j.optim.LearningRate;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.optim.ScheduleConfig;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/**
 * A batch shared out over ranks trains as it does on one. The seed is one where no activation lies within rounding of zero:
 * a ReLU that is open on one side and shut on the other changes the gradients before it by more than rounding.
 */
class PretrainerRanksTest {
    private static final int BATCH = 8;
    private static final int STEPS = 3;
    private static final ModelConfig MODEL =
            new ModelConfig(Architecture.parse("resnet18w0.125"), Stem.SMALL, 16, 8, List.of(10));
    private static final SwavConfig METHOD = new SwavConfig(0.05, 3, 0.1, List.of(0, 1), 2 * BATCH, 0, 1);
    private static final OptimizerConfig LARC = new OptimizerConfig(OptimizerConfig.Kind.LARC, 1e-6, 0.9, 0.001, false);
    private static final ScheduleConfig SCHEDULE = new ScheduleConfig(0.1, 0.01, 0, 0);

    /** What a rank saw and was left with; {@code codes} are its rows of the first assigned crop's in the last step. */
    private record Outcome(List<Double> losses, StateDict codes, StateDict state, StateDict queue) {}

    private static Outcome train(Collective collective, StateDict init, int parts) {
        Tensors.useOneThread();
        int share = BATCH / collective.world();
        Outcome outcome = new Outcome(new ArrayList<>(), new StateDict(), new StateDict(), new StateDict());
        try (PointerScope scope = new PointerScope();
                TrainingState state = new TrainingState(MODEL, LARC, Placement.CPU, collective)) {
            state.model().state().copyFrom(init, "init");
            state.startQueue(2, FeatureQueue.lengthPerRank(METHOD.queueLength(), share, collective));
            Pretrainer trainer = new Pretrainer(
                    state, METHOD, new LearningRate(SCHEDULE, 1, STEPS), Precision.FP32, Keeping.ALL, collective);
            for (int step = 0; step < STEPS; step++) {
                List<MicroBatch> batches = new ArrayList<>();
                for (int part = 0; part < parts; part++) {
                    List<Tensor> crops = List.of(
                            part(Tensors.pixels(100 + step, 2 * BATCH, 16, 16, 3), 2, collective, part, parts),
                            part(Tensors.pixels(200 + step, 3 * BATCH, 8, 8, 3), 3, collective, part, parts));
                    batches.add(new MicroBatch(crops, share / parts));
                }
                boolean last = step == STEPS - 1;
                outcome.losses.add(trainer.step(batches, (output, codes, loss) -> {
                    if (last) {
                        outcome.codes.add("codes", codes.get(0).get(0).clone());
                    }
                }));
            }
            assertThat(state.queue().inUse()).containsExactly(0, 1);
            state.model()
                    .state()
                    .forEach((name, tensor) ->
                            outcome.state.add(name, tensor.detach().clone()));
            outcome.queue.add("queue", state.queue().state().get("queue").clone());
        }
        return outcome;
    }

    /** This rank's samples, in this micro-batch, of every crop, still crop-major: the ranks share every micro-batch. */
    private static Tensor part(Tensor crops, int count, Collective collective, int part, int parts) {
        int together = BATCH / parts;
        int share = together / collective.world();
        TensorVector samples = new TensorVector(count);
        for (int crop = 0; crop < count; crop++) {
            int first = crop * BATCH + part * together + collective.rank() * share;
            samples.put(crop, crops.narrow(0, first, share));
        }
        return torch.cat(samples, 0);
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "4, 1", "2, 2"})
    void ranksTogetherTrainAsOne(int world, int parts) {
        RandomState.seed(1);
        try (PointerScope scope = new PointerScope();
                Swav fresh = new Swav(MODEL, Placement.CPU, new Alone());
                StateDict init = Tensors.copy(fresh.state())) {
            Outcome one = train(new Alone(), init, parts);
            List<Outcome> ranks = ThreadRanks.run(world, collective -> train(collective, init, parts));

            for (int step = 0; step < STEPS; step++) {
                int at = step;
                double mean = ranks.stream()
                        .mapToDouble(r -> r.losses.get(at))
                        .average()
                        .orElseThrow();
                assertThat(mean).as("loss of step %d", step).isCloseTo(one.losses.get(step), within(1e-4));
            }
            TensorVector codes = new TensorVector(world);
            for (int rank = 0; rank < world; rank++) {
                Tensor own = ranks.get(rank).codes.get("codes");
                codes.put(rank, own.view(parts, -1, own.size(1)));
            }
            assertThat(GoldenSet.maxDifference(torch.cat(codes, 1).flatten(0, 1), one.codes.get("codes")))
                    .isLessThan(1e-4);
            for (Outcome rank : ranks) {
                assertThat(Tensors.differing(rank.state, ranks.get(0).state))
                        .as("ranks hold the same model")
                        .isEmpty();
                one.state.forEach((name, expected) -> {
                    // its true gradient is zero: what moves it, and the mean behind it, is rounding alone
                    boolean free =
                            name.equals("projection_head.0.bias") || name.equals("projection_head.1.running_mean");
                    assertThat(GoldenSet.maxDifference(rank.state.get(name), expected))
                            .as(name)
                            .isLessThan(free ? 1e-3 : name.contains("running_") ? 1e-4 : 1e-5);
                });
            }
            assertThat(Tensors.differing(init, one.state)).contains("prototypes.weight", "layer4.1.conv2.weight");
            close(one);
            ranks.forEach(PretrainerRanksTest::close);
        }
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    private static void close(Outcome outcome) {
        outcome.codes.close();
        outcome.state.close();
        outcome.queue.close();
    }
}
