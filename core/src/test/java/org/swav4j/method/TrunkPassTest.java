package org.swav4j.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.swav4j.ChildJvm;
import org.swav4j.GoldenSet;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.Stem;
import org.swav4j.optim.Gradients;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

class TrunkPassTest {
    private static final int[] COUNTS = {2, 3, 1};
    /** Smaller ones would not do: in bfloat16 a 3×3 convolution of stride 2 on a single pixel has garbage for its gradient. */
    private static final int[] SIDES = {64, 32, 48};

    private static final int VIEWS = 6;

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    private static Swav model(String arch) {
        RandomState.seed(3);
        ModelConfig config = new ModelConfig(Architecture.parse(arch), Stem.IMAGENET, 16, 8, List.of(10));
        return new Swav(config, Placement.CPU, new Alone());
    }

    /** Crops of three resolutions. */
    private static List<Tensor> crops(int seed, int images) {
        List<Tensor> crops = new ArrayList<>();
        for (int r = 0; r < COUNTS.length; r++) {
            crops.add(Tensors.pixels(10L * seed + r, (long) COUNTS[r] * images, SIDES[r], SIDES[r], 3));
        }
        return crops;
    }

    private static List<MicroBatch> batches(int count, int images) {
        List<MicroBatch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(new MicroBatch(crops(i, images), images));
        }
        return batches;
    }

    /** A loss that every row of the scores has its own share in. */
    private static Tensor loss(Swav model, Tensor features, Precision precision) {
        Tensor scores =
                model.project(features, Pass.TRAINING, precision).scores().get(0);
        return scores.mul(Tensors.gaussian(77, scores.shape())).sum();
    }

    private static StateDict gradients(Swav model) {
        StateDict gradients = new StateDict();
        try (PointerScope scope = new PointerScope()) {
            model.parameters().forEach((name, p) -> gradients.add(name, p.grad().clone()));
        }
        Gradients.drop(model.parameters());
        return gradients;
    }

    /** The pass and its backward, from a fresh model: gradients, and the statistics left behind. */
    private static void run(
            Swav model, List<MicroBatch> batches, Precision precision, Keeping keeping, StateDict statistics) {
        try (PointerScope scope = new PointerScope()) {
            TrunkPass trunk = new TrunkPass(model, batches, precision, keeping);
            loss(model, trunk.features(), precision).backward();
            trunk.backward();
            copyStatistics(model, statistics);
        }
    }

    private static void copyStatistics(Swav model, StateDict statistics) {
        model.state().forEach((name, tensor) -> {
            if (!model.parameters().contains(name)) {
                statistics.add(name, tensor.clone());
            }
        });
    }

    /**
     * The reference is one graph: the trunk once on each micro-batch, their features put together, then head and loss. The
     * sums of gradients are made in another order, no more.
     */
    @ParameterizedTest
    @EnumSource(Keeping.class)
    void microBatchesHaveTheGradientsOfOneGraph(Keeping keeping) {
        try (PointerScope scope = new PointerScope();
                Swav model = model("resnet18w0.25");
                Swav same = model("resnet18w0.25");
                StateDict statistics = new StateDict();
                StateDict expectedStatistics = new StateDict()) {
            List<MicroBatch> batches = batches(3, 4);
            TensorVector features = new TensorVector(3);
            for (int i = 0; i < 3; i++) {
                Tensor own = same.trunk(batches.get(i).crops(), Pass.TRAINING, Precision.FP32);
                features.put(i, own.view(VIEWS, 4, -1));
            }
            loss(same, torch.cat(features, 1).flatten(0, 1), Precision.FP32).backward();
            copyStatistics(same, expectedStatistics);

            run(model, batches, Precision.FP32, keeping, statistics);
            assertThat(Tensors.differing(statistics, expectedStatistics)).isEmpty();
            assertThat(statistics.get("bn1.num_batches_tracked").item_long()).isEqualTo(3 * 3);
            assertThat(statistics.get("layer4.1.bn2.num_batches_tracked").item_long())
                    .isEqualTo(3 * 3);
            assertThat(statistics.get("projection_head.1.num_batches_tracked").item_long())
                    .isEqualTo(1);
            try (StateDict gradients = gradients(model);
                    StateDict expected = gradients(same)) {
                double scale = gradients.get("conv1.weight").abs().max().item_double();
                assertThat(scale).isGreaterThan(1e-3);
                expected.forEach((name, gradient) -> {
                    double largest = Math.max(1e-3, gradient.abs().max().item_double());
                    assertThat(GoldenSet.maxDifference(gradients.get(name), gradient) / largest)
                            .as(name)
                            .isLessThan(1e-5);
                });
            }
        }
    }

    /** Where every micro-batch shows the same images, even batch norm cannot tell them from one batch. */
    @Test
    void equalMicroBatchesAreAsOneBatch() {
        try (PointerScope scope = new PointerScope();
                Swav model = model("resnet18w0.25");
                Swav same = model("resnet18w0.25");
                StateDict statistics = new StateDict();
                StateDict others = new StateDict()) {
            List<Tensor> crops = crops(1, 4);
            List<Tensor> twice = new ArrayList<>();
            for (int r = 0; r < COUNTS.length; r++) {
                Tensor perCrop = crops.get(r).view(COUNTS[r], 4, SIDES[r], SIDES[r], 3);
                twice.add(torch.cat(new TensorVector(perCrop, perCrop), 1).flatten(0, 1));
            }
            run(same, List.of(new MicroBatch(twice, 8)), Precision.FP32, Keeping.ALL, others);
            MicroBatch batch = new MicroBatch(crops, 4);
            run(model, List.of(batch, batch), Precision.FP32, Keeping.ALL, statistics);
            try (StateDict gradients = gradients(model);
                    StateDict expected = gradients(same)) {
                expected.forEach((name, gradient) -> {
                    double largest = Math.max(1e-2, gradient.abs().max().item_double());
                    assertThat(GoldenSet.maxDifference(gradients.get(name), gradient) / largest)
                            .as(name)
                            .isLessThan(1e-3);
                });
                assertThat(expected.get("projection_head.0.weight").abs().max().item_double())
                        .isGreaterThan(1e-3);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "resnet10w0.25, FP32, 1",
        "resnet10w0.25, FP32, 2",
        "resnet10w0.25, BF16, 1",
        "resnet10w0.25, BF16, 2",
        "resnet50w0.25, FP32, 1",
        "resnet50w0.25, BF16, 2"
    })
    void keepingInputsOnlyGivesTheSameBits(String arch, Precision precision, int parts) {
        try (PointerScope scope = new PointerScope();
                Swav model = model(arch);
                Swav same = model(arch);
                StateDict statistics = new StateDict();
                StateDict expectedStatistics = new StateDict()) {
            List<MicroBatch> batches = batches(parts, 8);
            run(same, batches, precision, Keeping.ALL, expectedStatistics);
            run(model, batches, precision, Keeping.INPUTS, statistics);
            assertThat(Tensors.differing(statistics, expectedStatistics)).isEmpty();
            try (StateDict gradients = gradients(model);
                    StateDict expected = gradients(same)) {
                assertThat(expected.isFinite()).isTrue();
                assertThat(Tensors.differing(gradients, expected)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Keeping.class)
    void gradientsLieInMemoryAsTheirWeightsDo(Keeping keeping) {
        try (PointerScope scope = new PointerScope();
                Swav model = model("resnet10w0.25");
                StateDict statistics = new StateDict()) {
            run(model, batches(2, 4), Precision.BF16, keeping, statistics);
            model.parameters().forEach((name, parameter) -> {
                if (parameter.dim() == 4) {
                    assertThat(parameter.grad().is_contiguous(MemoryFormat.ChannelsLast))
                            .as(name)
                            .isTrue();
                }
            });
        }
    }

    /** The whole graph of 2·16 crops of 64 pixels has some 160 MB of activations. */
    @Test
    @Tag("slow")
    void memoryIsSaved(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "Linux only");
        long[] peaks = Arrays.stream(ChildJvm.run(folder, 120, List.of("-Xmx200m"), TrunkPassLoad.class)
                        .succeeded()
                        .out()
                        .strip()
                        .split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
        System.out.println("peak memory, MB: " + Arrays.toString(peaks));
        assertThat(peaks[1] - peaks[0])
                .as("four parts instead of four parts and inputs only")
                .isGreaterThan(5);
        assertThat(peaks[2] - peaks[1]).as("inputs only instead of four parts").isGreaterThan(5);
        assertThat(peaks[3] - peaks[2]).as("all instead of inputs only").isGreaterThan(40);
    }

    /** A single micro-batch's pixels are free after the forward pass; of several, each is wanted twice. */
    @ParameterizedTest
    @EnumSource(Keeping.class)
    void pixelsAreReleasedAsSoonAsTheyCanBe(Keeping keeping) {
        for (int parts : new int[] {1, 3}) {
            List<Integer> released = new ArrayList<>();
            try (PointerScope scope = new PointerScope();
                    Swav model = model("resnet10w0.25")) {
                List<MicroBatch> batches = new ArrayList<>();
                for (int i = 0; i < parts; i++) {
                    int own = i;
                    batches.add(new MicroBatch(crops(i, 2), 2, () -> released.add(own)));
                }
                TrunkPass trunk = new TrunkPass(model, batches, Precision.FP32, keeping);
                assertThat(released).hasSize(parts == 1 ? 1 : 0);
                loss(model, trunk.features(), Precision.FP32).backward();
                trunk.backward();
                assertThat(released).isEqualTo(parts == 1 ? List.of(0) : List.of(0, 1, 2));
            }
        }
    }
}
