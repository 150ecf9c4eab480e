package org.swav4j.runlog;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** The commit checked out around a directory, read from git's own files: no git needs to be there, nothing is started. */
final class GitCommit {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final Pattern REFERENCE = Pattern.compile("refs/[^\\s\\\\:]+");
    private static final int MAX_SMALL_FILE = 4096;

    private GitCommit() {}

    /** The commit's hash; empty outside a work tree, before the first commit, and when git's files cannot be read. */
    static Optional<String> around(Path directory) {
        try {
            for (Path at = directory.toAbsolutePath(); at != null; at = at.getParent()) {
                Path git = at.resolve(".git");
                if (Files.isDirectory(git)) {
                    return head(git);
                }
                if (Files.isRegularFile(git)) {
                    String link = small(git);
                    return link.startsWith("gitdir:")
                            ? head(at.resolve(link.substring(7).strip()))
                            : Optional.empty();
                }
            }
            return Optional.empty();
        } catch (IOException | UncheckedIOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> head(Path git) throws IOException {
        String head = small(git.resolve("HEAD"));
        if (!head.startsWith("ref:")) {
            return hash(head);
        }
        String reference = head.substring(4).strip();
        if (!REFERENCE.matcher(reference).matches() || reference.contains("..")) {
            return Optional.empty();
        }
        // A linked work tree keeps its HEAD; the branches lie in the main repository.
        Path shared = git.resolve("commondir");
        Path common = Files.isRegularFile(shared) ? git.resolve(small(shared)) : git;
        Path loose = common.resolve(reference);
        return Files.isRegularFile(loose) ? hash(small(loose)) : packed(common.resolve("packed-refs"), reference);
    }

    private static Optional<String> packed(Path packedRefs, String reference) throws IOException {
        if (!Files.isRegularFile(packedRefs)) {
            return Optional.empty();
        }
        try (BufferedReader lines = Files.newBufferedReader(packedRefs)) {
            return lines.lines()
                    .filter(line -> line.endsWith(" " + reference))
                    .flatMap(line -> hash(line.substring(0, line.indexOf(' '))).stream())
                    .findFirst();
        }
    }

    private static Optional<String> hash(String text) {
        return HASH.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }

    private static String small(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_SMALL_FILE), StandardCharsets.UTF_8).strip();
        }
    }
}
