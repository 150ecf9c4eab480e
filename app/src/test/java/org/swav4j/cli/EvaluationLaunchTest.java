package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.sample.SampleImages;

/** {@code --nproc} of commands that evaluate: real processes of this machine that share one command's work. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class EvaluationLaunchTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void draw() throws IOException {
        SampleImages.draw(folder.resolve("images"), 60, 10, 5);
    }

    private static List<Object> words(Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                "knn",
                "--model",
                "untrained:resnet10w0.125:small-stride2:16",
                "--train",
                folder.resolve("images/train"),
                "--test",
                folder.resolve("images/test"),
                "--threads",
                "1",
                "--precision",
                "fp32",
                "--batch",
                "16",
                "--json"));
        words.addAll(List.of(more));
        return words;
    }

    private static String withoutCommand(String json) {
        return json.lines().filter(line -> !line.contains("\"command\"")).reduce("", (a, b) -> a + b + "\n");
    }

    @Test
    void twoFindWhatOneFindsAndTheFirstSpeaks() throws Exception {
        TinyCommand.Result one = TinyCommand.swav(words("--quiet").toArray());
        assertThat(one.code()).as(one.err()).isZero();
        try (SwavProcess process = SwavProcess.start(folder, words("--nproc", "2"))) {
            SwavProcess.Result two = process.end(60);
            assertThat(two.code()).as(two.err()).isZero();
            assertThat(withoutCommand(two.out())).isEqualTo(withoutCommand(one.out()));
            assertThat(two.err()).containsOnlyOnce("train: ").contains("images of the first of 2 processes");
        }
        assertThat(SwavProcess.names(folder)).doesNotContain("logs", "rank-0.txt");
    }

    @Test
    void whatIsTypedWronglyIsSaidOnceBeforeAnythingStarts() {
        TinyCommand.Result none =
                TinyCommand.swav(words("--nproc", "0", "--k", "0").toArray());
        assertThat(none.code()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err()).contains("--nproc: '0': must be at least 1", "--k: '0'");
        TinyCommand.Result time =
                TinyCommand.swav(words("--nproc", "2", "--rank-timeout", "soon").toArray());
        assertThat(time.code()).isEqualTo(ExitCode.USAGE);
        assertThat(time.err()).contains("--rank-timeout", "'soon': must be a time such as 90s, 5m or 1h");
    }

    /** Images one by one take long enough to be interrupted. */
    private static SwavProcess slowly() throws Exception {
        List<Object> words = words("--nproc", "2");
        words.set(words.indexOf("--batch") + 1, "1");
        words.set(words.indexOf("untrained:resnet10w0.125:small-stride2:16"), "untrained:resnet18:imagenet:224");
        SwavProcess process = SwavProcess.start(folder, words);
        assertThat(process.await(() -> process.reports("images of the first of 2 processes"), 60))
                .isTrue();
        return process;
    }

    @Test
    @Tag("slow")
    void aKilledOneIsNamedAndTheOtherEnds() throws Exception {
        try (SwavProcess process = slowly()) {
            ProcessHandle last = process.handle()
                    .children()
                    .max(Comparator.comparing(
                            child -> child.info().startInstant().orElseThrow()))
                    .orElseThrow();
            SwavProcess.signal(last, "KILL");
            SwavProcess.Result end = process.end(30);
            assertThat(end.code()).isEqualTo(ExitCode.FAILED);
            assertThat(end.out()).isEmpty();
            assertThat(end.err())
                    .contains("(process " + last.pid() + ") was killed by signal 9 (KILL); the others were ended")
                    .doesNotContain("what it printed", "\tat ");
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130"})
    @Tag("slow")
    void aSignalEndsAll(String signal, int code) throws Exception {
        try (SwavProcess process = slowly()) {
            List<ProcessHandle> ranks = process.handle().children().toList();
            assertThat(ranks).hasSize(2);
            process.signal(signal);
            SwavProcess.Result end = process.end(20);
            assertThat(end.code()).as(end.err()).isEqualTo(code);
            assertThat(ranks).noneMatch(ProcessHandle::isAlive);
        }
    }
}
