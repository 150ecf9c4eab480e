package org.swav4j.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.swav4j.GoldenSet;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

class SwavTest {
    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    private static final int BATCH = 4;

    private static ModelConfig config(String arch, int hidden, Integer... prototypes) {
        return new ModelConfig(Architecture.parse(arch), Stem.SMALL, hidden, 8, List.of(prototypes));
    }

    private static Swav model(String arch, int hidden, Integer... prototypes) {
        return new Swav(config(arch, hidden, prototypes), Placement.CPU, new Alone());
    }

    /** Two crops of 16 pixels, three of 8. */
    private static List<Tensor> crops() {
        return List.of(Tensors.pixels(1, 2 * BATCH, 16, 16, 3), Tensors.pixels(2, 3 * BATCH, 8, 8, 3));
    }

    @Test
    void givesUnitEmbeddingsAndScoresOfEveryHead() {
        try (PointerScope scope = new PointerScope();
                Swav model = model("resnet18w0.125", 16, 10, 12)) {
            model.prototypes().normalize();
            for (Precision precision : Precision.values()) {
                Swav.Output output = trained(model, crops(), precision);
                assertThat(output.embeddings().shape()).containsExactly(5 * BATCH, 8);
                assertThat(output.embeddings().scalar_type().intern()).isEqualTo(ScalarType.Float);
                double[] lengths = Tensors.doubles(
                        output.embeddings().mul(output.embeddings()).sum(new long[] {1}));
                assertThat(Arrays.stream(lengths)).allMatch(length -> Math.abs(length - 1) < 1e-5);
                assertThat(output.scores()).hasSize(2);
                for (int head = 0; head < 2; head++) {
                    Tensor scores = output.scores().get(head);
                    assertThat(scores.shape()).containsExactly(5 * BATCH, head == 0 ? 10 : 12);
                    assertThat(scores.scalar_type().intern()).isEqualTo(ScalarType.Float);
                    Tensor expected = output.embeddings()
                            .matmul(model.state()
                                    .get("prototypes.prototypes" + head + ".weight")
                                    .t());
                    assertThat(GoldenSet.maxDifference(scores, expected)).isLessThan(1e-6);
                }
            }
        }
    }

    private static Swav.Output trained(Swav model, List<Tensor> crops, Precision precision) {
        return model.project(model.trunk(crops, Pass.TRAINING, precision), Pass.TRAINING, precision);
    }

    /** Crops 0 and 1 show the same pixels, so rows s and B + s are equal, and no others are. */
    @Test
    void rowsAreCropMajor() {
        try (PointerScope scope = new PointerScope();
                Swav model = model("resnet18w0.125", 16, 10)) {
            Tensor large = Tensors.pixels(1, BATCH, 16, 16, 3);
            List<Tensor> crops = List.of(torch.cat(new TensorVector(large, large), 0), crops().get(1));
            Tensor z = trained(model, crops, Precision.FP32).embeddings();
            assertThat(GoldenSet.maxDifference(z.narrow(0, 0, BATCH), z.narrow(0, BATCH, BATCH)))
                    .isLessThan(1e-5);
            Tensor similar = z.narrow(0, 0, BATCH).matmul(z.narrow(0, 0, BATCH).t());
            double[] values = Tensors.doubles(similar);
            assertThat(values[1]).isLessThan(0.9999);
            assertThat(values[2]).isLessThan(0.9999);
            assertThat(values[3]).isLessThan(0.9999);
        }
    }

    @Test
    void theTrunkSeesOneResolutionAtATimeAndTheHeadAllAtOnce() {
        try (PointerScope scope = new PointerScope();
                Swav model = model("resnet18w0.125", 16, 10)) {
            trained(model, crops(), Precision.FP32);
            assertThat(count(model, "bn1")).isEqualTo(2);
            assertThat(count(model, "layer4.1.bn2")).isEqualTo(2);
            assertThat(count(model, "projection_head.1")).isEqualTo(1);
        }
    }

    private static long count(Swav model, String norm) {
        return model.state().get(norm + ".num_batches_tracked").item_long();
    }

    @Test
    void theFrozenPassChangesNothing() {
        try (PointerScope scope = new PointerScope();
                Swav model = model("resnet18w0.125", 16, 10)) {
            model.prototypes().normalize();
            try (StateDict before = Tensors.copy(model.state())) {
                Tensor features = model.features(Tensors.pixels(3, 2, 16, 16, 3), Precision.FP32);
                assertThat(features.shape()).containsExactly(2, 64);
                Swav.Output output = model.project(features, Pass.INFERENCE, Precision.FP32);
                assertThat(output.embeddings().shape()).containsExactly(2, 8);
                assertThat(Arrays.stream(Tensors.doubles(output.scores().get(0))))
                        .allMatch(s -> Math.abs(s) < 1.00001);
                assertThat(Tensors.differing(before, model.state())).isEmpty();
            }
        }
    }

    @Test
    void startsFromAnEqualModelEntirely() {
        try (Swav saved = model("resnet18w0.125", 16, 10);
                Swav model = model("resnet18w0.125", 16, 10)) {
            assertThat(model.startFrom(saved.state(), "runs/a")).isEmpty();
            assertThat(Tensors.differing(saved.state(), model.state())).isEmpty();
        }
    }

    @Test
    void headAndPrototypesOfAnotherShapeStayFresh() {
        try (Swav saved = model("resnet18w0.125", 16, 10);
                Swav model = model("resnet18w0.125", 24, 12, 12);
                StateDict before = Tensors.copy(model.state())) {
            assertThat(model.startFrom(saved.state(), "runs/a")).containsExactly("projection_head", "prototypes");
            assertThat(Tensors.differing(before, model.state()))
                    .isNotEmpty()
                    .noneMatch(n -> n.startsWith("projection_head") || n.startsWith("prototypes"));
            assertThat(Tensors.differing(saved.state(), model.state()))
                    .allMatch(n -> n.startsWith("projection_head") || n.startsWith("prototypes"));
        }
        try (Swav saved = model("resnet18w0.125", 16, 10);
                Swav model = model("resnet18w0.125", 16, 12)) {
            assertThat(model.startFrom(saved.state(), "runs/a")).containsExactly("prototypes");
        }
    }

    @Test
    void theTrunkMustFit() {
        try (Swav saved = model("resnet18w0.25", 16, 10);
                Swav model = model("resnet18w0.125", 16, 10);
                StateDict before = Tensors.copy(model.state())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.startFrom(saved.state(), "runs/a"))
                    .withMessage("runs/a: 'conv1.weight' is [16, 3, 3, 3]; this model needs [8, 3, 3, 3]");
            assertThat(Tensors.differing(before, model.state())).isEmpty();
        }
    }

    @Test
    void aSeedGivesTheSameWeights() {
        RandomState.seed(9);
        try (Swav first = model("resnet18w0.125", 16, 10)) {
            RandomState.seed(9);
            try (Swav second = model("resnet18w0.125", 16, 10)) {
                assertThat(Tensors.differing(first.state(), second.state())).isEmpty();
            }
        }
    }

    @Test
    void parametersAreTheStateWithoutStatistics() {
        try (Swav model = model("resnet18w0.125", 16, 10)) {
            assertThat(model.parameters().names())
                    .containsExactlyElementsOf(model.state().names().stream()
                            .filter(n -> !n.contains("running_") && !n.endsWith("num_batches_tracked"))
                            .toList());
            model.parameters()
                    .forEach((name, p) -> assertThat(p.requires_grad()).as(name).isTrue());
        }
    }
}
