package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Several {@code swav} of one training or evaluation, started as torchrun starts them; each may be started otherwise. */
final class RankProcesses implements AutoCloseable {
    private final Path folder;
    private final int world;
    private final String address;
    private final int port;
    private final Map<Integer, SwavProcess> processes = new LinkedHashMap<>();

    private RankProcesses(Path folder, int world, String address, int port) {
        this.folder = folder;
        this.world = world;
        this.address = address;
        this.port = port;
    }

    /** None is started yet. */
    static RankProcesses of(Path folder, int world) throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return new RankProcesses(folder, world, "127.0.0.1", socket.getLocalPort());
        }
    }

    /** The same where rank 0 is at an address of another host. */
    static RankProcesses of(Path folder, int world, String address) {
        return new RankProcesses(folder, world, address, 29500);
    }

    /** Starts all of them alike. */
    RankProcesses startAll(List<?> arguments) throws IOException {
        for (int rank = 0; rank < world; rank++) {
            start(rank, arguments, Map.of());
        }
        return this;
    }

    /** Starts one, with more or other things in its environment. */
    SwavProcess start(int rank, List<?> arguments, Map<String, String> environment, String... before)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(before));
        command.addAll(SwavProcess.java(List.of("-Xmx256m")));
        return start(rank, command, arguments, environment);
    }

    /** Starts one by another main class, with its own first arguments, and other options of Java's. */
    SwavProcess start(
            int rank,
            List<?> arguments,
            Map<String, String> environment,
            List<String> options,
            Class<?> main,
            String... first)
            throws IOException {
        List<String> command = SwavProcess.java(options);
        command.set(command.size() - 1, main.getName());
        command.addAll(List.of(first));
        return start(rank, command, arguments, environment);
    }

    private SwavProcess start(int rank, List<String> command, List<?> arguments, Map<String, String> environment)
            throws IOException {
        Map<String, String> all = new HashMap<>(Map.of(
                "RANK",
                String.valueOf(rank),
                "WORLD_SIZE",
                String.valueOf(world),
                "LOCAL_RANK",
                String.valueOf(rank),
                "LOCAL_WORLD_SIZE",
                String.valueOf(world),
                "MASTER_ADDR",
                address,
                "MASTER_PORT",
                String.valueOf(port)));
        // as the launcher sets it
        all.put("TORCH_CPP_LOG_LEVEL", "ERROR");
        all.putAll(environment);
        Stream.concat(arguments.stream(), Stream.of("--workers", "1"))
                .map(Object::toString)
                .forEach(command::add);
        SwavProcess process = SwavProcess.startCommand(folder, command, all);
        processes.put(rank, process);
        return process;
    }

    SwavProcess get(int rank) {
        return processes.get(rank);
    }

    /** Waits until the training has done so many steps, as rank 0 prints. */
    void awaitOutput(int rank, String text) throws InterruptedException {
        boolean there = get(rank).await(() -> printed(rank).contains(text), 90);
        assertThat(there)
                .as("rank %d prints '%s': %s", rank, text, printed(rank))
                .isTrue();
    }

    String printed(int rank) {
        try {
            return get(rank).out() + get(rank).err();
        } catch (IOException e) {
            return "";
        }
    }

    /** A rank's end. */
    SwavProcess.Result end(int rank, int seconds) throws IOException, InterruptedException {
        return get(rank).end(seconds);
    }

    @Override
    public void close() throws InterruptedException {
        for (SwavProcess process : processes.values()) {
            process.close();
        }
    }
}
