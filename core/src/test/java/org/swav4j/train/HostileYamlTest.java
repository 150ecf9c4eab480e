package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.ChildJvm;

class HostileYamlTest {
    @TempDir
    private Path folder;

    /** One line each: name, lines of the message, the longest one's length, milliseconds, first line. */
    @Test
    void isRefusedInAFewLinesSoonAndWithLittleMemory() throws Exception {
        ChildJvm.Result result = ChildJvm.run(folder, 120, List.of("-Xmx48m", "-Xss512k"), HostileYaml.class);

        List<String> lines = result.succeeded().out().lines().toList();
        assertThat(lines).hasSizeGreaterThan(80);
        assertThat(lines).allSatisfy(line -> {
            String[] parts = line.split("\\|", 5);
            assertThat(Integer.parseInt(parts[1])).as(line).isBetween(1, 50);
            assertThat(Integer.parseInt(parts[2])).as(line).isLessThan(300);
            assertThat(Long.parseLong(parts[3])).as(line).isLessThan(5_000);
            assertThat(parts[4]).startsWith(parts[0].endsWith("in a run") ? "config.yaml" : "f.yaml");
            assertThat(line).matches("\\P{Cntrl}*");
        });
    }
}
