package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The script {@code swav} in a checkout of its own, with a java and a Maven that only note how they were called. Their notes:
 * a line of arguments in {@code java.txt} and {@code maven.txt}, and java's environment in {@code environment.txt}.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {
    private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

    /** A path that every unquoted word of the script would trip over. */
    @TempDir
    private Path folder;

    private Path checkout;
    private Path jdk;
    /** The superuser may write everywhere, so what cannot be written is tried as somebody else. */
    private boolean asNobody;

    /** What a start left: exit code, standard error, and the words that java was started with at last. */
    private record Start(int code, String err, List<String> java) {
        String archive() {
            return java.stream()
                    .filter(word -> word.startsWith("-XX:SharedArchiveFile="))
                    .findFirst()
                    .orElse("none");
        }
    }

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = folder.resolve("a check'out $HOME");
        Files.createDirectories(checkout.resolve("libexec"));
        Files.copy(REPOSITORY.resolve("swav"), checkout.resolve("swav"));
        for (String script : List.of("environment.sh", "java.sh")) {
            Files.copy(
                    REPOSITORY.resolve("libexec").resolve(script),
                    checkout.resolve("libexec").resolve(script));
        }
        for (String module : List.of("core", "app")) {
            Files.createDirectories(checkout.resolve(module).resolve("src/main"));
            Files.createFile(checkout.resolve(module).resolve("pom.xml"));
        }
        Files.createFile(checkout.resolve("pom.xml"));
        // as the build leaves it: a class path that begins with this checkout's core
        Files.writeString(checkout.resolve("mvnw"), """
                echo "$@" >>maven.txt
                mkdir -p app/target
                : >app/target/swav4j-app.jar
                printf %s "$PWD/core/target/core.jar:/elsewhere/lib.jar" >app/target/classpath.txt
                """);
        jdk = makeJdk("jdk", "17.0.1");
    }

    private Path makeJdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(
                home.resolve("release"),
                "IMPLEMENTOR=\"Nobody\"\nJAVA_RUNTIME_VERSION=\"" + version + "+1\"\nJAVA_VERSION=\"" + version
                        + "\"\n");
        // a dump writes the archive; FAIL_DUMP makes it fail
        program(home.resolve("bin/java"), """
                #!/bin/sh
                for word; do printf '%s\\t' "$word"; done >>"$NOTES/java.txt"
                echo >>"$NOTES/java.txt"
                env >"$NOTES/environment.txt"
                case " $* " in *" -Xshare:dump "*) [ -z "${FAIL_DUMP:-}" ] || exit 1 ;; *) exit 0 ;; esac
                for word; do case $word in -XX:SharedArchiveFile=*) : >"${word#*=}" ;; esac; done
                """);
        program(home.resolve("bin/javac"), "#!/bin/sh\n");
        return home;
    }

    private static void program(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void theFirstStartBuildsAndPreparesAndTheSecondOnlyStarts() throws Exception {
        Start first = swav(Map.of(), "--help");
        Start second = swav(Map.of(), "pretrain", "--data", "my photos");

        assertThat(first.err.lines()).hasSize(2);
        assertThat(first.err).startsWith("Building swav4j").contains("Preparing for Java 17");
        assertThat(second.err).isEmpty();
        assertThat(Files.readAllLines(checkout.resolve("maven.txt"))).hasSize(1);
        assertThat(javaStarts()).hasSize(4);
        assertThat(second.archive())
                .isEqualTo("-XX:SharedArchiveFile=" + checkout.toRealPath() + "/app/target/launcher-17.jsa");
        assertThat(second.java)
                .endsWith("org.swav4j.cli.Main", "pretrain", "--data", "my photos")
                .contains(checkout.toRealPath() + "/app/target/swav4j-app.jar:" + checkout.toRealPath()
                        + "/core/target/core.jar:/elsewhere/lib.jar");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void theArchiveBelongsToOneJava() throws Exception {
        swav(Map.of());
        Path other = makeJdk("other jdk", "17.0.2");
        Start inOther = swav(Map.of("JAVA_HOME", other.toString()));
        Start again = swav(Map.of("JAVA_HOME", other.toString()));
        Start newer = swav(Map.of("JAVA_HOME", makeJdk("new", "25").toString()));

        assertThat(inOther.err).isEqualTo("Preparing for Java 17 (once for this build) ...\n");
        assertThat(again.err).isEmpty();
        assertThat(newer.err).contains("Preparing for Java 25");
        assertThat(newer.archive()).endsWith("/launcher-25.jsa");
    }

    @Test
    void theArchiveIsMadeAnewWhenTheProgramChanges() throws Exception {
        swav(Map.of());
        Path jar = checkout.resolve("app/target/swav4j-app.jar");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(swav(Map.of()).err).contains("Preparing");

        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(5)));
        assertThat(swav(Map.of()).err).isEmpty();

        Path classPath = checkout.resolve("app/target/classpath.txt");
        Files.writeString(classPath, Files.readString(classPath) + ":/elsewhere/new.jar");
        assertThat(swav(Map.of()).err).contains("Preparing");
    }

    @Test
    void anArchiveThatCannotBeMadeIsDoneWithout() throws Exception {
        Start first = swav(Map.of("FAIL_DUMP", "1"), "info");
        Start second = swav(Map.of("FAIL_DUMP", "1"), "info");

        assertThat(first.code).isZero();
        assertThat(first.archive()).isEqualTo("none");
        assertThat(first.java).endsWith("org.swav4j.cli.Main", "info");
        assertThat(second.err).as("it is not tried again").isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aCheckoutThatCannotBeWrittenStarts() throws Exception {
        assumeThat(System.getProperty("user.name").equals("root") && !Files.exists(Path.of("/usr/bin/setpriv")))
                .isFalse();
        swav(Map.of());
        Path other = makeJdk("other", "17.0.2");
        chmod("a+rwX", folder);
        chmod("a-w", checkout);
        asNobody = System.getProperty("user.name").equals("root");
        Start mine = swav(Map.of());
        Start others = swav(Map.of("JAVA_HOME", other.toString()));
        chmod("u+w", checkout);

        assertThat(mine.err + others.err).isEmpty();
        assertThat(mine.archive()).endsWith("launcher-17.jsa");
        assertThat(others.archive()).as("another Java's is of no use").isEqualTo("none");
        assertThat(others.java).contains("org.swav4j.cli.Main");
    }

    @Test
    void aLinkToItStarts() throws Exception {
        Path link = folder.resolve("bin dir/swav");
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of("../a check'out $HOME/swav"));

        assertThat(start(link, Map.of()).code).isZero();
        assertThat(swav(Map.of()).err).isEmpty();
    }

    @Test
    void whatOnlyPrintsIsNotCompiledTwice() throws Exception {
        String quick = "-XX:TieredStopAtLevel=1";

        assertThat(swav(Map.of()).java).contains(quick);
        assertThat(swav(Map.of(), "help", "knn").java).contains(quick);
        assertThat(swav(Map.of(), "pretrain", "--help").java).contains(quick);
        assertThat(swav(Map.of(), "pretrain").java).doesNotContain(quick);
        assertThat(swav(Map.of(), "pretrain", "--data", "help", "--out", "x").java)
                .doesNotContain(quick);
    }

    @Test
    void aWrongAllocatorIsAnswered() throws Exception {
        Start start = swav(Map.of("SWAV_ALLOCATOR", "tcmalloc"));

        assertThat(start.code).isEqualTo(2);
        assertThat(start.err)
                .isEqualTo("swav: SWAV_ALLOCATOR: 'tcmalloc' is not an allocator; it must be auto, glibc, jemalloc"
                        + " or system.\n");
        assertThat(checkout.resolve("maven.txt")).as("before anything is built").doesNotExist();
    }

    @ParameterizedTest
    @EnabledOnOs(OS.LINUX)
    @CsvSource({
        "glibc, GLIBC_TUNABLES, mine",
        "auto, GLIBC_TUNABLES, mine",
        "auto, GLIBC_TUNABLES, ''",
        "auto, LD_PRELOAD, /nowhere/libtcmalloc.so",
        "auto, OPENCV_LOG_LEVEL, INFO"
    })
    void whatIsSetFromOutsideStays(String allocator, String name, String value) throws Exception {
        swav(Map.of("SWAV_ALLOCATOR", allocator, name, value));

        assertThat(seen(name)).isEqualTo(value);
        if (!name.startsWith("OPENCV")) {
            assertThat(seen("MALLOC_CONF")).isEqualTo("none");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theAllocatorThatIsNamedIsSetUp() throws Exception {
        swav(Map.of("SWAV_ALLOCATOR", "glibc"));
        assertThat(seen("GLIBC_TUNABLES")).startsWith("glibc.malloc.hugetlb=1:");
        assertThat(seen("LD_PRELOAD")).isEqualTo("none");

        swav(Map.of("SWAV_ALLOCATOR", "system"));
        assertThat(seen("GLIBC_TUNABLES") + seen("LD_PRELOAD") + seen("MALLOC_CONF"))
                .isEqualTo("nonenonenone");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void jemallocIsPreloadedOnceOrMissed() throws Exception {
        Start start = swav(Map.of("SWAV_ALLOCATOR", "jemalloc"));
        if (start.code != 0) {
            assertThat(start.err).contains("there is no libjemalloc.so.2 here; install it (apt install libjemalloc2)");
            assertThat(start.code).isEqualTo(1);
            return;
        }
        String preload = seen("LD_PRELOAD");
        assertThat(preload).matches("/\\S*libjemalloc\\.so\\.2");
        assertThat(seen("MALLOC_CONF")).contains("dirty_decay_ms:-1");
        assertThat(seen("GLIBC_TUNABLES")).isEqualTo("none");

        swav(Map.of("SWAV_ALLOCATOR", "jemalloc", "LD_PRELOAD", preload));
        assertThat(seen("LD_PRELOAD")).isEqualTo(preload);
    }

    /** A variable as java saw it at last. */
    private String seen(String variable) throws IOException {
        return Files.readAllLines(folder.resolve("environment.txt")).stream()
                .filter(line -> line.startsWith(variable + "="))
                .map(line -> line.substring(variable.length() + 1))
                .findFirst()
                .orElse("none");
    }

    private List<String> javaStarts() throws IOException {
        return Files.readAllLines(folder.resolve("java.txt"));
    }

    /** Working folders of an archive in the making. */
    private List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(checkout.resolve("app/target"))) {
            return files.filter(Files::isDirectory).toList();
        }
    }

    private Start swav(Map<String, String> environment, String... arguments) throws Exception {
        return start(checkout.resolve("swav"), environment, arguments);
    }

    private Start start(Path script, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        if (asNobody) {
            command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        command.addAll(List.of("/bin/sh", script.toString()));
        command.addAll(List.of(arguments));
        Path err = folder.resolve("err.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectError(err.toFile());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        for (String name : List.of(
                "GLIBC_TUNABLES", "LD_PRELOAD", "MALLOC_CONF", "SWAV_ALLOCATOR", "SWAV_JAVA_OPTS", "SWAV_GPU")) {
            builder.environment().remove(name);
        }
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().put("NOTES", folder.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        List<String> last = Files.exists(folder.resolve("java.txt")) ? javaStarts() : List.of("");
        return new Start(
                process.exitValue(),
                Files.readString(err),
                List.of(last.get(last.size() - 1).split("\t")));
    }

    private static void chmod(String mode, Path path) throws Exception {
        assertThat(new ProcessBuilder("chmod", "-R", mode, path.toString())
                        .start()
                        .waitFor())
                .isZero();
    }
}
