package org.swav4j.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.swav4j.data.DataException;

/**
 * The images below a folder, however deeply nested, sorted by relative name in byte order. The class of an image is the
 * first-level directory it lies in; images directly in the root have none.
 *
 * <p>The index is read once and does not change. Names that start with a dot are skipped, symbolic links are followed, a
 * link back to an enclosing folder is not. Works on any {@code java.nio.file} file system. A file whose name is no text in
 * the system's encoding is read all the same; its name has the bytes beyond ASCII as {@code %XX}.
 */
public final class ImageFolder extends IndexedImages {
    private final Path root;
    private final Map<String, Path> undecodable;
    private final int unreadable;

    private ImageFolder(Path root, ImageIndex index, Map<String, Path> undecodable, int unreadable) {
        super(index, description(root, index, unreadable));
        this.root = root;
        this.undecodable = undecodable;
        this.unreadable = unreadable;
    }

    /**
     * Indexes the images below a folder.
     *
     * @throws DataException if it is missing, not a directory, not readable, empty, or holds no image
     */
    public static ImageFolder open(Path root) {
        if (!Files.exists(root)) {
            throw new DataException(root + ": no such folder");
        }
        if (!Files.isDirectory(root)) {
            throw new DataException(root + ": is a file; give the folder that holds the images");
        }
        requireReadable(root);
        FolderWalk walk = FolderWalk.of(root);
        if (walk.images().count() == 0) {
            throw new DataException(root + ": " + walk.insteadOfImages());
        }
        return of(root, walk);
    }

    static void requireReadable(Path root) {
        if (!Files.isReadable(root)) {
            throw new DataException(root + ": permission denied; make the folder readable to this user");
        }
    }

    /** What a walk through {@code root} found, at least one image. */
    static ImageFolder of(Path root, FolderWalk walk) {
        ImageIndex index = walk.images().build(walk.images().order((first, again) -> {}));
        return new ImageFolder(root, index, walk.undecodable(), walk.unreadable());
    }

    private static String description(Path root, ImageIndex index, int unreadable) {
        String text = index.summary(root, "folder", "folders");
        return unreadable == 0 ? text : text + String.format(Locale.ROOT, " (%,d entries unreadable)", unreadable);
    }

    @Override
    public byte[] read(int index) throws IOException {
        String name = name(index);
        try {
            Path odd = undecodable.get(name);
            return ImageFiles.read(odd != null ? odd : root.resolve(name));
        } catch (InvalidPathException e) {
            throw new IOException("its name cannot be written in this system's encoding", e);
        }
    }

    /** How many folders or files below the root could not be looked at, for want of permission or because they vanished. */
    public int unreadable() {
        return unreadable;
    }
}
