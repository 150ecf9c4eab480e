package org.swav4j.runlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.format.FormatException;

class ProvenanceTest {
    private static final Provenance PROVENANCE = new Provenance(
            1,
            "0.1.0",
            Instant.parse("2026-01-02T03:04:05.678Z"),
            List.of("swav", "pretrain", "--data", "größe \"x\""),
            "/home/me",
            Optional.of("a6d61d3a6d61d3a6d61d3a6d61d3a6d61d3a6d61"),
            new Machine("17.0.15", "Debian", "Linux 6.1 amd64", Optional.empty(), 2, 25_000_000_000L),
            Map.of("libtorch", "2.10.0"),
            new Provenance.Data("50000 images in images/train", "sha256:00ff"),
            List.of(new Provenance.Event(Provenance.Kind.START, Instant.parse("2026-01-02T03:04:05.678Z"), 0)));

    @TempDir
    Path folder;

    private RunDirectory run;

    @BeforeEach
    void createRun() throws IOException {
        run = RunDirectory.create(folder.resolve("run"));
    }

    @Test
    void readsBackWhatWasWritten() throws IOException {
        PROVENANCE.write(run);
        assertThat(Provenance.read(run)).isEqualTo(PROVENANCE);
        assertThat(Files.readString(run.provenance()))
                .contains("\"started\" : \"2026-01-02T03:04:05.678Z\"")
                .contains("\"cpu\" : null")
                .contains("\"event\" : \"start\"");
    }

    @Test
    void historyGrowsAndTheRestStays() throws IOException {
        Provenance.Event resume = Provenance.Event.now(Provenance.Kind.RESUME, 120);
        Provenance longer = PROVENANCE.withEvent(resume);
        longer.write(run);

        assertThat(PROVENANCE.history()).hasSize(1);
        assertThat(Provenance.read(run).history())
                .containsExactly(PROVENANCE.history().get(0), resume);
        assertThat(longer).usingRecursiveComparison().ignoringFields("history").isEqualTo(PROVENANCE);
    }

    @Test
    void describesThisProcess() {
        Provenance now =
                Provenance.start("0.1.0", List.of("swav"), Map.of(), new Provenance.Data("3 images", "sha256:1"));

        assertThat(now.machine().java()).isEqualTo(Runtime.version().toString().replaceAll("\\+.*", ""));
        assertThat(now.machine().cores()).isPositive();
        assertThat(now.machine().memoryBytes()).isGreaterThan(1 << 26);
        assertThat(now.workingDirectory()).isEqualTo(System.getProperty("user.dir"));
        assertThat(now.history()).containsExactly(new Provenance.Event(Provenance.Kind.START, now.started(), 0));
        assertThat(now.started()).isBetween(Instant.now().minusSeconds(60), Instant.now());
    }

    @Test
    void tooNewAndNotProvenanceAreDifferentErrors() throws IOException {
        PROVENANCE.write(run);
        String json = Files.readString(run.provenance());
        assertRefused(
                json.replace("\"format\" : 1", "\"format\" : 2"), "was written by a newer swav4j: its 'format' is 2");
        assertRefused(
                json.replace("\"format\" : 1", "\"format\" : \"a\""),
                "'format' must be a version number, found '\"a\"'");
        assertRefused("{}", "'format' must be a version number, found ''");
        assertRefused("[1]", "'format' must be a version number, found ''");
        assertRefused("", "'format' must be a version number");
        assertRefused(json.replace("swav4j", "swav5j"), "is damaged: ");
        assertRefused(json.replace("\"start\"", "\"began\""), "is damaged: ");
        assertRefused(json.replace("\"0.1.0\"", "null"), "is damaged: ");
        assertRefused(json + "x", "is damaged: ");
    }

    @Test
    void truncationsAndMutationsAreRefusedOrLegal() throws IOException {
        PROVENANCE.write(run);
        byte[] good = Files.readAllBytes(run.provenance());
        Random random = new Random(4);
        int refused = 0;
        for (int round = 0; round < good.length + 1_000; round++) {
            byte[] bytes = Arrays.copyOf(good, Math.min(round, good.length));
            if (round >= good.length) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Files.delete(run.provenance());
            Files.write(run.provenance(), bytes);
            try {
                assertThat(Provenance.read(run).format()).isEqualTo(1);
            } catch (FormatException e) {
                assertThat(e.getMessage()).startsWith(run.provenance() + ": ").doesNotContain("\n");
                refused++;
            }
        }
        assertThat(refused).isBetween(good.length, good.length + 999);
    }

    @Test
    void findsTheProcessorsName() throws IOException {
        Path cpuinfo = Files.writeString(
                folder.resolve("cpuinfo"),
                "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Xeon: fast\nmodel name\t: B\n");
        assertThat(Machine.cpuModel(cpuinfo)).contains("Xeon: fast");
        assertThat(Machine.cpuModel(folder.resolve("absent"))).isEmpty();
        Files.write(cpuinfo, "x\n\u00ff".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(Machine.cpuModel(cpuinfo)).isEmpty();
    }

    private void assertRefused(String json, String problem) throws IOException {
        Files.writeString(run.provenance(), json);
        assertThatThrownBy(() -> Provenance.read(run))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(run.provenance() + ": " + problem);
    }
}
