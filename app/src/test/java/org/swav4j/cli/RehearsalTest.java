package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.runlog.RunDirectory;

class RehearsalTest {
    @TempDir
    private Path folder;

    @Test
    void everyPartOfItSucceeds() throws IOException {
        StringWriter out = new StringWriter();

        int code = Rehearsal.run(folder.resolve("rehearsal"), new PrintWriter(out, true));

        assertThat(code).as(out.toString()).isZero();
        assertThat(RunDirectory.holdsRun(folder.resolve("rehearsal/run"))).isTrue();
        assertThat(out.toString()).contains("allocator", "step 1/1", "trained encoder");
    }
}
