package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.sample.SampleImages;
import tools.jackson.databind.json.JsonMapper;

/**
 * One command, started again and again and killed by {@code kill -9} at random moments until it is done: what it has made then
 * is to the last bit what it makes undisturbed.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
class KillTest {
    private static final int INTERVAL = 4;
    private static final int STEPS = 45;
    private static final List<String> TIMING = List.of("images_per_second", "data_wait_share", "memory_mb");
    private static final Pattern STEP =
            Pattern.compile("step (\\d+)/" + STEPS + "|saved .*step-(\\d+)|\"step\":(\\d+)");

    @TempDir
    private static Path folder;

    private static Path whole;

    private int kills;
    private int killsWhileSaving;
    private int killsBeforeTraining;
    private long stepsRepeated;

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        SampleImages.draw(folder.resolve("images"), 3, 1, 5);
        whole = folder.resolve("whole");
        try (SwavProcess process = start(whole)) {
            SwavProcess.Result result = process.end(120);
            assertThat(result.code()).as(result.err()).isZero();
        }
    }

    private static SwavProcess start(Path run) throws IOException {
        return SwavProcess.start(
                folder,
                TinyCommand.words(
                        "--data",
                        folder.resolve("images/train"),
                        "--out",
                        run,
                        "--resume",
                        "auto",
                        "--checkpoint-every",
                        INTERVAL + "steps",
                        "--epochs",
                        STEPS / 3,
                        "--crops",
                        "2x48@0.4-1",
                        "--queue-length",
                        "24",
                        "--queue-start-epoch",
                        "4",
                        "--workers",
                        "1"));
    }

    @Test
    void aFewKillsChangeNothing() throws Exception {
        // on a fast machine a run may be over before the moment to kill it
        for (int runs = 1; kills < 3; runs++) {
            killUntilDone(folder.resolve("few-" + runs), new Random(runs), 4);
            assertThat(runs).isLessThan(10);
        }
    }

    @Test
    @Tag("slow")
    void aHundredKillsChangeNothing() throws Exception {
        int runs = 0;
        while (kills < 100) {
            runs++;
            killUntilDone(folder.resolve("run-" + runs), new Random(runs), Integer.MAX_VALUE);
            assertThat(runs).isLessThan(50);
        }
        System.out.printf(
                "kill -9: %d kills in %d runs of %d steps, %d while a checkpoint was written, %d before training began;"
                        + " at least %d steps were done again; all runs ended with the same bits%n",
                kills, runs, STEPS, killsWhileSaving, killsBeforeTraining, stepsRepeated);
        assertThat(killsWhileSaving).isGreaterThan(20);
        assertThat(killsBeforeTraining).isGreaterThan(3);
    }

    private void killUntilDone(Path run, Random random, int most) throws Exception {
        for (int start = 0; start < 80; start++) {
            try (SwavProcess process = start(run)) {
                if (start < most) {
                    awaitMoment(process, run, random);
                    if (process.isAlive()) {
                        process.signal("KILL");
                    }
                }
                SwavProcess.Result result = process.end(120);
                if (result.code() == ExitCode.DONE) {
                    requireSameAs(whole, run);
                    return;
                }
                assertThat(result.code()).as(result.err()).isEqualTo(128 + 9);
                requireLittleLost(run, result.out());
            }
        }
        throw new AssertionError("never done");
    }

    /** A random moment: of the start, of the training, or of a save. */
    private static void awaitMoment(SwavProcess process, Path run, Random random) throws InterruptedException {
        int kind = random.nextInt(20);
        if (kind < 3) {
            Thread.sleep(50 + random.nextInt(1_000));
            return;
        }
        process.await(() -> output(process).contains("steps an epoch"), 60);
        if (kind < 10) {
            Thread.sleep(random.nextInt(700));
            return;
        }
        int saves = random.nextInt(3);
        Path unfinished = run.resolve("checkpoints/.unfinished");
        for (int i = 0; i < saves; i++) {
            process.await(() -> Files.exists(unfinished), 60);
            process.await(() -> !Files.exists(unfinished), 60);
        }
        process.await(() -> Files.exists(unfinished), 60);
        Thread.sleep(random.nextInt(30));
    }

    private static String output(SwavProcess process) {
        try {
            return process.out();
        } catch (IOException e) {
            return "";
        }
    }

    /** An interval, and what went by while a checkpoint was written: another at most, as each save waits for the one before. */
    private void requireLittleLost(Path run, String out) throws IOException {
        kills++;
        List<String> names = SwavProcess.names(run.resolve("checkpoints"));
        killsWhileSaving += names.stream().anyMatch(n -> n.startsWith(".unfinished")) ? 1 : 0;
        killsBeforeTraining += out.contains("steps an epoch") ? 0 : 1;
        List<String> damaged = new ArrayList<>();
        long newest = new CheckpointDirectory(run.resolve("checkpoints"), 1)
                .newest(e -> damaged.add(e.getMessage()))
                .map(c -> c.progress().step())
                .orElse(0L);
        assertThat(damaged).isEmpty();
        Path metrics = run.resolve("metrics.jsonl");
        long last = lastStep(out + (Files.exists(metrics) ? Files.readString(metrics) : ""));
        assertThat(last - newest).as("steps lost: %s", out).isLessThanOrEqualTo(2 * INTERVAL);
        stepsRepeated += Math.max(0, last - newest);
    }

    private static long lastStep(String text) {
        long last = 0;
        Matcher found = STEP.matcher(text);
        while (found.find()) {
            for (int group = 1; group <= 3; group++) {
                last = found.group(group) == null ? last : Math.max(last, Long.parseLong(found.group(group)));
            }
        }
        return last;
    }

    private static void requireSameAs(Path expected, Path actual) throws IOException {
        Checkpoint end = Checkpoint.find(expected);
        Checkpoint found = Checkpoint.find(actual);
        assertThat(found.progress()).isEqualTo(end.progress());
        assertThat(found.progress().step()).isEqualTo(STEPS);
        assertThat(found.summary().files().keySet())
                .isEqualTo(end.summary().files().keySet())
                .contains("queue.safetensors");
        for (String name : end.summary().files().keySet()) {
            assertThat(found.directory().resolve(name))
                    .hasSameBinaryContentAs(end.directory().resolve(name));
        }
        assertThat(rows(actual)).isEqualTo(rows(expected));
        assertThat(SwavProcess.names(actual.resolve("checkpoints")))
                .noneMatch(name -> name.startsWith(".") || name.startsWith("damaged"));
    }

    private static List<Map<?, ?>> rows(Path run) throws IOException {
        List<Map<?, ?>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            Map<?, ?> row = new JsonMapper().readValue(line, Map.class);
            row.keySet().removeAll(TIMING);
            rows.add(row);
        }
        assertThat(rows).hasSize(1 + (STEPS - 1) / 10);
        return rows;
    }
}
