package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.loader.MemoryImages;
import org.swav4j.profile.Phase;
import org.swav4j.profile.ProfileReport;
import org.swav4j.profile.TraceReader;
import org.swav4j.tensor.StateDict;

/** Five steps an epoch, so that what is measured begins in one epoch and ends in the next. */
@Timeout(120)
class ProfiledTrainingTest {
    private static final int MEASURED = 6;

    @TempDir
    private Path temporary;

    private final MemoryImages images = new MemoryImages(40, Set.of());

    @Test
    @EnabledOnOs(OS.LINUX)
    void aProfileShowsPhasesOperationsAndLoadingAndChangesNoBit() throws IOException {
        TrainingResult plain = new TinyTraining(temporary.resolve("plain")).run(images);
        TinyTraining training = new TinyTraining(temporary.resolve("profiled")).profiled(MEASURED);
        TrainingResult profiled = training.run(images);
        assertThat(plain.profile()).isNull();
        assertSameModel(plain, profiled);
        assertThat(training.warnings()).isEmpty();

        ProfileReport report = profiled.profile();
        assertThat(training.profiles()).containsExactly(report);
        assertThat(report.firstStep()).isEqualTo(4);
        assertThat(report.steps()).isEqualTo(MEASURED);
        assertThat(report.phases()).extracting(ProfileReport.PhaseCost::phase).containsExactly(Phase.values());
        assertThat(report.loading().workers()).isEqualTo(2);
        assertThat(report.trace()).isEqualTo(training.directory().profile());

        Map<String, List<TraceReader.Slice>> rows = TraceReader.read(report.trace());
        assertThat(rows).containsOnlyKeys("training", "swav-loader-0", "swav-loader-1");
        List<TraceReader.Slice> train = rows.get("training");
        assertThat(train.stream().filter(s -> s.category().equals("step")).map(TraceReader.Slice::name))
                .containsExactly("step 4", "step 5", "step 6", "step 7", "step 8", "step 9");
        assertIn("forward", "aten::convolution", train);
        assertIn("backward", "aten::convolution_backward", train);
        assertIn("loss", "aten::log_softmax", train);
        List<TraceReader.Slice> loading = rows.entrySet().stream()
                .filter(row -> row.getKey().startsWith("swav-loader"))
                .flatMap(row -> row.getValue().stream())
                .toList();
        assertThat(loading.stream().map(TraceReader.Slice::name).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("read", "decode", "crop");
        long end = train.stream().mapToLong(TraceReader.Slice::end).max().orElseThrow();
        assertThat(loading).allMatch(s -> s.end() <= end);
        assertThat(torch.profilerEnabled()).isFalse();
    }

    /** Every one of these operations lies in a phase of this name, and there are some. */
    private static void assertIn(String phase, String operation, List<TraceReader.Slice> training) {
        List<TraceReader.Slice> phases = training.stream()
                .filter(s -> s.category().equals("phase") && s.name().equals(phase))
                .toList();
        assertThat(training.stream().filter(s -> s.name().equals(operation)))
                .isNotEmpty()
                .allMatch(o -> phases.stream().anyMatch(p -> p.start() <= o.start() && o.end() <= p.end()));
    }

    private static void assertSameModel(TrainingResult a, TrainingResult b) {
        assertThat(b.loss()).isEqualTo(a.loss());
        try (StateDict left = Checkpoint.open(a.checkpoint()).model();
                StateDict right = Checkpoint.open(b.checkpoint()).model()) {
            assertThat(Tensors.differing(left, right)).isEmpty();
        }
    }

    @Test
    void aTraceThatCannotBeWrittenDoesNotEndTheTraining() throws IOException {
        TinyTraining training = new TinyTraining(temporary.resolve("run")).profiled(2);
        Files.createDirectories(training.directory().profile().resolve("taken"));
        TrainingResult result = training.run(images);
        assertThat(result.step()).isEqualTo(15);
        assertThat(result.profile().trace()).isNull();
        assertThat(training.warnings()).anyMatch(w -> w.contains("profile.json.gz could not be written"));
    }

    @Test
    void aRunThatIsStoppedReportsWhatItHasMeasured() throws IOException {
        TinyTraining training =
                new TinyTraining(temporary.resolve("run")).profiled(50).stopAfter(7);
        TrainingResult result = training.run(images);
        assertThat(result.interrupted()).isTrue();
        assertThat(result.profile().steps()).isEqualTo(4);
        assertThat(TraceReader.read(result.profile().trace())).containsKey("training");
    }
}
