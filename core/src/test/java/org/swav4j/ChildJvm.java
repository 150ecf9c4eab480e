package org.swav4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A main class of the tests, run by a Java of its own: for what may kill a process, for a heap of another size, and for what
 * native code prints. The environment is what a user of the library has, without the launcher's.
 */
public final class ChildJvm {
    /** File of a process's standard output. */
    public static final String OUT = "out.txt";
    /** File of its standard error. */
    public static final String ERR = "err.txt";

    private static final List<String> LAUNCHER =
            List.of("OPENCV_IO_MAX_IMAGE_PIXELS", "OPENCV_LOG_LEVEL", "GLIBC_TUNABLES");

    /** What a process left: its exit code and all it printed. */
    public record Result(int exitCode, String out, String err) {

        /** Fails with everything printed unless the process ended well. */
        public Result succeeded() {
            assertThat(exitCode).as("%s%n%s", out, err).isZero();
            return this;
        }
    }

    private ChildJvm() {}

    /** Runs {@code main} in {@code folder}, where its output is kept, for at most {@code seconds}. */
    public static Result run(Path folder, int seconds, List<String> jvmOptions, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        Process process = start(folder, jvmOptions, main, arguments);
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError(main.getSimpleName() + " was still running after " + seconds + " s:\n"
                    + Files.readString(folder.resolve(OUT)));
        }
        return new Result(
                process.exitValue(), Files.readString(folder.resolve(OUT)), Files.readString(folder.resolve(ERR)));
    }

    /** Begins to run {@code main} in {@code folder}; what it prints appears there in {@link #OUT} and {@link #ERR}. */
    public static Process start(Path folder, List<String> jvmOptions, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", classPath(), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve(OUT).toFile())
                .redirectError(folder.resolve(ERR).toFile());
        LAUNCHER.forEach(builder.environment()::remove);
        return builder.start();
    }

    /** Surefire starts tests from a jar that only names the class path. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
