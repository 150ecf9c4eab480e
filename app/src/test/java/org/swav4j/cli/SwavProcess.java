package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The command line in a Java of its own, for what ends a process: signals, lack of memory, {@code kill -9}. */
final class SwavProcess implements AutoCloseable {
    /** What a process left. */
    record Result(int code, String out, String err) {}

    private final Process process;
    private final Path out;
    private final Path err;

    private SwavProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Java and its options, ready for a class and arguments; it starts fast rather than computes fast. */
    static List<String> java(List<String> options) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
        if (Runtime.version().feature() >= 22) {
            words.add("--enable-native-access=ALL-UNNAMED");
        }
        words.addAll(options);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        words.addAll(List.of("-cp", classPath, Main.class.getName()));
        return words;
    }

    /** Starts {@code swav} with these arguments in {@code folder}, where its output is kept. */
    static SwavProcess start(Path folder, List<?> arguments) throws IOException {
        List<String> command = java(List.of("-Xmx256m"));
        arguments.forEach(a -> command.add(a.toString()));
        return startCommand(folder, command);
    }

    /** The same with a command of one's own, without the launcher's environment. */
    static SwavProcess startCommand(Path folder, List<String> command) throws IOException {
        return startCommand(folder, command, Map.of());
    }

    /** The same with more in the environment. */
    static SwavProcess startCommand(Path folder, List<String> command, Map<String, String> environment)
            throws IOException {
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path err = Files.createTempFile(folder, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        for (String name : List.of("GLIBC_TUNABLES", "LD_PRELOAD", "SWAV_JAVA_OPTS", "SWAV_DEBUG")) {
            builder.environment().remove(name);
        }
        builder.environment().putAll(environment);
        return new SwavProcess(builder.start(), out, err);
    }

    /** Waits for its end. */
    Result end(int seconds) throws IOException, InterruptedException {
        assertThat(process.waitFor(seconds, TimeUnit.SECONDS))
                .as("ended within %d s: %s%s", seconds, out(), Files.readString(err))
                .isTrue();
        return new Result(process.exitValue(), out(), Files.readString(err));
    }

    /** What it has printed by now. */
    String out() throws IOException {
        return Files.readString(out);
    }

    /** What it has reported by now. */
    String err() throws IOException {
        return Files.readString(err);
    }

    /** Whether a text is among what it has printed by now. */
    boolean shows(String text) {
        try {
            return out().contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a text is among what it has reported by now. */
    boolean reports(String text) {
        try {
            return err().contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal by its name, such as TERM. */
    void signal(String name) throws IOException, InterruptedException {
        signal(handle(), name);
    }

    /** The same to any process. */
    static void signal(ProcessHandle process, String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Waits until something holds, or the process has ended; returns whether it came to hold. */
    boolean await(BooleanSupplier condition, int seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (process.isAlive() && System.nanoTime() < end) {
            if (condition.getAsBoolean()) {
                return true;
            }
            Thread.sleep(2);
        }
        assertThat(process.isAlive() && System.nanoTime() >= end)
                .as("waited in vain for %d s", seconds)
                .isFalse();
        return condition.getAsBoolean();
    }

    /** Names in a folder, sorted; none where there is no folder. */
    static List<String> names(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(p -> p.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
