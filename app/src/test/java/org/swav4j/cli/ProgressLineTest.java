package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.train.RankPaces;
import org.swav4j.train.StepReport;
import org.swav4j.train.TrainingPlan;

class ProgressLineTest {
    private final StringWriter text = new StringWriter();
    private final AtomicLong clock = new AtomicLong();

    @Test
    void plainLinesAreTheFirstStepsThenOneInTenSecondsThenTheLast() {
        ProgressLine line = line(ProgressLine.Mode.PLAIN);
        line.started(new TrainingPlan(2, 50, 100, 0, 12_800));
        for (int step = 1; step <= 100; step++) {
            clock.addAndGet(1_000_000_000L);
            line.step(report(step, 0.02));
        }

        assertThat(text.toString().lines().map(l -> l.replaceFirst(".*  step (\\d+)/.*", "$1")))
                .containsExactly(
                        "12,800 images, 50 steps an epoch, 2 epochs: 100 steps",
                        "1",
                        "2",
                        "3",
                        "13",
                        "23",
                        "33",
                        "43",
                        "53",
                        "63",
                        "73",
                        "83",
                        "93",
                        "100");
        assertThat(text.toString()).doesNotContain("\r", "\u001b");
    }

    @Test
    void aLineTellsWhereTheRunIs() {
        line(ProgressLine.Mode.PLAIN).step(report(1, 0.25));
        assertThat(text.toString().strip())
                .isEqualTo(
                        "epoch 1/2  step 1/100  loss 5.6250  lr 0.600  1,235 images/s  waiting 25 %  1 h 02 min left");
    }

    @Test
    void onATerminalTheLineIsWrittenOverAndOtherLinesStayWhole() {
        ProgressLine line = line(ProgressLine.Mode.TERMINAL);
        line.step(report(1, 0));
        line.step(report(2, 0));
        line.warning("the loss stays at ln K");
        line.saved(Path.of("runs", "a"), 2);
        line.step(report(3, 0));
        line.finish();
        line.finish();

        assertThat(text.toString().split("\r\u001b\\[K", -1))
                .hasSize(5)
                .satisfies(parts -> assertThat(parts[3].lines()).containsExactly("warning: the loss stays at ln K"));
        assertThat(text.toString()).endsWith("left\u001b[?7h" + System.lineSeparator());
    }

    @Test
    void savesAreLoggedButDoNotFillATerminal() {
        line(ProgressLine.Mode.TERMINAL).saved(Path.of("runs", "a"), 2);
        assertThat(text.toString()).isEmpty();
        line(ProgressLine.Mode.PLAIN).saved(Path.of("runs", "a"), 2);
        assertThat(text.toString().strip()).isEqualTo("saved " + Path.of("runs", "a"));
    }

    @Test
    void onATerminalItIsDrawnTenTimesASecondAtMost() {
        ProgressLine line = line(ProgressLine.Mode.TERMINAL);
        for (int step = 10; step < 60; step++) {
            clock.addAndGet(10_000_000L);
            line.step(report(step, 0));
        }
        assertThat(text.toString().chars().filter(c -> c == '\r')).hasSize(5);
    }

    @Test
    void aResumedRunShowsItsFirstStepsToo() {
        ProgressLine line = line(ProgressLine.Mode.PLAIN);
        line.started(new TrainingPlan(2, 50, 100, 40, 12_800));
        line.step(report(41, 0));
        assertThat(text.toString()).contains("from step 40").contains("step 41/100");
    }

    @Test
    void quietShowsWarningsOnly() {
        ProgressLine line = line(ProgressLine.Mode.QUIET);
        line.started(new TrainingPlan(2, 50, 100, 0, 12_800));
        line.step(report(1, 0));
        line.knn(1, 0.5);
        line.warning("w");
        line.finish();
        assertThat(text.toString().lines()).containsExactly("warning: w");
    }

    @Test
    void accuracyIsInPercent() {
        line(ProgressLine.Mode.PLAIN).knn(5, 0.4567);
        assertThat(text.toString().strip()).isEqualTo("k-NN after 5 epochs: 45.7 %");
    }

    @Test
    void theProbesAccuracyStandsBehindTheLoss() {
        line(ProgressLine.Mode.PLAIN).step(report(1, 0, 0.3456));
        assertThat(text.toString()).contains("loss 5.6250  probe 34.6 %  lr 0.6");
    }

    @ParameterizedTest
    @CsvSource({"PT8.9S, 8 s", "PT3M20S, 3 min 20 s", "PT1H2M, 1 h 02 min", "PT51H, 2 d 3 h", "PT0S, 0 s"})
    void durationsHaveTwoUnits(Duration duration, String shown) {
        assertThat(ProgressLine.duration(duration)).isEqualTo(shown);
    }

    @Test
    void saysHowRanksKeepUp() {
        RankPaces ranks = new RankPaces(
                new double[] {412.4, 398.2, 421}, new double[] {0, 0.02, 0}, new double[] {0.04, 0.01, 0.07});
        line(ProgressLine.Mode.PLAIN).step(report(100, 0, Double.NaN, Optional.of(ranks)));
        assertThat(text.toString()).contains("images/s  ranks 398 to 421, slowest 1, exchange 4 %  1 h 02 min left");
    }

    private ProgressLine line(ProgressLine.Mode mode) {
        return new ProgressLine(new PrintWriter(text), mode, clock::get);
    }

    private static StepReport report(long step, double waiting) {
        return report(step, waiting, Double.NaN);
    }

    private static StepReport report(long step, double waiting, double probeTop1) {
        return report(step, waiting, probeTop1, Optional.empty());
    }

    private static StepReport report(long step, double waiting, double probeTop1, Optional<RankPaces> ranks) {
        return new StepReport(
                step,
                100,
                (int) ((step - 1) / 50),
                2,
                5.625,
                0.6,
                probeTop1,
                1234.6,
                waiting,
                ranks,
                Duration.ofMinutes(62));
    }
}
