package org.swav4j.runlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitCommitTest {
    private static final String A = "a".repeat(40);
    private static final String B = "b".repeat(40);

    @TempDir
    Path folder;

    @Test
    void followsABranchFromASubdirectory() throws IOException {
        write("repo/.git/HEAD", "ref: refs/heads/main\n");
        write("repo/.git/refs/heads/main", A + "\n");
        Path below = Files.createDirectories(folder.resolve("repo/src/deep"));
        assertThat(GitCommit.around(below)).contains(A);
    }

    @Test
    void findsPackedBranchesAndDetachedHeads() throws IOException {
        write("packed/.git/HEAD", "ref: refs/heads/main\n");
        write(
                "packed/.git/packed-refs",
                "# pack-refs with: peeled\n" + A + " refs/heads/xmain\n" + B + " refs/heads/main\n");
        assertThat(GitCommit.around(folder.resolve("packed"))).contains(B);
        write("detached/.git/HEAD", A + "\n");
        assertThat(GitCommit.around(folder.resolve("detached"))).contains(A);
    }

    @Test
    void findsTheCommitOfALinkedWorkTree() throws IOException {
        write("repo/.git/worktrees/w/HEAD", "ref: refs/heads/w\n");
        write("repo/.git/worktrees/w/commondir", "../..\n");
        write("repo/.git/refs/heads/w", B + "\n");
        write("w/.git", "gitdir: " + folder.resolve("repo/.git/worktrees/w") + "\n");
        assertThat(GitCommit.around(folder.resolve("w"))).contains(B);
    }

    @Test
    void isEmptyWhereThereIsNoCommitToFind() throws IOException {
        write("unborn/.git/HEAD", "ref: refs/heads/main\n");
        write("outside/.git/HEAD", "ref: refs/../../../secret\n");
        write("secret", A);
        write("rubbish/.git/HEAD", "\0\0\0");
        write("link/.git", "gitdir: \0\n");
        Files.createDirectories(folder.resolve("headless/.git"));
        for (String repository : new String[] {"unborn", "outside", "rubbish", "link", "headless"}) {
            assertThat(GitCommit.around(folder.resolve(repository)))
                    .as(repository)
                    .isEmpty();
        }
    }

    private void write(String path, String content) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
