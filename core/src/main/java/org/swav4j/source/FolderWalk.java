package org.swav4j.source;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import org.swav4j.data.DataException;

/**
 * Finds the images below a folder. Every entry's attributes are asked for once, as part of the walk; more would double the
 * time on a local disk, and the bill where each is a request.
 */
final class FolderWalk extends SimpleFileVisitor<Path> {
    /** What a byte that is no text in the system's encoding reads as. */
    private static final char REPLACEMENT = '\uFFFD';

    private final ImageIndex.Builder images;
    private final OtherFiles others = new OtherFiles();
    private final Map<String, Path> undecodable = new HashMap<>();
    private final Deque<String> prefixes = new ArrayDeque<>();
    private int undecodableFolders;
    private int unreadable;

    private FolderWalk(Path root) {
        images = new ImageIndex.Builder(root);
    }

    /**
     * Walks through an existing folder.
     *
     * @throws DataException if the folder cannot be listed
     */
    static FolderWalk of(Path root) {
        FolderWalk walk = new FolderWalk(root);
        try {
            Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, walk);
        } catch (IOException e) {
            throw new DataException(root + ": cannot be listed: " + e.getMessage(), e);
        }
        return walk;
    }

    ImageIndex.Builder images() {
        return images;
    }

    /** Files whose names cannot be written as text, and so not be found by it, by the names they were given instead. */
    Map<String, Path> undecodable() {
        return Map.copyOf(undecodable);
    }

    /** How many entries could not be looked at. */
    int unreadable() {
        return unreadable;
    }

    String insteadOfImages() {
        return others.insteadOfImages("folder", unreadable);
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        if (prefixes.isEmpty()) {
            prefixes.push("");
            return FileVisitResult.CONTINUE;
        }
        String name = directory.getFileName().toString();
        if (ImageFiles.isHidden(name)) {
            return FileVisitResult.SKIP_SUBTREE;
        }
        boolean decodable = name.indexOf(REPLACEMENT) < 0;
        // inside archives names of folders end with a slash
        String text = decodable ? name.replaceFirst("/$", "") : escaped(directory.getFileName());
        prefixes.push(prefixes.peek() + text + '/');
        undecodableFolders += decodable && undecodableFolders == 0 ? 0 : 1;
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        String name = file.getFileName().toString();
        if (!attributes.isRegularFile() || ImageFiles.isHidden(name)) {
            return FileVisitResult.CONTINUE;
        }
        String extension = ImageFiles.extension(name);
        if (!ImageFiles.isImage(extension)) {
            others.add(extension);
            return FileVisitResult.CONTINUE;
        }
        boolean decodable = name.indexOf(REPLACEMENT) < 0;
        String path = prefixes.peek() + (decodable ? name : escaped(file.getFileName()));
        if (!decodable || undecodableFolders > 0) {
            undecodable.put(path, file);
        }
        images.addByFolder(path, attributes.size());
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
        if (failure.getCause() instanceof DataException data) {
            // from a file system that knows that no more can be had
            throw data;
        }
        if (!(failure instanceof FileSystemLoopException)) {
            unreadable++;
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException failure) {
        prefixes.pop();
        undecodableFolders -= undecodableFolders == 0 ? 0 : 1;
        if (failure != null) {
            unreadable++;
        }
        return FileVisitResult.CONTINUE;
    }

    /** The name with bytes beyond ASCII as %XX, as URIs write them. */
    private static String escaped(Path name) {
        String uri = name.toUri().getRawPath().replaceFirst("/$", "");
        return uri.substring(uri.lastIndexOf('/') + 1);
    }
}
