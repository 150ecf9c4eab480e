package org.swav4j.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    @Test
    void createsAndReplaces() throws IOException {
        Path file = folder.resolve("a");
        AtomicFile.write(file, new byte[] {1, 2, 3});
        AtomicFile.write(file, new byte[] {4});

        assertThat(Files.readAllBytes(file)).containsExactly(4);
        assertOnly(file);
    }

    @Test
    void keepsTheOldContentAndNoTemporaryFileWhenWritingFails() throws IOException {
        Path file = folder.resolve("a");
        AtomicFile.write(file, new byte[] {1});

        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[] {2, 2}));
                    throw new IOException("disk full");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");

        assertThat(Files.readAllBytes(file)).containsExactly(1);
        assertOnly(file);
    }

    @Test
    void itsTemporaryFilesAreKnownByTheirNames() throws IOException {
        Path[] temporary = new Path[1];
        AtomicFile.write(folder.resolve("a.b c"), channel -> {
            try (Stream<Path> files = Files.list(folder)) {
                temporary[0] = files.findFirst().orElseThrow();
            }
        });
        assertThat(AtomicFile.isTemporary(temporary[0])).isTrue();
        for (String other : List.of(
                "a.b c",
                ".a.tmp",
                "a.0a8f1a52-2c66-4f0b-9d7d-111111111111.tmp",
                ".0a8f1a52-2c66-4f0b-9d7d-111111111111.tmp")) {
            assertThat(AtomicFile.isTemporary(folder.resolve(other))).as(other).isFalse();
        }
    }

    @Test
    void failsWithoutALeftoverWhenTheTargetIsADirectory() throws IOException {
        Path directory = Files.createDirectories(folder.resolve("a/b")).getParent();

        assertThatThrownBy(() -> AtomicFile.write(directory, new byte[] {1})).isInstanceOf(FileSystemException.class);

        assertOnly(directory);
    }

    @Test
    void failsWhereThereIsNoDirectory() {
        assertThatThrownBy(() -> AtomicFile.write(folder.resolve("no/a"), new byte[] {1}))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> AtomicFile.write(folder.getRoot(), new byte[] {1}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("must have a name");
    }

    private void assertOnly(Path entry) throws IOException {
        try (var entries = Files.list(folder)) {
            assertThat(entries).containsExactly(entry);
        }
    }
}
