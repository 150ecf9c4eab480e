package org.swav4j.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.loader.LoadingWatch;
import org.swav4j.loader.LoadingWatch.Stage;
import org.swav4j.profile.ProfileReport.PhaseCost;

class StepProfilerTest {
    @TempDir
    private Path directory;

    private final List<String> warnings = new ArrayList<>();
    private long step;

    private StepProfiler profiler(int steps) {
        return new StepProfiler(steps, 4, "cpu", directory.resolve("profile.json.gz"), warnings::add);
    }

    /** A step with an operation in its forward phase and another in its backward phase. */
    private Optional<ProfileReport> step(StepProfiler profiler) {
        return step(profiler, StepProfilerTest::multiply);
    }

    private Optional<ProfileReport> step(StepProfiler profiler, Runnable forward) {
        profiler.stepBegins();
        profiler.now(Phase.FORWARD);
        forward.run();
        profiler.now(Phase.BACKWARD);
        multiply();
        profiler.now(Phase.OTHER);
        return profiler.stepEnds(++step);
    }

    private static void multiply() {
        try (Tensor a = torch.ones(64, 64);
                Tensor product = a.mm(a)) {
            assertThat(product.size(0)).isEqualTo(64);
        }
    }

    private static void assertAddsUp(ProfileReport report) {
        double phases = report.phases().stream().mapToDouble(PhaseCost::seconds).sum();
        assertThat(phases).isCloseTo(report.stepSeconds(), within(1e-9));
        assertThat(report.phases().stream().mapToDouble(PhaseCost::share).sum()).isCloseTo(1, within(1e-9));
        if (report.operations().isEmpty()) {
            return;
        }
        for (PhaseCost phase : report.phases()) {
            double own = report.operations().stream()
                    .filter(o -> o.phase() == phase.phase())
                    .mapToDouble(ProfileReport.OperationCost::seconds)
                    .sum();
            assertThat(own).isLessThanOrEqualTo(phase.inOperations() + 1e-12);
            assertThat(phase.inOperations()).isLessThanOrEqualTo(phase.seconds() + 1e-12);
        }
    }

    @Test
    void theFirstStepsAreNotMeasuredAndTheReportComesWithTheLast() throws IOException {
        try (StepProfiler profiler = profiler(2)) {
            for (int i = 0; i < StepProfiler.WARM_UP + 1; i++) {
                assertThat(step(profiler)).isEmpty();
            }
            ProfileReport report = step(profiler).orElseThrow();
            assertThat(report.firstStep()).isEqualTo(4);
            assertThat(report.steps()).isEqualTo(2);
            assertAddsUp(report);
            assertThat(step(profiler)).isEmpty();
            assertThat(profiler.finish()).isEmpty();

            Map<String, List<TraceReader.Slice>> rows = TraceReader.read(report.trace());
            assertThat(rows).containsOnlyKeys("training");
            assertThat(rows.get("training").stream().filter(s -> s.category().equals("step")))
                    .extracting(TraceReader.Slice::name)
                    .containsExactly("step 4", "step 5");
            if (report.operations().isEmpty()) {
                assertThat(warnings).hasSize(1);
            } else {
                assertThat(report.operations())
                        .filteredOn(o -> o.name().equals("aten::mm"))
                        .hasSize(2)
                        .allMatch(o -> o.calls() == 1)
                        .extracting(ProfileReport.OperationCost::phase)
                        .containsExactlyInAnyOrder(Phase.FORWARD, Phase.BACKWARD);
                assertThat(warnings).isEmpty();
            }
        }
    }

    @Test
    void whatComesBetweenStepsIsInNone() throws Exception {
        try (StepProfiler profiler = profiler(3)) {
            for (int i = 0; i < StepProfiler.WARM_UP + 2; i++) {
                step(profiler);
            }
            profiler.now(Phase.OTHER);
            Thread.sleep(200);
            multiply();
            ProfileReport report = step(profiler).orElseThrow();
            assertAddsUp(report);
            assertThat(report.stepSeconds()).isLessThan(0.2 / 3);
            List<TraceReader.Slice> training = TraceReader.read(report.trace()).get("training");
            assertThat(training)
                    .filteredOn(s -> s.category().equals("pause"))
                    .hasSize(2)
                    .last()
                    .satisfies(s -> assertThat(s.end() - s.start()).isGreaterThan(200_000_000));
        }
    }

    @Test
    void aTrainingThatEndsEarlyReportsTheStepsThereWere() throws IOException {
        try (StepProfiler profiler = profiler(50)) {
            for (int i = 0; i < StepProfiler.WARM_UP + 2; i++) {
                step(profiler);
            }
            ProfileReport report = profiler.finish().orElseThrow();
            assertThat(report.steps()).isEqualTo(2);
            assertAddsUp(report);
        }
    }

    @Test
    void aStepThatWasBegunOnlyIsNotPartOfIt() throws Exception {
        try (StepProfiler profiler = profiler(50)) {
            for (int i = 0; i < StepProfiler.WARM_UP + 2; i++) {
                step(profiler);
            }
            profiler.stepBegins();
            Thread.sleep(100);
            step(profiler);
            profiler.stepBegins();
            Thread.sleep(100);
            ProfileReport report = profiler.finish().orElseThrow();
            assertThat(torch.profilerEnabled()).isFalse();
            assertThat(report.steps()).isEqualTo(3);
            assertAddsUp(report);
            assertThat(report.stepSeconds()).isLessThan(0.1 / 3);
            assertThat(TraceReader.read(report.trace()).get("training"))
                    .filteredOn(s -> s.category().equals("step"))
                    .hasSize(3);
        }
    }

    @Test
    void withoutAStepToMeasureThereIsAWarningAndNoFile() throws IOException {
        try (StepProfiler profiler = profiler(50)) {
            for (int i = 0; i < StepProfiler.WARM_UP; i++) {
                step(profiler);
            }
            assertThat(profiler.finish()).isEmpty();
            assertThat(warnings).singleElement().asString().contains("--profile", "before there was a step to measure");
            assertThat(directory).isEmptyDirectory();
        }
    }

    @Test
    void anExceptionInAStepLeavesNothingRecording() throws IOException {
        try (StepProfiler profiler = profiler(5)) {
            for (int i = 0; i < StepProfiler.WARM_UP; i++) {
                step(profiler);
            }
            profiler.stepBegins();
            profiler.now(Phase.FORWARD);
        }
        assertThat(torch.profilerEnabled()).isFalse();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aTraceThatCannotBeWrittenIsAWarning() throws IOException {
        Files.createDirectories(directory.resolve("profile.json.gz/taken"));
        try (StepProfiler profiler = profiler(1)) {
            for (int i = 0; i < StepProfiler.WARM_UP; i++) {
                step(profiler);
            }
            ProfileReport report = step(profiler).orElseThrow();
            assertThat(report.trace()).isNull();
            assertAddsUp(report);
            assertThat(warnings)
                    .last()
                    .asString()
                    .contains("--profile", "could not be written", "the training goes on");
        }
    }

    @Test
    void threadsOfTheLoaderAreMeasuredWhileStepsAre() throws Exception {
        try (StepProfiler profiler = profiler(2)) {
            LoadingWatch watch = profiler.loading();
            for (int i = 0; i < StepProfiler.WARM_UP + 1; i++) {
                step(profiler);
            }
            Thread worker = new Thread(
                    () -> {
                        watch.now(Stage.READ);
                        watch.now(Stage.DECODE);
                        pauseAtLeast(20);
                        watch.now(Stage.CROP);
                        watch.now(Stage.IDLE);
                    },
                    "loader-0");
            ProfileReport report = step(profiler, () -> runToItsEnd(worker)).orElseThrow();
            assertThat(report.loading().workers()).isEqualTo(1);
            double decoding = report.loading().decoding() * report.stepSeconds() * report.steps();
            assertThat(decoding).isGreaterThanOrEqualTo(0.02);
            assertThat(report.loading().busy()).isBetween(report.loading().decoding(), 1.0);
            assertThat(TraceReader.read(report.trace()).get("loader-0"))
                    .extracting(TraceReader.Slice::name)
                    .containsSubsequence("read", "decode", "crop")
                    .doesNotContain("idle");
        }
    }

    private static void runToItsEnd(Thread thread) {
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void pauseAtLeast(long milliseconds) {
        long end = System.nanoTime() + milliseconds * 1_000_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void switchedOffItHearsNothing() throws IOException {
        try (StepProfiler profiler = profiler(0)) {
            for (int i = 0; i < StepProfiler.WARM_UP + 2; i++) {
                assertThat(step(profiler)).isEmpty();
            }
            assertThat(profiler.loading()).isSameAs(LoadingWatch.NONE);
            assertThat(profiler.finish()).isEmpty();
            assertThat(warnings).isEmpty();
        }
    }

    @Test
    void stepsAreBounded() {
        assertThatIllegalArgumentException().isThrownBy(() -> profiler(-1)).withMessageContaining("found -1");
        assertThatIllegalArgumentException().isThrownBy(() -> profiler(101)).withMessageContaining("0 <= steps <= 100");
    }
}
