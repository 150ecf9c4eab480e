package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.sample.SampleImages;

/** Real signals to a real process. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class SignalsTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void draw() throws IOException {
        SampleImages.draw(folder.resolve("images"), 3, 1, 5);
    }

    private static List<String> words(Path run, Object... more) {
        return TinyCommand.words(Stream.concat(
                        Stream.of("--data", folder.resolve("images/train"), "--out", run, "--resume", "auto"),
                        Stream.of(more))
                .toArray());
    }

    /** What a scheduler and a user do to one run, which then is what it would have been. */
    @Test
    void theStepIsFinishedAndSavedAndTheRunGoesOnFromThere() throws Exception {
        Path whole = folder.resolve("whole");
        assertThat(TinyCommand.swav(words(whole, "--epochs", "60").toArray()).code())
                .isZero();
        Path run = folder.resolve("run");
        List<String> words = words(run, "--epochs", "60", "--checkpoint-every", "30m");
        long first = stoppedBy("TERM", words, run, 143);
        long second = stoppedBy("INT", words, run, 130);
        assertThat(second).isGreaterThan(first);
        try (SwavProcess process = SwavProcess.start(folder, words)) {
            SwavProcess.Result end = process.end(60);
            assertThat(end.code()).as(end.err()).isZero();
            assertThat(end.out()).contains("from step " + second);
        }
        for (String name : List.of("model.safetensors", "optimizer.safetensors")) {
            assertThat(Checkpoint.find(run).directory().resolve(name))
                    .hasSameBinaryContentAs(Checkpoint.find(whole).directory().resolve(name));
        }
    }

    /** Returns the step after which it stopped. */
    private static long stoppedBy(String signal, List<String> words, Path run, int code) throws Exception {
        try (SwavProcess process = SwavProcess.start(folder, words)) {
            assertThat(process.await(() -> process.shows("loss"), 60)).isTrue();
            process.signal(signal);
            SwavProcess.Result end = process.end(10);
            assertThat(end.code()).as(end.out() + end.err()).isEqualTo(code);
            assertThat(end.err()).contains("finishing this step and saving").doesNotContain("\tat ");
            long step = Checkpoint.find(run).progress().step();
            assertThat(end.out()).contains("after step " + step);
            return step;
        }
    }

    /** A step of this run takes many seconds. */
    @Test
    void aSecondOneDoesNotWaitForTheStep() throws Exception {
        Path run = folder.resolve("slow");
        try (SwavProcess process = SwavProcess.start(
                folder, words(run, "--crops", "2x1024@0.4-1", "--arch", "resnet18", "--stem", "imagenet"))) {
            assertThat(process.await(() -> process.shows("steps an epoch"), 60)).isTrue();
            Thread.sleep(500);
            process.signal("TERM");
            Thread.sleep(200);
            assertThat(process.isAlive()).as("it finishes its step").isTrue();
            process.signal("TERM");
            SwavProcess.Result end = process.end(3);
            assertThat(end.code()).isEqualTo(143);
            assertThat(end.err()).doesNotContain("\tat ");
        }
        assertThat(SwavProcess.names(folder)).noneMatch(name -> name.startsWith("hs_err"));
    }

    /** The script hands over to Java, so a signal to it is a signal to the training. */
    @Test
    @Tag("slow")
    void theLauncherIsKilledAndResumed() throws Exception {
        Path swav = Checkout.make(folder.resolve("check out"));
        Path run = folder.resolve("launched");
        List<String> command = new ArrayList<>(List.of("sh", swav.toString()));
        command.addAll(words(run, "--epochs", "40", "--checkpoint-every", "2steps"));
        try (SwavProcess process = SwavProcess.startCommand(folder, command)) {
            assertThat(process.await(() -> process.shows("saved "), 60))
                    .as(process.out() + process.err())
                    .isTrue();
            process.signal("KILL");
            assertThat(process.end(5).code()).isEqualTo(137);
        }
        long step = Checkpoint.find(run).progress().step();
        try (SwavProcess process = SwavProcess.startCommand(folder, command)) {
            SwavProcess.Result end = process.end(60);
            assertThat(end.code()).as(end.err()).isZero();
            assertThat(end.out()).contains("from step " + step);
        }
        assertThat(Files.isDirectory(run.resolve("checkpoints/step-000000120"))).isTrue();
    }
}
