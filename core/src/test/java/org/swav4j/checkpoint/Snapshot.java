package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What lies below a folder, moved aside to put it there again after each test. Files are put there as further names of the
 * same bytes, which is faster than writing them: whoever changes one must delete it and make it anew.
 */
final class Snapshot {
    private final Path root;
    private final Path aside;
    private final List<Path> entries;

    private Snapshot(Path root, Path aside, List<Path> entries) {
        this.root = root;
        this.aside = aside;
        this.entries = entries;
    }

    /** Moves {@code root} to {@code aside}, from where {@link #restore} brings it back. */
    static Snapshot take(Path root, Path aside) throws IOException {
        Files.move(root, aside);
        try (Stream<Path> inside = Files.walk(aside)) {
            return new Snapshot(
                    root, aside, inside.map(aside::relativize).sorted().toList());
        }
    }

    /** Names of the plain files in {@code folder}, sorted. */
    List<String> filesIn(String folder) throws IOException {
        try (Stream<Path> files = Files.list(aside.resolve(folder))) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    /** Makes the folder what it was. */
    void restore() throws IOException {
        if (Files.exists(root)) {
            delete(root);
        }
        for (Path entry : entries) {
            Path from = aside.resolve(entry);
            if (Files.isSymbolicLink(from)) {
                Files.createSymbolicLink(root.resolve(entry), Files.readSymbolicLink(from));
            } else if (Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(root.resolve(entry.toString()));
            } else {
                Files.createLink(root.resolve(entry), from);
            }
        }
    }

    /** Deletes a file, a link, or a folder with all that it holds. */
    static void delete(Path place) throws IOException {
        try (Stream<Path> inside = Files.walk(place)) {
            for (Path each : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
