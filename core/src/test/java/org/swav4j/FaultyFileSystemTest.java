package org.swav4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.FaultyFileSystem.Fault;
import org.swav4j.FaultyFileSystem.PowerCut;

class FaultyFileSystemTest {
    @TempDir
    private Path folder;

    @Test
    void isTheRealFileSystemUntilItFails() throws IOException {
        FaultyFileSystem system = FaultyFileSystem.failingAt(Fault.ONCE, Long.MAX_VALUE);
        Path root = system.at(folder);
        Files.createDirectories(root.resolve("a/b"));
        Files.writeString(root.resolve("a/b/x.txt"), "text");
        Files.createSymbolicLink(root.resolve("link"), system.getPath("a"));
        Files.move(root.resolve("a/b/x.txt"), root.resolve("a/y.txt"), StandardCopyOption.ATOMIC_MOVE);

        // three attempts to make two folders, the file's opening and one write, link, move
        assertThat(system.operations()).isEqualTo(7);
        assertThat(folder.resolve("a/y.txt")).hasContent("text");
        assertThat(Files.readString(root.resolve("link/y.txt"))).isEqualTo("text");
        assertThat(root.resolve("a")).hasToString(folder.resolve("a").toString());
        assertThat(root.relativize(root.resolve("a/b"))).isEqualTo(system.getPath("a", "b"));
        assertThat(root.resolve("a/b").startsWith(root)).isTrue();
        try (Stream<Path> inside = Files.walk(root)) {
            assertThat(inside.map(p -> root.relativize(p).toString()).sorted())
                    .containsExactly("", "a", "a/b", "a/y.txt", "link");
        }
        try (FileChannel channel = FileChannel.open(root.resolve("a/y.txt"), StandardOpenOption.READ)) {
            assertThat(channel.map(FileChannel.MapMode.READ_ONLY, 1, 3).get()).isEqualTo((byte) 'e');
        }
        Files.delete(root.resolve("link"));
        assertThat(system.operations()).isEqualTo(8);
        assertThat(system.hasFailed()).isFalse();
    }

    @Test
    void faultsDifferInWhatFailsAfterTheFirst() throws IOException {
        for (Fault fault : List.of(Fault.ONCE, Fault.DISK_FULL, Fault.NOTHING_CHANGES)) {
            Path there = Files.writeString(folder.resolve("there"), "1");
            FaultyFileSystem system = FaultyFileSystem.failingAt(fault, 2);
            Path root = system.at(folder);
            assertThatExceptionOfType(FileSystemException.class)
                    .isThrownBy(() -> Files.writeString(root.resolve(fault.name()), "text"))
                    .withMessage(folder.resolve(fault.name()) + ": No space left on device");
            assertThat(folder.resolve(fault.name())).hasContent("te");

            assertThat(succeeds(() -> Files.delete(system.at(there)))).isEqualTo(fault != Fault.NOTHING_CHANGES);
            assertThat(succeeds(() -> Files.createDirectory(root.resolve(fault + ".d"))))
                    .isEqualTo(fault == Fault.ONCE);
        }
    }

    @Test
    void aPowerCutLosesWhatWasNotForced() throws IOException {
        FaultyFileSystem system = FaultyFileSystem.failingAt(Fault.POWER_CUT, 8);
        Path root = system.at(folder);
        Files.writeString(root.resolve("lost"), "12345678");
        Files.move(root.resolve("lost"), root.resolve("moved"));
        try (FileChannel channel =
                FileChannel.open(root.resolve("kept"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap("12345678".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            channel.force(true);
        }
        Files.createDirectory(root.resolve("d"));
        assertThatExceptionOfType(PowerCut.class).isThrownBy(() -> Files.delete(root.resolve("kept")));
        assertThatExceptionOfType(PowerCut.class).isThrownBy(() -> Files.delete(root.resolve("d")));
        assertThat(folder.resolve("moved")).hasContent("1234");
        assertThat(folder.resolve("kept")).hasContent("12345678");
        assertThat(folder.resolve("d")).isDirectory();
    }

    private interface Action {
        void run() throws IOException;
    }

    private static boolean succeeds(Action action) {
        try {
            action.run();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
