package org.swav4j.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The unit, read by systemd's own checker where there is one. */
@EnabledOnOs(OS.LINUX)
class SystemdTest {
    private static final Path UNIT =
            Path.of("").toAbsolutePath().getParent().resolve("deploy/systemd/swav-pretrain@.service");
    private static final Set<String> KEYS = Set.of(
            "Description",
            "Documentation",
            "After",
            "StartLimitIntervalSec",
            "StartLimitBurst",
            "Type",
            "User",
            "StateDirectory",
            "WorkingDirectory",
            "Environment",
            "EnvironmentFile",
            "ExecStart",
            "KillSignal",
            "KillMode",
            "TimeoutStopSec",
            "SuccessExitStatus",
            "Restart",
            "RestartSec",
            "RestartPreventExitStatus",
            "OOMPolicy",
            "Nice",
            "WantedBy");

    @TempDir
    private Path folder;

    @Test
    void everyLineIsASectionOrAKnownKey() throws IOException {
        List<String> lines = Files.readAllLines(UNIT).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        assertThat(lines.stream().filter(line -> line.startsWith("[")))
                .containsExactly("[Unit]", "[Service]", "[Install]");
        assertThat(lines.stream()
                        .filter(line -> !line.startsWith("["))
                        .map(line -> line.substring(0, line.indexOf('=')))
                        .collect(Collectors.toSet()))
                .isEqualTo(KEYS);
        assertThat(lines)
                .contains(
                        "ExecStart=/opt/swav4j/bin/swav pretrain --out /var/lib/swav4j/%i --resume auto $SWAV_ARGS",
                        "SuccessExitStatus=130 143", "RestartPreventExitStatus=2");
    }

    @Test
    void systemdTakesIt() throws Exception {
        Path program = Files.createFile(folder.resolve("swav"));
        SlurmCluster.executable(program);
        Path unit = folder.resolve("swav-pretrain@photos.service");
        Files.writeString(unit, Files.readString(UNIT).replace("/opt/swav4j/bin/swav", program.toString()));
        Process check;
        try {
            check = new ProcessBuilder("systemd-analyze", "verify", "--man=no", unit.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeThat(false).as("systemd-analyze is here").isTrue();
            return;
        }
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(said).isZero();
        assertThat(said.lines().filter(line -> line.contains("swav-pretrain"))).isEmpty();
    }
}
