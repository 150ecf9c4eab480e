package org.swav4j.source;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.Arrays;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.swav4j.data.DataException;

/**
 * Images that a file lists: a text file with a path a line, a CSV of path and label, or JSON lines with the keys path and
 * label. Paths are relative to the list's folder, absolute, or URIs of a file system that is installed.
 *
 * <p>Labels are class names, numbers too. In a text file the class is the first folder of a relative path. The order is that
 * of the paths, whatever the list's; a path listed twice counts once.
 *
 * <p>Images are not looked at when the list is opened, since asking for a million sizes takes hours where each is a request:
 * the fingerprint is of the paths alone, and images that are missing are found when they are read.
 */
public final class ImageList extends IndexedImages {
    /** A wrong folder is noticed by looking for this many of the images. */
    private static final int LOOKED_FOR = 16;

    /** Two letters at least, so that {@code C:} is none. */
    private static final Pattern URI_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+://.*", Pattern.DOTALL);

    private final Path list;

    private ImageList(Path list, ImageIndex index, String description) {
        super(index, description);
        this.list = list;
    }

    /**
     * Reads a list; its format goes by its name: {@code .txt}, {@code .csv} or {@code .jsonl}.
     *
     * @throws DataException if it is missing or empty, or naming the line if one is not of the format, is no path, or gives
     *     another class to an image listed before
     */
    public static ImageList open(Path list) {
        ListedImages.Format format = ListedImages.Format.of(String.valueOf(list.getFileName()));
        if (format == null) {
            throw new DataException(list + ": is no list by its name; lists are .txt, .csv or .jsonl");
        }
        if (!Files.isRegularFile(list)) {
            throw new DataException(list + (Files.exists(list) ? ": is no file" : ": no such file"));
        }
        Lines lines = new Lines(list, format);
        ListedImages.read(list, format, lines);
        if (lines.images.count() == 0) {
            throw new DataException(list + ": lists no images; write a path a line");
        }
        int[] repeated = new int[1];
        int[] order = lines.images.order((first, again) -> {
            repeated[0]++;
            lines.requireSameClass(first, again);
        });
        ImageIndex index = lines.images.build(order);
        requireSome(list, index, lines.line, order);
        String description = format == ListedImages.Format.TEXT
                ? index.summary(list, "folder", "folders")
                : index.summary(list, "class", "classes");
        if (repeated[0] > 0) {
            description +=
                    String.format(Locale.ROOT, " (%,d line%s repeated)", repeated[0], repeated[0] == 1 ? "" : "s");
        }
        return new ImageList(list, index, description);
    }

    private static void requireSome(Path list, ImageIndex index, int[] lines, int[] order) {
        int looks = Math.min(LOOKED_FOR, index.size());
        for (int i = 0; i < looks; i++) {
            if (Files.exists(resolve(list, index.name((int) ((long) i * index.size() / looks))))) {
                return;
            }
        }
        Path missing = resolve(list, index.name(0));
        throw ListedImages.error(
                list,
                lines[order[0]],
                "there is no " + missing + (looks > 1 ? ", nor any other of " + looks + " looked for" : "")
                        + "; paths are relative to the list's folder");
    }

    private static boolean isAddress(String path) {
        return path.contains("://") && URI_SCHEME.matcher(path).matches();
    }

    private static Path resolve(Path list, String name) {
        return isAddress(name) ? Path.of(URI.create(name)) : list.resolveSibling(name);
    }

    @Override
    public byte[] read(int index) throws IOException {
        return ImageFiles.read(resolve(list, name(index)));
    }

    /** Collects what the list says. */
    private static final class Lines implements ListedImages.Sink {
        private final Path list;
        private final boolean classIsFolder;
        private final boolean backslashes;
        private final ImageIndex.Builder images;
        /** The line of each image, by the number of its addition. */
        private int[] line = new int[64];

        Lines(Path list, ListedImages.Format format) {
            this.list = list;
            classIsFolder = format == ListedImages.Format.TEXT;
            backslashes = list.getFileSystem().getSeparator().equals("\\");
            images = new ImageIndex.Builder(list);
        }

        @Override
        public void add(int at, String path, String label) {
            String name = normalized(path);
            requirePath(at, name);
            if (images.count() == line.length) {
                line = Arrays.copyOf(line, line.length + (line.length >> 1));
            }
            line[images.count()] = at;
            boolean relative = !name.startsWith("/") && !name.startsWith("../") && name.indexOf(':') < 0;
            if (classIsFolder && relative) {
                images.addByFolder(name, ImageIndex.Builder.UNKNOWN);
            } else {
                images.add(name, ImageIndex.Builder.UNKNOWN, label == null || label.isBlank() ? null : label.strip());
            }
        }

        /** So that the same file is the same name: no {@code ./}, no double slash. */
        private String normalized(String path) {
            if (isAddress(path)) {
                return path;
            }
            String name = backslashes ? path.replace('\\', '/') : path;
            if (!name.contains("./") && !name.contains("//")) {
                return name;
            }
            StringJoiner parts = new StringJoiner("/", name.startsWith("/") ? "/" : "", "");
            for (String part : name.split("/")) {
                if (!part.isEmpty() && !part.equals(".")) {
                    parts.add(part);
                }
            }
            return parts.toString();
        }

        private void requirePath(int at, String name) {
            try {
                resolve(list, name);
            } catch (FileSystemNotFoundException | ProviderNotFoundException e) {
                throw ListedImages.error(list, at, name + ": there is no file system for this; give a path");
            } catch (InvalidPathException e) {
                throw ListedImages.error(list, at, "no path of this system: " + e.getReason());
            } catch (IllegalArgumentException e) {
                throw ListedImages.error(list, at, name + ": is no address; write a space as %20");
            }
        }

        void requireSameClass(int first, int again) {
            if (!images.sameClass(first, again)) {
                throw ListedImages.error(
                        list, line[again], "gives another label than line " + line[first] + " to the same image");
            }
        }
    }
}
