package org.swav4j.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Unpacks what the build packed and runs it: somewhere else, by another name, where nothing may be written. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DistributionTest {
    private static final String VERSION_LINE =
            "swav " + Packed.VERSION.replace(".", "\\.") + " \\(\\w+\\), Java \\d+\\S*, libtorch \\d+\\.\\d+\\.\\d+\n";

    @TempDir
    static Path folder;

    private static Path home;
    /** The superuser may write everywhere, so what cannot be written is tried as somebody else. */
    private final List<String> asNobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

    private record Ran(int code, String out, String err) {}

    @BeforeAll
    static void unpack() throws IOException {
        home = Packed.unpack(folder.resolve("a place (x86) for $HOME"));
    }

    @Test
    @Order(1)
    void whatCannotBeWrittenRunsWithoutAnArchiveOfClasses() throws Exception {
        boolean superuser = System.getProperty("user.name").equals("root");
        assumeThat(superuser && !Files.exists(Path.of("/usr/bin/setpriv"))).isFalse();
        chmod("a+rX", folder);
        chmod("a-w", home);
        Ran ran = run(superuser ? asNobody : List.of(), home.resolve("bin/swav"), Map.of(), "--version");
        chmod("u+w", home);

        assertThat(ran.err).isEmpty();
        assertThat(ran.out).matches(VERSION_LINE);
        assertThat(ran.code).isZero();
        try (Stream<Path> files = Files.list(home.resolve("lib"))) {
            assertThat(files).noneMatch(file -> file.toString().contains("launcher"));
        }
    }

    @Test
    @Order(2)
    void theFirstStartPreparesAndALinkFromElsewhereStarts() throws Exception {
        Path link = Files.createDirectories(folder.resolve("other bin")).resolve("swav");
        Files.createSymbolicLink(
                link, Path.of("..").resolve(folder.relativize(home)).resolve("bin/swav"));

        Ran first = run(link, "--version");
        assertThat(first.err).matches("Preparing for Java \\d+ \\(once for this build\\) \\.\\.\\.\n");
        assertThat(first.out).matches(VERSION_LINE);
        Ran second = run(link, "--version");
        assertThat(second).isEqualTo(new Ran(0, first.out, ""));
        try (Stream<Path> files = Files.list(home.resolve("lib"))) {
            assertThat(files).anyMatch(file -> file.toString().endsWith(".jsa"));
        }
    }

    @Test
    @Order(3)
    void theNativeLibrariesLoadAndImagesAreRead() throws Exception {
        Ran info = run(home.resolve("bin/swav"), "info");
        assertThat(info.out).containsPattern("libtorch +2\\.").containsPattern("opencv +4\\.");
        assertThat(info.code).as(info.err).isZero();

        Path images = Files.createDirectories(folder.resolve("images/cats"));
        javax.imageio.ImageIO.write(
                new java.awt.image.BufferedImage(40, 30, java.awt.image.BufferedImage.TYPE_INT_RGB),
                "png",
                images.resolve("black.png").toFile());
        Files.writeString(images.resolve("broken.jpg"), "no picture");
        Ran check = run(
                home.resolve("bin/swav"),
                "data",
                "check",
                "--data",
                images.getParent().toString(),
                "--json");
        assertThat(check.out).contains("broken.jpg").contains("40");
        assertThat(check.err).doesNotContain("Exception");
    }

    @Test
    @Order(4)
    void aWrongFlagIsAnsweredInALineAndByTheExitCode() throws Exception {
        Ran wrong = run(home.resolve("bin/swav"), "pretrain", "--epoch", "3");
        assertThat(wrong.code).isEqualTo(2);
        assertThat(wrong.err).contains("--epoch").doesNotContain("Exception");
        Ran allocator = run(List.of(), home.resolve("bin/swav"), Map.of("SWAV_ALLOCATOR", "best"), "--version");
        assertThat(allocator.code).isEqualTo(2);
    }

    @Test
    @Order(5)
    void aJavaThatIsTooOldOrMissingIsNamed() throws Exception {
        // machines have their Javas in /usr/lib/jvm; this copy of the script looks elsewhere
        Path script = home.resolve("libexec/java.sh");
        String original = Files.readString(script);
        Files.writeString(
                script,
                original.replace("/usr/lib/jvm/*", folder + "/no-jvm/*").replace("/usr/libexec/java_home", "/nowhere"));
        Path old = Files.createDirectories(folder.resolve("jdk-11/bin")).getParent();
        Files.writeString(old.resolve("release"), "JAVA_RUNTIME_VERSION=\"11.0.2+9\"\nJAVA_VERSION=\"11.0.2\"\n");
        Files.writeString(old.resolve("bin/java"), "#!/bin/sh\nexit 99\n");
        Files.setPosixFilePermissions(old.resolve("bin/java"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of("dirname", "readlink", "uname", "cat", "sed", "head")) {
            Files.createSymbolicLink(tools.resolve(tool), which(tool));
        }
        Map<String, String> noJava = Map.of("PATH", tools.toString());

        Ran tooOld = run(List.of("/bin/sh"), home.resolve("bin/swav"), with(noJava, "JAVA_HOME", old), "--version");
        Ran missing = run(
                List.of("/bin/sh"),
                home.resolve("bin/swav"),
                with(noJava, "JAVA_HOME", folder.resolve("gone")),
                "--version");
        Files.writeString(script, original);

        assertThat(tooOld.err)
                .startsWith("swav: Java 17 or newer is needed, and none was found in JAVA_HOME (" + old
                        + ": Java 11.0.2+9), on the PATH or in ")
                .contains("apt install");
        assertThat(missing.err).contains("JAVA_HOME (" + folder.resolve("gone") + ": no Java there)");
        assertThat(List.of(tooOld.code, missing.code)).containsOnly(1);
    }

    @Test
    @Order(6)
    void whatWasNotUnpackedWholeSaysSo() throws Exception {
        Path part = Files.createDirectories(folder.resolve("part/bin")).getParent();
        Files.copy(home.resolve("bin/swav"), part.resolve("bin/swav"));
        Files.createDirectory(part.resolve("libexec"));
        for (String script : List.of("java.sh", "environment.sh")) {
            Files.copy(
                    home.resolve("libexec").resolve(script),
                    part.resolve("libexec").resolve(script));
        }
        Ran ran = run(List.of("/bin/sh"), part.resolve("bin/swav"), Map.of(), "--version");
        assertThat(ran.err)
                .isEqualTo("swav: " + part.toRealPath() + "/lib has no swav4j-app-*.jar; was everything unpacked?\n");
        assertThat(ran.code).isEqualTo(1);
    }

    @Test
    void theScriptsAreClean() throws Exception {
        assumeThat(Files.exists(Path.of("/usr/bin/shellcheck")))
                .as("shellcheck is here")
                .isTrue();
        Process check = new ProcessBuilder(
                        "shellcheck",
                        "-x",
                        "swav",
                        "dist/src/bin/swav",
                        "dist/reproducible.sh",
                        "libexec/java.sh",
                        "libexec/environment.sh",
                        "bench/run")
                .directory(Packed.REPOSITORY.toFile())
                .redirectErrorStream(true)
                .start();
        assertThat(check.getInputStream())
                .asString(java.nio.charset.StandardCharsets.UTF_8)
                .isEmpty();
    }

    private static Map<String, String> with(Map<String, String> some, String name, Path value) {
        return Map.of("PATH", some.get("PATH"), name, value.toString());
    }

    private static Path which(String tool) {
        return Stream.of("/bin", "/usr/bin")
                .map(place -> Path.of(place, tool))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
    }

    private static Ran run(Path program, String... arguments) throws Exception {
        return run(List.of(), program, Map.of(), arguments);
    }

    private static Ran run(List<String> before, Path program, Map<String, String> environment, String... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(before);
        command.add(program.toString());
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SWAV_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        int code = builder.start().waitFor();
        return new Ran(code, Files.readString(out), Files.readString(err));
    }

    private static void chmod(String mode, Path path) throws Exception {
        assertThat(new ProcessBuilder("chmod", "-R", mode, path.toString())
                        .start()
                        .waitFor())
                .isZero();
    }
}
