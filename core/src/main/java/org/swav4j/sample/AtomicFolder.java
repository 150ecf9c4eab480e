package org.swav4j.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Writes a folder so that it appears whole or not at all: into a hidden sibling first, which takes the name at the end. A
 * sibling that a killed process left is removed by a later write.
 */
final class AtomicFolder {
    /** Fills a new, empty folder. */
    @FunctionalInterface
    interface Content {
        void writeTo(Path folder) throws IOException;
    }

    private static final String PARTIAL = "partial-";
    private static final String FORMER = "former-";

    /** No write takes this long: an older sibling has no living owner. */
    private static final int ABANDONED_HOURS = 6;

    private AtomicFolder() {}

    /** Writes {@code content} and puts it where {@code home} is, whose former content goes. The caller vouches that it may. */
    static void replace(Path home, Content content) throws IOException {
        Files.createDirectories(home.getParent());
        deleteAbandoned(home);
        Path partial = sibling(home, PARTIAL);
        Path former = sibling(home, FORMER);
        try {
            content.writeTo(Files.createDirectory(partial));
            if (Files.exists(home)) {
                Files.move(home, former);
            }
            Files.move(partial, home);
        } finally {
            deleteTree(partial);
            if (Files.exists(home)) {
                deleteTree(former);
            } else if (Files.exists(former)) {
                Files.move(former, home);
            }
        }
    }

    /** The names in a folder, sorted. */
    static List<String> names(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private static String prefix(Path home) {
        return "." + home.getFileName() + ".";
    }

    private static Path sibling(Path home, String state) {
        String unique = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
        return home.resolveSibling(prefix(home) + state + unique);
    }

    private static void deleteAbandoned(Path home) throws IOException {
        Instant limit = Instant.now().minus(ABANDONED_HOURS, ChronoUnit.HOURS);
        for (String name : names(home.getParent())) {
            if (name.startsWith(prefix(home) + PARTIAL) || name.startsWith(prefix(home) + FORMER)) {
                Path abandoned = home.resolveSibling(name);
                try {
                    if (Files.getLastModifiedTime(abandoned).toInstant().isBefore(limit)) {
                        deleteTree(abandoned);
                    }
                } catch (NoSuchFileException finishedMeanwhile) {
                    // its owner renamed it: nothing is left to delete
                }
            }
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> tree = Files.walk(root)) {
            deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
