package org.swav4j.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** A checkout as the build leaves it, with the classes under test and without a class archive, for the script {@code swav}. */
final class Checkout {
    private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

    private Checkout() {}

    /** Makes one and returns its script. */
    static Path make(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("libexec"));
        Files.copy(REPOSITORY.resolve("swav"), folder.resolve("swav"));
        for (String script : List.of("environment.sh", "java.sh")) {
            Files.copy(
                    REPOSITORY.resolve("libexec").resolve(script),
                    folder.resolve("libexec").resolve(script));
        }
        Files.createFile(folder.resolve("pom.xml"));
        for (String module : List.of("core", "app")) {
            Files.createDirectories(folder.resolve(module).resolve("src/main"));
            Files.createFile(folder.resolve(module).resolve("pom.xml"));
            Files.createDirectories(folder.resolve(module).resolve("target"));
        }
        Path target = folder.resolve("app/target");
        List<String> classPath = new ArrayList<>();
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String entry : own.split(java.io.File.pathSeparator)) {
            Path place = Path.of(entry);
            if (entry.endsWith("/app/target/classes")) {
                jar(place, target.resolve("swav4j-app.jar"));
            } else if (Files.isDirectory(place) && entry.endsWith("/core/target/classes")) {
                classPath.add(
                        0,
                        jar(place, folder.toRealPath().resolve("core/target/core.jar"))
                                .toString());
            } else if (entry.contains("/core/target/")) {
                Path copy = folder.toRealPath().resolve("core/target/core.jar");
                classPath.add(0, Files.copy(place, copy).toString());
            } else if (!Files.isDirectory(place)) {
                classPath.add(entry);
            }
        }
        Files.writeString(target.resolve("classpath.txt"), String.join(":", classPath));
        withoutArchive(target, folder.toRealPath() + "/app/target/swav4j-app.jar:" + String.join(":", classPath));
        Files.createFile(target.resolve("launcher.stamp"));
        return folder.resolve("swav");
    }

    /** The key of an archive that could not be made: none is made then, which takes a while. */
    private static void withoutArchive(Path target, String classPath) throws IOException {
        String home = System.getProperty("java.home");
        String runtime = System.getProperty("java.runtime.version");
        Path release = Path.of(home, "release");
        for (String line : Files.exists(release) ? Files.readAllLines(release) : List.<String>of()) {
            if (line.startsWith("JAVA_RUNTIME_VERSION=")) {
                runtime = line.replaceAll(".*=\"|\"$", "");
            }
        }
        Files.writeString(
                target.resolve("launcher-" + Runtime.version().feature() + ".jsa.key"),
                home + " " + runtime + " " + classPath + "\n");
    }

    private static Path jar(Path classes, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, entries);
            }
        }
        return jar;
    }
}
