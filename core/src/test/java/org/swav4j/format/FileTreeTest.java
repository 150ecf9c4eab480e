package org.swav4j.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
    @TempDir
    private Path folder;

    @Test
    void deletesFilesFoldersAndLinksButNotWhereTheyLead() throws IOException {
        Path outside = Files.writeString(folder.resolve("outside"), "stays");
        Path inside = Files.createDirectories(folder.resolve("tree/a/b"));
        Files.writeString(inside.resolve("file"), "goes");
        Files.createSymbolicLink(inside.resolve("link"), outside);
        Files.createSymbolicLink(folder.resolve("tree/dangling"), Path.of("nowhere"));
        FileTree.delete(folder.resolve("tree"));
        assertThat(folder.resolve("tree")).doesNotExist();
        assertThat(outside).hasContent("stays");

        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere"));
        FileTree.delete(link);
        assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
        FileTree.delete(outside);
        assertThat(outside).doesNotExist();
        FileTree.delete(outside);
    }
}
