package org.swav4j.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What lies in the archives, and that nothing of the moment, the machine or the user who built them does. */
class ArchiveTest {
    private static final Pattern PURL =
            Pattern.compile("\"purl\" : \"pkg:maven/([^/]+)/([^@]+)@([^?\"]+)\\?([^\"]+)\"");

    private static List<TarArchiveEntry> inTar;

    @BeforeAll
    static void readTar() throws IOException {
        inTar = Packed.tarEntries();
    }

    @Test
    void bothHoldTheSame() throws IOException {
        try (ZipFile zip = new ZipFile(Packed.ZIP.toFile())) {
            assertThat(zip.stream().filter(entry -> !entry.isDirectory()).map(e -> e.getName() + " " + e.getSize()))
                    .containsExactlyInAnyOrderElementsOf(inTar.stream()
                            .filter(entry -> !entry.isDirectory())
                            .map(entry -> entry.getName() + " " + entry.getSize())
                            .toList());
        }
    }

    @Test
    void thereIsWhatAUserNeedsAndLibrariesOfOnePlatform() {
        List<String> names = names();
        assertThat(names)
                .contains(
                        "bin/swav",
                        "bin/swav.cmd",
                        "libexec/java.sh",
                        "libexec/environment.sh",
                        "LICENSE",
                        "README.md",
                        "THIRD-PARTY.md",
                        "CHANGELOG.md",
                        "docs/cli.md",
                        "lib/swav4j-" + Packed.VERSION + ".jar",
                        "lib/swav4j-app-" + Packed.VERSION + ".jar");
        Matcher platform = Pattern.compile("-([a-z]+-[a-z0-9]+(_64)?)(-gpu)?$").matcher(Packed.NAME);
        assertThat(platform.find()).isTrue();
        Pattern classifier = Pattern.compile("lib/(\\w+)-[\\d.-]+-([a-z]+-[a-z0-9_]+(-gpu)?)\\.jar");
        assertThat(names.stream()
                        .map(classifier::matcher)
                        .filter(Matcher::matches)
                        .map(m -> m.group(1) + " " + m.group(2)))
                .as("native libraries")
                .containsExactlyInAnyOrder(
                        "javacpp " + platform.group(1),
                        "openblas " + platform.group(1),
                        "opencv " + platform.group(1),
                        "pytorch " + platform.group(1) + Objects.toString(platform.group(3), ""));
        assertThat(names).noneMatch(n -> n.matches("lib/(junit|assertj|archunit|playwright|onnxruntime).*"));
    }

    @Test
    void theSameSourcesGiveTheSameBytes() throws IOException {
        for (TarArchiveEntry entry : inTar) {
            assertThat(entry.getLastModifiedTime().toInstant())
                    .as(entry.getName())
                    .isEqualTo(Packed.TIMESTAMP);
            assertThat(entry.getUserName() + entry.getLongUserId() + entry.getGroupName() + entry.getLongGroupId())
                    .as(entry.getName())
                    .isEqualTo("root0root0");
            boolean runs = entry.isDirectory() || entry.getName().contains("/bin/");
            assertThat(entry.getMode() & 0777).as(entry.getName()).isEqualTo(runs ? 0755 : 0644);
        }
        for (Path archive : List.of(
                Packed.ZIP,
                Packed.REPOSITORY.resolve("core/target/swav4j-" + Packed.VERSION + ".jar"),
                Packed.REPOSITORY.resolve("app/target/swav4j-app.jar"))) {
            try (ZipFile zip = new ZipFile(archive.toFile())) {
                for (ZipEntry entry : zip.stream().toList()) {
                    assertThat(entry.getTimeLocal().toInstant(ZoneOffset.UTC))
                            .as(archive + ": " + entry.getName())
                            .isEqualTo(Packed.TIMESTAMP);
                }
            }
        }
        // the gzip header's own time, bytes 4 to 7
        byte[] start = new byte[8];
        try (var file = Files.newInputStream(Packed.TAR)) {
            assertThat(file.readNBytes(start, 0, 8)).isEqualTo(8);
        }
        assertThat(start).endsWith(0, 0, 0, 0);
    }

    @Test
    void theListOfPartsNamesEveryLibraryAndNothingRandom() throws Exception {
        assumeThat(Packed.SBOM).as("made online").exists();
        String parts = Files.readString(Packed.SBOM);
        Set<String> listed = new TreeSet<>();
        Matcher purl = PURL.matcher(parts);
        while (purl.find()) {
            String classifier = purl.group(4).matches("classifier=.*")
                    ? "-" + purl.group(4).replaceAll(".*classifier=([^&]*).*", "$1")
                    : "";
            if (purl.group(4).endsWith("type=jar")) {
                listed.add("lib/" + purl.group(2) + "-" + purl.group(3) + classifier + ".jar");
            }
        }
        assertThat(names().stream().filter(name -> name.endsWith(".jar"))).containsExactlyInAnyOrderElementsOf(listed);
        assertThat(parts)
                .contains("\"bomFormat\" : \"CycloneDX\"")
                .doesNotContain("serialNumber", "urn:uuid", "\"timestamp\"");
        try (ZipFile zip = new ZipFile(Packed.ZIP.toFile())) {
            assertThat(zip.getInputStream(zip.getEntry(Packed.NAME + "/sbom.json")))
                    .hasContent(parts);
        }
    }

    @Test
    void everyLibrarysLicenceWasLookedAt() throws IOException {
        assumeThat(Packed.SBOM).as("made online").exists();
        String table = Files.readString(Packed.REPOSITORY.resolve("dist/src/THIRD-PARTY.md"));
        Set<String> looked = new HashSet<>();
        Matcher cell = Pattern.compile("`([\\w.-]+:[\\w.*-]+)`").matcher(table);
        while (cell.find()) {
            looked.add(cell.group(1));
        }
        Set<String> needed = new TreeSet<>();
        Matcher purl = PURL.matcher(Files.readString(Packed.SBOM));
        while (purl.find()) {
            if (purl.group(4).endsWith("type=jar")) {
                String group = purl.group(1);
                needed.add(looked.contains(group + ":*") ? group + ":*" : group + ":" + purl.group(2));
            }
        }
        assertThat(looked).as("THIRD-PARTY.md").containsExactlyInAnyOrderElementsOf(needed);
    }

    @Test
    void theWindowsScriptSetsWhatTheOtherSets() throws IOException {
        String cmd = Files.readString(Packed.REPOSITORY.resolve("dist/src/bin/swav.cmd"), StandardCharsets.US_ASCII);
        assertThat(cmd.replace("\r\n", "")).as("lines end as cmd.exe needs it").doesNotContain("\n", "\r");

        String sh = Files.readString(Packed.REPOSITORY.resolve("libexec/java.sh"))
                + Files.readString(Packed.REPOSITORY.resolve("libexec/environment.sh"));
        Pattern option = Pattern.compile(
                "-XX:[-+]?Use\\w+|-Dfile\\S+?(?=[\\s\"])|-Dorg\\S+?(?=[\\s\"])|-Djdk\\S+?(?=[\\s\"])|--[a-z]+-[-a-z]+=[\\w-]+");
        assertThat(all(option, cmd)).hasSizeGreaterThan(5).isEqualTo(withoutDump(all(option, sh)));
        for (String variable : List.of("OPENCV_IO_MAX_IMAGE_PIXELS", "OPENCV_LOG_LEVEL")) {
            String value = first(Pattern.compile(variable + "-(\\w+)}"), sh);
            assertThat(cmd).contains("if not defined " + variable + " set \"" + variable + "=" + value + "\"");
        }
        // which options from which Java on
        assertThat(all(Pattern.compile("(?<=feature% GEQ )\\d+"), cmd))
                .isEqualTo(new TreeSet<>(List.of("22", "24")))
                .isEqualTo(all(Pattern.compile("(?<=if \\[ \"\\$feature\" -ge )2\\d"), sh));
    }

    /** An archive of classes is written with another collector than programs run with. */
    private static Set<String> withoutDump(Set<String> options) {
        options.remove("-XX:+UseG1GC");
        return options;
    }

    private static Set<String> all(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(pattern.pattern()).isTrue();
        return matcher.group(1);
    }

    private static List<String> names() {
        return inTar.stream()
                .map(entry -> entry.getName().substring(Packed.NAME.length() + 1))
                .toList();
    }
}
