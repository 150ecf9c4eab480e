package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.Sinkhorn;
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

/** Steps of a whole batch of eight, in one piece or in micro-batches. */
class PretrainerTest {
    private static final int BATCH = 8;
    private static final int STEPS = 4;
    private static final SwavConfig METHOD = new SwavConfig(0.05, 3, 0.1, List.of(0, 1), 2 * BATCH, 0, 1);

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    private static TrainingState state(String arch) {
        RandomState.seed(1);
        ModelConfig model = new ModelConfig(Architecture.parse(arch), Stem.SMALL_STRIDE2, 32, 16, List.of(10, 12));
        OptimizerConfig larc = new OptimizerConfig(OptimizerConfig.Kind.LARC, 1e-6, 0.9, 0.001, false);
        TrainingState state = new TrainingState(model, larc, Placement.CPU, new Alone());
        state.startQueue(2, 2 * BATCH);
        return state;
    }

    private static Pretrainer trainer(TrainingState state, Precision precision, Keeping keeping) {
        LearningRate schedule = new LearningRate(new ScheduleConfig(0.1, 0.01, 0, 0), 1, STEPS);
        return new Pretrainer(state, METHOD, schedule, precision, keeping, new Alone());
    }

    private static List<MicroBatch> batches(int step, int parts) {
        List<MicroBatch> batches = new ArrayList<>();
        int share = BATCH / parts;
        for (int part = 0; part < parts; part++) {
            long seed = 100L * step + part;
            batches.add(new MicroBatch(
                    List.of(
                            Tensors.pixels(seed, 2L * share, 32, 32, 3),
                            Tensors.pixels(seed + 50, 3L * share, 16, 16, 3)),
                    share));
        }
        return batches;
    }

    /** The model's, the optimiser's and the queue's state after some steps. */
    private static List<StateDict> trained(String arch, Precision precision, Keeping keeping, int parts) {
        try (PointerScope scope = new PointerScope();
                TrainingState state = state(arch)) {
            Pretrainer trainer = trainer(state, precision, keeping);
            for (int step = 0; step < STEPS; step++) {
                trainer.step(batches(step, parts), StepObserver.NONE);
            }
            assertThat(state.queue().inUse()).containsExactly(0, 1);
            return List.of(
                    Tensors.copy(state.model().state()),
                    Tensors.copy(state.optimizer().state()),
                    Tensors.copy(state.queue().state()));
        }
    }

    @ParameterizedTest
    @CsvSource({"resnet10w0.5, FP32, 1", "resnet10w0.5, BF16, 1", "resnet10w0.5, BF16, 4", "resnet50w0.25, BF16, 1"})
    void checkpointedActivationsTrainToTheSameBits(String arch, Precision precision, int parts) {
        List<StateDict> plain = trained(arch, precision, Keeping.ALL, parts);
        List<StateDict> checkpointed = trained(arch, precision, Keeping.INPUTS, parts);
        assertThat(plain.get(0).isFinite()).isTrue();
        for (int i = 0; i < plain.size(); i++) {
            assertThat(Tensors.differing(plain.get(i), checkpointed.get(i))).isEmpty();
            plain.get(i).close();
            checkpointed.get(i).close();
        }
    }

    /** Codes of the second of four micro-batches are rows of the whole batch's, queue included. */
    @Test
    void codesAreBalancedOverTheWholeBatchAndTheQueue() {
        try (PointerScope scope = new PointerScope();
                TrainingState state = state("resnet10w0.25")) {
            Pretrainer trainer = trainer(state, Precision.FP32, Keeping.ALL);
            for (int step = 0; step < 3; step++) {
                Tensor past = state.queue().state().get("queue").clone();
                boolean full = step == 2;
                trainer.step(batches(step, 4), (output, codes, loss) -> {
                    for (int head = 0; head < 2; head++) {
                        for (int crop = 0; crop < 2; crop++) {
                            Tensor scores = output.scores().get(head).narrow(0, (long) crop * BATCH, BATCH);
                            Tensor prototypes =
                                    state.model().prototypes().heads().get(head).detach();
                            Tensor all = full
                                    ? org.bytedeco.pytorch.global.torch.cat(
                                            new org.bytedeco.pytorch.TensorVector(
                                                    past.select(0, crop).matmul(prototypes.t()), scores.detach()),
                                            0)
                                    : scores;
                            Tensor expected = new Sinkhorn(0.05, 3, new Alone()).codes(all);
                            assertThat(codes.get(head).get(crop).shape()).containsExactly(BATCH, scores.size(1));
                            assertThat(codes.get(head).get(crop).equal(expected.narrow(0, all.size(0) - BATCH, BATCH)))
                                    .isTrue();
                        }
                    }
                });
            }
        }
    }

    @Test
    void aLossThatIsNoNumberLeavesTheWeightsInMicroBatchesToo() {
        try (PointerScope scope = new PointerScope();
                TrainingState state = state("resnet10w0.25")) {
            Pretrainer trainer = trainer(state, Precision.FP32, Keeping.INPUTS);
            trainer.step(batches(0, 2), StepObserver.NONE);
            state.model().state().get("layer4.0.bn2.bias").detach().fill_(new Scalar(Double.NaN));
            try (StateDict before = Tensors.copy(state.model().parameters());
                    StateDict optimizer = Tensors.copy(state.optimizer().state())) {
                assertThatExceptionOfType(DivergedException.class)
                        .isThrownBy(() -> trainer.step(batches(1, 2), StepObserver.NONE));
                assertThat(state.step()).isEqualTo(1);
                before.forEach((name, value) -> {
                    if (!name.equals("layer4.0.bn2.bias") && !name.startsWith("prototypes.")) {
                        assertThat(value.equal(state.model().state().get(name)))
                                .as(name)
                                .isTrue();
                    }
                });
                assertThat(Tensors.differing(optimizer, state.optimizer().state()))
                        .isEmpty();
            }
        }
    }
}
