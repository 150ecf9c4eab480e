package org.swav4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RankLogTest {
    @TempDir
    private Path folder;

    private final AtomicBoolean there = new AtomicBoolean();

    private RankLog log(String title) {
        return new RankLog(folder.resolve("logs/rank-0.txt"), title, there::get);
    }

    @Test
    void aStartThatComesToNothingLeavesNothing() {
        try (RankLog log = log("rank 0 of 2")) {
            log.out("one");
            log.error("two");
            assertThat(log.file()).isEmpty();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatWasPrintedBeforeThereWasARunIsKeptAndEveryStartIsAdded() throws Exception {
        try (RankLog log = log("rank 0 of 2")) {
            log.out("before");
            there.set(true);
            log.error("after");
            assertThat(Files.readString(log.file().orElseThrow())).endsWith(" rank 0 of 2\nbefore\nafter\n");
        }
        try (RankLog log = log("rank 0 of 2, again")) {
            log.out("more");
        }
        assertThat(Files.readAllLines(folder.resolve("logs/rank-0.txt")))
                .hasSize(5)
                .satisfies(lines -> assertThat(lines.get(3)).matches("--- \\S+Z rank 0 of 2, again"));
    }

    @Test
    void theLastLinesOfStandardErrorAreRemembered() {
        try (RankLog log = log("")) {
            IntStream.range(0, 30).forEach(i -> log.error("line " + i));
            log.error(" ");
            log.out("other");
            assertThat(log.lastErrors()).hasSize(12).startsWith("line 18").endsWith("line 29");
        }
    }

    /** As on a full disk: whoever prints must not wait, or fail. */
    @Test
    void aFileThatCannotBeWrittenIsDoneWithout() throws Exception {
        Files.createFile(folder.resolve("logs"));
        there.set(true);
        try (RankLog log = log("rank 0 of 2")) {
            log.error("line");
            assertThat(log.lastErrors()).containsExactly("line");
        }
    }
}
