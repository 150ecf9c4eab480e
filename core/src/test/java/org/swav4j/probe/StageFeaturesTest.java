package org.swav4j.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.comm.Alone;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.FrozenEncoder;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stage;
import org.swav4j.tensor.Precision;

class StageFeaturesTest {
    private static final EncoderInfo INFO = new EncoderInfo("resnet10w0.125", "small", 32);

    @Test
    void theLastStageIsTheTrunksFeaturesAndEachHasItsWidth() {
        try (FrozenEncoder encoder = FrozenEncoder.untrained(INFO, 3, Placement.CPU, Precision.FP32);
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor pixels = torch.randint(0, 256, new long[] {2, 32, 32, 3}).to(ScalarType.Byte);
            List<Tensor> all = encoder.features(pixels, List.of(Stage.values()));
            for (Stage stage : Stage.values()) {
                assertThat(all.get(stage.ordinal()).shape())
                        .containsExactly(2, Architecture.parse(INFO.arch()).features(stage));
            }
            assertThat(all.get(3).equal(encoder.features(pixels))).isTrue();
            List<Tensor> turned = encoder.features(pixels, List.of(Stage.LAYER3, Stage.LAYER1));
            assertThat(turned.get(0).equal(all.get(2))).isTrue();
            assertThat(turned.get(1).equal(all.get(0))).isTrue();
        }
        assertThat(Architecture.parse("resnet50").features(Stage.LAYER1)).isEqualTo(256);
        assertThat(Architecture.parse("resnet50").features(Stage.LAYER4)).isEqualTo(2048);
        assertThat(Architecture.parse("resnet18").features(Stage.LAYER3)).isEqualTo(256);
    }

    @Test
    void rowsAreOfLabelledReadableImagesWithTheTrainingClassesNumbers() {
        LabelledMemory images = new LabelledMemory(List.of("dog", "cat"), Set.of(1), 0, 1, -1, 1, 0);
        StageEncoder encoder = (pixels, stages) ->
                List.of(pixels.to(ScalarType.Float).mean(1, 2).select(1, 0).unsqueeze(1));
        try (StageFeatures features = StageFeatures.extract(
                images,
                List.of("cat", "cow", "dog"),
                encoder,
                List.of(Stage.LAYER4),
                EvalTransform.stretch(8),
                2,
                new Quarantine("memory"),
                (done, of) -> assertThat(List.of(done, of)).isEqualTo(List.of(5, 5)),
                new Alone())) {
            FeatureRows rows = features.rows(Stage.LAYER4);
            assertThat(rows.images()).containsExactly(0, 3, 4);
            assertThat(rows.labels()).containsExactly(2, 0, 2);
            assertThat(rows.features().shape()).containsExactly(3, 1);
            assertThat(features.size()).isEqualTo(3);
        }
    }
}
