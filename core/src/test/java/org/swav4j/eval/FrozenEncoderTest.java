package org.swav4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.GoldenSet;
import org.swav4j.Tensors;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.Contents;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.checkpoint.Progress;
import org.swav4j.comm.Alone;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.Swav;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

class FrozenEncoderTest {
    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    private static final EncoderInfo INFO = new EncoderInfo("resnet18w0.125", "small", 16);

    @TempDir
    private Path run;

    private static Swav model() {
        ModelConfig config =
                new ModelConfig(Architecture.parse(INFO.arch()), Stem.parse(INFO.stem()), 16, 8, List.of(10));
        return new Swav(config, Placement.CPU, new Alone());
    }

    private Path save(Swav model, EncoderInfo info) {
        try (StateDict optimizer = new StateDict()) {
            return new CheckpointDirectory(run.resolve("checkpoints"), 3)
                    .save(
                            new Contents(
                                    new Progress(1, 0, 1, 1, "", ""), info, model.state(), optimizer, null, "a: 1"),
                            "0.1.0");
        }
    }

    @Test
    void loadedFromARunItGivesTheModelsFeatures() {
        try (PointerScope scope = new PointerScope();
                Swav model = model()) {
            // running statistics other than those of the start
            model.trunk(List.of(Tensors.pixels(1, 8, 16, 16, 3)), Pass.TRAINING, Precision.FP32);
            Path checkpoint = save(model, INFO);
            Tensor pixels = Tensors.pixels(2, 3, 16, 16, 3);
            for (Path place : new Path[] {run, checkpoint}) {
                for (Precision precision : Precision.values()) {
                    try (FrozenEncoder encoder = FrozenEncoder.load(place, Placement.CPU, precision)) {
                        assertThat(encoder.info()).isEqualTo(INFO);
                        Tensor features = encoder.features(pixels);
                        assertThat(features.shape()).containsExactly(3, 64);
                        Tensor exact = model.features(pixels, Precision.FP32);
                        assertThat(GoldenSet.maxDifference(features, exact))
                                .isLessThan((precision == Precision.FP32 ? 1e-5 : 3e-2)
                                        * exact.abs().max().item_double());
                        assertThat(encoder.features(pixels).equal(features))
                                .as("asking changes nothing")
                                .isTrue();
                    }
                }
            }
        }
    }

    @Test
    void untrainedItHasTheWeightsATrainingStartsFrom() {
        RandomState.seed(31);
        try (PointerScope scope = new PointerScope();
                Swav model = model()) {
            RandomState.seed(5);
            Tensor pixels = Tensors.pixels(2, 3, 16, 16, 3);
            Tensor expected = model.features(pixels, Precision.FP32);
            try (FrozenEncoder same = FrozenEncoder.untrained(INFO, 31, Placement.CPU, Precision.FP32);
                    FrozenEncoder other = FrozenEncoder.untrained(INFO, 32, Placement.CPU, Precision.FP32)) {
                assertThat(GoldenSet.maxDifference(same.features(pixels), expected))
                        .isLessThan(1e-5);
                assertThat(GoldenSet.maxDifference(other.features(pixels), expected))
                        .isGreaterThan(1e-2);
            }
        }
    }

    @Test
    void aCheckpointThatDoesNotFitItsManifestIsNamed() {
        try (Swav model = model()) {
            Path checkpoint = save(model, new EncoderInfo("resnet18w0.25", "small", 16));
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(() -> FrozenEncoder.load(run, Placement.CPU, Precision.FP32))
                    .withMessage(checkpoint + ": 'conv1.weight' is [8, 3, 3, 3]; this model needs [16, 3, 3, 3]");
        }
    }

    @Test
    void anEncoderOfGreyImagesIsRefused() {
        try (StateDict grey = new StateDict();
                StateDict optimizer = new StateDict();
                Swav model = model();
                PointerScope scope = new PointerScope()) {
            model.state()
                    .forEach((name, tensor) -> grey.add(
                            name, name.equals("conv1.weight") ? tensor.detach().narrow(1, 0, 1) : tensor));
            Path checkpoint = new CheckpointDirectory(run.resolve("checkpoints"), 3)
                    .save(new Contents(new Progress(1, 0, 1, 1, "", ""), INFO, grey, optimizer, null, "a: 1"), "0.1.0");
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(() -> FrozenEncoder.load(run, Placement.CPU, Precision.FP32))
                    .withMessage(checkpoint + ": 'conv1.weight' is [8, 1, 3, 3]; this model needs [8, 3, 3, 3]");
        }
    }

    @Test
    void anArchitectureNobodyKnowsIsNamed() {
        try (Swav model = model()) {
            Path checkpoint = save(model, new EncoderInfo("vit", "small", 16));
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(() -> FrozenEncoder.load(run, Placement.CPU, Precision.FP32))
                    .withMessageStartingWith(checkpoint + ": 'vit' is not an architecture");
        }
    }

    @Test
    void smallImagesAreShownWholeAndLargerOnesByTheirCentre() {
        assertThat(FrozenEncoder.view(32)).isEqualTo(EvalTransform.stretch(32));
        assertThat(FrozenEncoder.view(96)).isEqualTo(EvalTransform.stretch(96));
        assertThat(FrozenEncoder.view(97)).isEqualTo(new EvalTransform(97));
        assertThat(FrozenEncoder.view(224)).isEqualTo(new EvalTransform(224));
    }
}
