package org.swav4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
    @TempDir
    private Path parent;

    @Test
    void aFailedWriteKeepsTheFormerContentAndLeavesNoTrace() throws IOException {
        Path home = parent.resolve("set");
        AtomicFolder.replace(home, folder -> Files.writeString(folder.resolve("a"), "first"));
        assertThatThrownBy(() -> AtomicFolder.replace(home, folder -> {
                    Files.writeString(folder.resolve("b"), "second");
                    throw new IOException("disk full");
                }))
                .hasMessage("disk full");
        assertThat(AtomicFolder.names(parent)).containsExactly("set");
        assertThat(AtomicFolder.names(home)).containsExactly("a");
    }

    @Test
    void newContentReplacesTheFormerWholly() throws IOException {
        Path home = parent.resolve("deep/set");
        AtomicFolder.replace(home, folder -> Files.writeString(folder.resolve("a"), "first"));
        AtomicFolder.replace(home, folder -> Files.writeString(folder.resolve("b"), "second"));
        assertThat(AtomicFolder.names(home)).containsExactly("b");
        assertThat(AtomicFolder.names(home.getParent())).containsExactly("set");
    }

    @Test
    void whatAKilledProcessLeftLongAgoIsRemovedAndALivingOnesKept() throws IOException {
        Path old = Files.createDirectories(parent.resolve(".set.partial-old/train"));
        Files.setLastModifiedTime(old.getParent(), FileTime.from(Instant.now().minus(1, ChronoUnit.DAYS)));
        Files.createDirectory(parent.resolve(".set.partial-new"));
        AtomicFolder.replace(parent.resolve("set"), folder -> Files.writeString(folder.resolve("a"), "first"));
        assertThat(AtomicFolder.names(parent)).containsExactly(".set.partial-new", "set");
    }
}
