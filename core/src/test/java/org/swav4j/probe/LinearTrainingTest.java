package org.swav4j.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.augment.EvalTransform;
import org.swav4j.comm.Alone;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.ImagesDone;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stage;

class LinearTrainingTest {
    private static final List<Stage> BOTH = List.of(Stage.LAYER3, Stage.LAYER4);
    private static final LabelledMemory IMAGES = new LabelledMemory(
            List.of("a", "b", "c"),
            Set.of(),
            IntStream.range(0, 30).map(i -> i % 3).toArray());
    private static final EvalTransform VIEW = EvalTransform.stretch(8);
    private static final LinearRecipe RECIPE = new LinearRecipe(5, .1, List.of(), 1e-4, 8, .5, 1);

    @TempDir
    private Path folder;

    private Path saved;

    /** Mean colours of quarters as layer3, of the whole as layer4. */
    private static List<Tensor> encode(Tensor pixels, List<Stage> stages) {
        Tensor x = pixels.to(ScalarType.Float).div(new Scalar(255.0)).permute(0, 3, 1, 2);
        return stages.stream()
                .map(stage -> {
                    long side = stage == Stage.LAYER3 ? 2 : 1;
                    return torch.adaptive_avg_pool2d(x, side, side).flatten(1, -1);
                })
                .toList();
    }

    @BeforeEach
    void file() {
        saved = folder.resolve("reports/state");
    }

    @Test
    void goesOnBehindTheLastWholeEpochWithTheSameNumbers() throws IOException {
        List<List<EpochScore>> whole = train(BOTH, "k", Optional.empty(), () -> false, new Heard());
        int[] steps = {0};
        // three steps an epoch: the eighth is in the third epoch
        List<List<EpochScore>> part = train(BOTH, "k", Optional.of(saved), () -> ++steps[0] == 8, new Heard());
        assertThat(part).isEqualTo(whole.subList(0, 2));
        Heard heard = new Heard();
        assertThat(train(BOTH, "k", Optional.of(saved), () -> false, heard)).isEqualTo(whole);
        assertThat(heard.lines).first().isEqualTo("goes on 2");
        assertThat(whole).hasSize(5);
        assertThat(whole.get(4).get(0).loss()).isLessThan(whole.get(0).get(0).loss());
    }

    @Test
    void aStateOfAnotherTaskOrADamagedOneIsNotGoneOnWith() throws IOException {
        train(BOTH, "k", Optional.of(saved), () -> false, new Heard());
        Heard heard = new Heard();
        assertThat(train(BOTH, "other", Optional.of(saved), () -> false, heard)).hasSize(5);
        assertThat(heard.lines.get(0)).contains("other settings; beginning anew");
        Files.write(saved, new byte[] {1, 2, 3});
        Heard damaged = new Heard();
        assertThat(train(BOTH, "k", Optional.of(saved), () -> false, damaged)).hasSize(5);
        assertThat(damaged.lines.get(0)).contains("beginning anew").contains(saved.toString());
    }

    @Test
    void severalStagesAtOnceComeOutAsEachAlone() throws IOException {
        List<List<EpochScore>> both = train(BOTH, "k", Optional.empty(), () -> false, new Heard());
        List<List<EpochScore>> last = train(List.of(Stage.LAYER4), "k", Optional.empty(), () -> false, new Heard());
        for (int epoch = 0; epoch < 5; epoch++) {
            assertThat(both.get(epoch).get(1)).isEqualTo(last.get(epoch).get(0));
        }
        assertThat(both.get(4).get(0)).isNotEqualTo(both.get(4).get(1));
    }

    private List<List<EpochScore>> train(
            List<Stage> stages, String key, Optional<Path> file, BooleanSupplier stop, Heard heard) {
        torch.set_num_threads(1);
        Quarantine quarantine = new Quarantine("memory");
        StageEncoder encoder = LinearTrainingTest::encode;
        try (StageFeatures test = StageFeatures.extract(
                        IMAGES,
                        IMAGES.classNames(),
                        encoder,
                        stages,
                        VIEW,
                        1,
                        quarantine,
                        ImagesDone.UNHEARD,
                        new Alone());
                LinearTraining training = new LinearTraining(
                        new LinearTraining.Task(
                                encoder,
                                stages,
                                stages.stream()
                                        .map(s -> s == Stage.LAYER3 ? 12 : 3)
                                        .toList(),
                                IMAGES,
                                test,
                                RECIPE,
                                VIEW,
                                Placement.CPU,
                                2,
                                4,
                                quarantine,
                                key,
                                file),
                        new Alone())) {
            assertThat(training.run(heard, stop)).isEqualTo(training.scores().size());
            return training.scores();
        }
    }

    private static final class Heard implements LinearTraining.Watcher {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void goesOn(int epochs) {
            lines.add("goes on " + epochs);
        }

        @Override
        public void step(int epoch, int step, int stepsPerEpoch) {
            assertThat(stepsPerEpoch).isEqualTo(3);
        }

        @Override
        public void epoch(int epoch, List<EpochScore> scores) {
            lines.add("epoch " + epoch);
        }

        @Override
        public void warning(String message) {
            lines.add(message);
        }
    }
}
