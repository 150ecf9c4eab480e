package org.swav4j.runlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.format.FormatException;

class ProvenanceTest {
    private static final String RUN_ID = "6a2f41a3-c54c-4ce8-a2d1-0123456789ab";
    private static final Provenance PROVENANCE = new Provenance(
            2,
            RUN_ID,
            "0.1.0",
            Instant.parse("2026-01-02T03:04:05.678Z"),
            new Provenance.Origin(
                    List.of("swav", "pretrain", "--data", "größe \"x\""),
                    "/home/me",
                    Optional.of("a6d61d3a6d61d3a6d61d3a6d61d3a6d61d3a6d61"),
                    Optional.of("cifar10-cpu"),
                    Map.of("batch_size", "64"),
                    Optional.of("/runs/a")),
            new Machine(
                    "17.0.15",
                    "Debian",
                    "Linux 6.1 amd64",
                    Optional.of("glibc 2.36"),
                    Optional.empty(),
                    Optional.empty(),
                    2,
                    25_000_000_000L),
            Map.of("libtorch", "2.10.0"),
            new Provenance.Data(
                    "50000 images in images/train",
                    "sha256:00ff",
                    "/images/train",
                    50_000,
                    OptionalLong.of(9_000_000_000L)),
            List.of(new Provenance.Event(Provenance.Kind.START, Instant.parse("2026-01-02T03:04:05.678Z"), 0, "")));

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
                .contains("\"bytes\" : 9000000000")
                .contains("\"event\" : \"start\"")
                .doesNotContain("note");
    }

    @Test
    void everyKindOfEventAndItsNoteIsReadBack() throws IOException {
        Provenance longer = PROVENANCE;
        for (Provenance.Kind kind : Provenance.Kind.values()) {
            longer = longer.withEvent(Provenance.Event.now(kind, kind.ordinal(), kind + " \"so\"\n"));
        }
        longer.write(run);
        assertThat(Provenance.read(run)).isEqualTo(longer);
        assertThat(Files.readString(run.provenance()))
                .contains("\"note\" : \"START \\\"so\\\"\\n\"", "\"preempted\"", "\"rewind\"", "\"data-change\"");
    }

    /** Written by the version before, so that runs begun with it can go on. */
    @Test
    void readsFormat1AndGivesItsRunAnIdThatStays() throws Exception {
        Path golden = Path.of(ProvenanceTest.class
                .getResource("/golden/provenance-format-1.json")
                .toURI());
        Files.copy(golden, run.provenance());

        Provenance read = Provenance.read(run);

        assertThat(read.format()).isEqualTo(2);
        assertThat(read.runId()).isEqualTo("a9117be0-d8f3-3761-9de8-15cbab656509");
        assertThat(read.started()).isEqualTo("2026-11-26T13:50:48.647Z");
        assertThat(read.origin().commandLine())
                .startsWith("swav", "pretrain", "--data", "tiny")
                .hasSize(14);
        assertThat(read.origin().workingDirectory()).isEqualTo("/tmp/startup");
        assertThat(read.origin().gitCommit()).contains("a6d61d3a6d61d3a6d61d3a6d61d3a6d61d3a6d61");
        assertThat(read.origin().preset()).isEmpty();
        assertThat(read.origin().overrides()).isEmpty();
        assertThat(read.origin().initFrom()).isEmpty();
        assertThat(read.machine())
                .isEqualTo(new Machine(
                        "25.0.3",
                        "Eclipse Adoptium",
                        "Linux 6.18.44-fc-v595 amd64",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("AMD EPYC"),
                        2,
                        25_276_514_304L));
        assertThat(read.libraries()).containsEntry("libtorch", "2.10.0-1.5.13").hasSize(3);
        assertThat(read.data())
                .isEqualTo(new Provenance.Data(
                        "tiny: 16 images in 2 folders",
                        "3667721df32b20cdd6f17315a22fa304d751f6a8e7e829f15b13bc29819a8234",
                        "",
                        0,
                        OptionalLong.empty()));
        assertThat(read.history())
                .extracting(Provenance.Event::event)
                .containsExactly(
                        Provenance.Kind.START,
                        Provenance.Kind.INTERRUPTED,
                        Provenance.Kind.RESUME,
                        Provenance.Kind.STOP,
                        Provenance.Kind.FINISHED);
        assertThat(read.history()).extracting(Provenance.Event::note).containsOnly("");

        read.write(run);
        assertThat(Provenance.read(run)).isEqualTo(read);
    }

    @Test
    void aRunsDataCanChangeAndItsIdStays() {
        Provenance.Data other = new Provenance.Data("3 images", "sha256:1", "s3://a/b", 3, OptionalLong.empty());
        assertThat(PROVENANCE.withData(other).data()).isEqualTo(other);
        assertThat(PROVENANCE.withData(other))
                .usingRecursiveComparison()
                .ignoringFields("data")
                .isEqualTo(PROVENANCE);
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
        Provenance.Data data = new Provenance.Data("3 images", "sha256:1", "/a", 3, OptionalLong.empty());
        Provenance.Origin origin =
                Provenance.Origin.here(List.of("swav"), Optional.empty(), Map.of(), Optional.empty());
        Provenance now = Provenance.start("0.1.0", origin, Map.of(), data);
        Provenance another = Provenance.start("0.1.0", origin, Map.of(), data);

        assertThat(now.machine().java()).isEqualTo(Runtime.version().toString().replaceAll("\\+.*", ""));
        assertThat(now.machine().cores()).isPositive();
        assertThat(now.machine().memoryBytes()).isGreaterThan(1 << 26);
        assertThat(now.origin().workingDirectory()).isEqualTo(System.getProperty("user.dir"));
        assertThat(now.history()).containsExactly(new Provenance.Event(Provenance.Kind.START, now.started(), 0, ""));
        assertThat(now.runId()).isNotEqualTo(another.runId());
        assertThat(now.machine().allocator()).contains(Allocator.describe());
        assertThat(now.started()).isBetween(Instant.now().minusSeconds(60), Instant.now());
    }

    @Test
    void tooNewAndNotProvenanceAreDifferentErrors() throws IOException {
        PROVENANCE.write(run);
        String json = Files.readString(run.provenance());
        assertRefused(
                json.replace("\"format\" : 2", "\"format\" : 3"), "was written by a newer swav4j: its 'format' is 3");
        assertRefused(
                json.replace("\"format\" : 2", "\"format\" : \"a\""),
                "'format' must be a version number, found '\"a\"'");
        assertRefused("{}", "'format' must be a version number, found ''");
        assertRefused("[1]", "'format' must be a version number, found ''");
        assertRefused("", "'format' must be a version number");
        assertRefused(json.replace("swav4j", "swav5j"), "is damaged: ");
        assertRefused(json.replace("\"start\"", "\"began\""), "is damaged: ");
        assertRefused(json.replace("\"0.1.0\"", "null"), "is damaged: ");
        assertRefused(json + "x", "is damaged: ");
        assertRefused(json.replace(RUN_ID, "my run"), "is damaged: ");
        assertRefused(json.replace("\"format\" : 2", "\"format\" : 1"), "is damaged: ");
        assertRefused("{\"format\":1}", "is damaged: ");
        assertRefused("{\"format\":1,\"started\":[],\"data\":3,\"machine\":null,\"history\":{}}", "is damaged: ");
    }

    @Test
    void truncationsAndMutationsAreRefusedOrLegal() throws IOException {
        PROVENANCE.write(run);
        assertMutationsAreRefusedOrLegal(Files.readAllBytes(run.provenance()));
        try (InputStream golden = ProvenanceTest.class.getResourceAsStream("/golden/provenance-format-1.json")) {
            assertMutationsAreRefusedOrLegal(golden.readAllBytes());
        }
    }

    private void assertMutationsAreRefusedOrLegal(byte[] good) throws IOException {
        Random random = new Random(4);
        int refused = 0;
        for (int round = 0; round < good.length + 1_000; round++) {
            byte[] bytes = Arrays.copyOf(good, Math.min(round, good.length));
            if (round >= good.length) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Files.deleteIfExists(run.provenance());
            Files.write(run.provenance(), bytes);
            try {
                assertThat(Provenance.read(run).format()).isEqualTo(2);
            } catch (FormatException e) {
                assertThat(e.getMessage()).startsWith(run.provenance() + ": ").doesNotContain("\n");
                refused++;
            }
        }
        assertThat(refused).isBetween(good.length, good.length + 999);
    }

    @Test
    void findsTheCLibrarysVersion() throws IOException {
        Path maps = folder.resolve("maps");
        Path glibc = Files.writeString(
                folder.resolve("libc.so.6"),
                "\0x\0GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\nCopyright\0",
                StandardCharsets.ISO_8859_1);
        Files.writeString(maps, "7f-80 r-xp 0 fe:00 1   /usr/lib/libx.so\n7f-80 r-xp 0 fe:00 2   " + glibc + "\n");
        assertThat(Machine.libc(maps)).contains("glibc 2.36 (Debian GLIBC 2.36-9)");
        Files.writeString(glibc, "GNU C Library");
        assertThat(Machine.libc(maps)).contains("libc.so.6");
        Files.writeString(maps, "7f-80 r-xp 0 fe:00 1   /lib/ld-musl-x86_64.so.1\n");
        assertThat(Machine.libc(maps)).contains("ld-musl-x86_64.so.1");
        Files.writeString(maps, "7f-80 r-xp 0 0 0\n7f-80 r-xp 0 0 0 /nowhere/libc.so.6 (deleted)\n");
        assertThat(Machine.libc(maps)).isEmpty();
        assertThat(Machine.libc(folder.resolve("absent"))).isEmpty();
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
