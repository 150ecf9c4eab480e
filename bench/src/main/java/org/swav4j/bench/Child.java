package org.swav4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A measurement in a process of its own, so that the most memory it takes is its own too. The process prints what it found as
 * one line of JSON, the last one that begins with a brace.
 */
final class Child {
    private Child() {}

    /** A Java program like this one, with the same options and environment. */
    static Map<String, Object> java(Class<?> main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return run(new ProcessBuilder(command));
    }

    /** @throws IOException if it fails or prints no such line; what it prints on standard error appears on ours */
    static Map<String, Object> run(ProcessBuilder builder) throws IOException {
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String json = null;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                json = line.startsWith("{") ? line : json;
            }
            int status = process.waitFor();
            if (status != 0 || json == null) {
                throw new IOException(String.join(" ", builder.command()) + ": no result, exit status " + status);
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return new JsonMapper().readValue(json, new TypeReference<Map<String, Object>>() {});
    }

    /** Prints a result for {@link #run} and ends this process. */
    static void answer(Map<String, Object> result) {
        System.out.println(new JsonMapper().writeValueAsString(result));
        System.exit(0);
    }

    static double number(Map<String, Object> result, String name) {
        return ((Number) result.get(name)).doubleValue();
    }
}
