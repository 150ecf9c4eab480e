package org.swav4j.launch;

import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a Java like this one is started: the same program, options and class path, whoever chose them.
 *
 * @param words program and options, without a main class
 */
public record JavaCommand(List<String> words) {
    /** A process needs as much however many there are; below, each has what all together were to have. */
    private static final long LEAST_HEAP_MB = 512;

    /** What is the heap's size is replaced; a debugger's port can be listened at by one process only. */
    private static final List<String> NOT_SHARED = List.of(
            "-Xmx",
            "-Xms",
            "-XX:MaxHeapSize=",
            "-XX:InitialHeapSize=",
            "-XX:MaxRAMPercentage=",
            "-XX:InitialRAMPercentage=",
            "-agentlib:jdwp",
            "-Xrunjdwp");

    public JavaCommand {
        words = List.copyOf(words);
    }

    /**
     * One of several like this process, which share its heap.
     *
     * @param processes how many there are to be
     */
    public static JavaCommand oneOf(int processes) {
        RuntimeMXBean machine = ManagementFactory.getRuntimeMXBean();
        String java = ProcessHandle.current()
                .info()
                .command()
                .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        return of(
                java,
                machine.getInputArguments(),
                machine.getClassPath(),
                Runtime.getRuntime().maxMemory() >> 20,
                processes);
    }

    static JavaCommand of(String java, List<String> options, String classPath, long heapMb, int processes) {
        long share = Math.max(heapMb / processes, Math.min(heapMb, LEAST_HEAP_MB));
        List<String> words = new ArrayList<>(List.of(java));
        options.stream()
                .filter(option -> NOT_SHARED.stream().noneMatch(option::startsWith))
                .forEach(words::add);
        words.addAll(List.of("-Xmx" + share + "m", "-cp", classPath));
        return new JavaCommand(words);
    }

    /** The command that runs a class. */
    List<String> running(String mainClass, List<String> arguments) {
        return Stream.of(words, List.of(mainClass), arguments)
                .flatMap(List::stream)
                .toList();
    }
}
