package org.swav4j.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;

/**
 * The images below a folder, however deeply nested, sorted by relative name in byte order. The class of an image is the
 * first-level directory it lies in; images directly in the root have none.
 *
 * <p>The index is read once and does not change. Names that start with a dot are skipped, symbolic links are followed, a
 * link back to an enclosing folder is not. Works on any {@code java.nio.file} file system.
 */
public final class ImageFolder implements LabelledImages {
    private static final Set<String> EXTENSIONS =
            Set.of("jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "tif", "tiff", "gif");

    /** Larger files are refused before they are read: 67 million pixels of 16-bit RGB need 384 MiB without compression. */
    private static final long MAX_FILE_BYTES = 512L << 20;

    private final Path root;
    private final String place;
    private final String[] names;
    private final int[] labels;
    private final List<String> classNames;
    private final String fingerprint;
    private final int unreadable;

    private ImageFolder(Path root, String place, List<Found> found, int unreadable) {
        this.root = root;
        this.place = place;
        this.unreadable = unreadable;
        TreeSet<String> classes = new TreeSet<>(ImageFolder::compareBytes);
        for (Found image : found) {
            if (image.name.indexOf('/') > 0) {
                classes.add(firstFolder(image.name));
            }
        }
        classNames = List.copyOf(classes);
        Map<String, Integer> labelOf = new TreeMap<>();
        for (String name : classNames) {
            labelOf.put(name, labelOf.size());
        }
        MessageDigest digest = sha256();
        names = new String[found.size()];
        labels = new int[found.size()];
        for (int i = 0; i < names.length; i++) {
            Found image = found.get(i);
            names[i] = image.name;
            labels[i] = image.name.indexOf('/') > 0 ? labelOf.get(firstFolder(image.name)) : -1;
            digest.update((image.name + '\0' + image.bytes + '\n').getBytes(StandardCharsets.UTF_8));
        }
        fingerprint = HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Indexes the images below a folder.
     *
     * @throws DataException if it is missing, not a directory, not readable, empty, or holds no image
     */
    public static ImageFolder open(Path root) {
        return open(root, root.toString());
    }

    /**
     * As {@link #open(Path)}; {@code place} is what messages and the description call the folder, for paths that do not say
     * themselves where they are, such as those of S3.
     */
    public static ImageFolder open(Path root, String place) {
        if (!Files.exists(root)) {
            throw new DataException(place + ": no such folder");
        }
        if (!Files.isDirectory(root)) {
            throw new DataException(place + ": is a file; give the folder that holds the images");
        }
        if (!Files.isReadable(root)) {
            throw new DataException(place + ": permission denied; make the folder readable to this user");
        }
        Walk walk = new Walk(root);
        try {
            Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, walk);
        } catch (IOException e) {
            throw new DataException(place + ": cannot be listed: " + e.getMessage(), e);
        }
        if (walk.images.isEmpty()) {
            throw new DataException(place + ": " + walk.whatWasFound());
        }
        walk.images.sort(Comparator.comparing(Found::name, ImageFolder::compareBytes));
        return new ImageFolder(root, place, walk.images, walk.unreadable);
    }

    @Override
    public int size() {
        return names.length;
    }

    @Override
    public String name(int index) {
        return names[index];
    }

    @Override
    public byte[] read(int index) throws IOException {
        Path file = root.resolve(names[index]);
        long bytes = Files.size(file);
        if (bytes > MAX_FILE_BYTES) {
            throw new IOException(
                    String.format(Locale.ROOT, "%,d bytes, more than the %,d accepted", bytes, MAX_FILE_BYTES));
        }
        return Files.readAllBytes(file);
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public String description() {
        String text = String.format(Locale.ROOT, "%s: %,d image%s", place, size(), size() == 1 ? "" : "s");
        if (!classNames.isEmpty()) {
            text += String.format(
                    Locale.ROOT, " in %,d folder%s", classNames.size(), classNames.size() == 1 ? "" : "s");
        }
        return unreadable == 0 ? text : text + String.format(Locale.ROOT, " (%,d entries unreadable)", unreadable);
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    /** How many folders or files below the root could not be looked at, for want of permission or because they vanished. */
    public int unreadable() {
        return unreadable;
    }

    private static String firstFolder(String name) {
        return name.substring(0, name.indexOf('/'));
    }

    /** The order of the names' UTF-8 bytes, which is that of their code points; {@code String.compareTo} differs beyond U+FFFF. */
    private static int compareBytes(String a, String b) {
        int shared = Math.min(a.length(), b.length());
        for (int i = 0; i < shared; i++) {
            if (a.charAt(i) != b.charAt(i)) {
                boolean bothSurrogates = Character.isSurrogate(a.charAt(i)) == Character.isSurrogate(b.charAt(i));
                return bothSurrogates
                        ? Character.compare(a.charAt(i), b.charAt(i))
                        : Boolean.compare(Character.isSurrogate(a.charAt(i)), Character.isSurrogate(b.charAt(i)));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private record Found(String name, long bytes) {}

    /** Collects images, and enough about everything else to say what was found instead. */
    private static final class Walk extends SimpleFileVisitor<Path> {
        private final Path root;
        private final List<Found> images = new ArrayList<>();
        private final Map<String, Integer> otherExtensions = new TreeMap<>();
        private int others;
        private int unreadable;

        Walk(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return !directory.equals(root) && hidden(directory)
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!attributes.isRegularFile() || hidden(file)) {
                return FileVisitResult.CONTINUE;
            }
            String name = file.getFileName().toString();
            int dot = name.lastIndexOf('.');
            String extension = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
            if (EXTENSIONS.contains(extension)) {
                images.add(new Found(relative(file), attributes.size()));
            } else {
                others++;
                otherExtensions.merge(extension.isEmpty() ? "no extension" : "." + extension, 1, Integer::sum);
            }
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
            if (failure != null) {
                unreadable++;
            }
            return FileVisitResult.CONTINUE;
        }

        private String relative(Path file) {
            return root.relativize(file).toString().replace(root.getFileSystem().getSeparator(), "/");
        }

        private static boolean hidden(Path path) {
            return path.getFileName() != null && path.getFileName().toString().startsWith(".");
        }

        String whatWasFound() {
            String readable = unreadable == 0 ? "" : "; " + unreadable + " entries could not be read";
            if (others == 0) {
                return "the folder is empty" + readable;
            }
            String kinds = otherExtensions.entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                    .limit(4)
                    .map(Map.Entry::getKey)
                    .collect(Collectors.joining(", "));
            return String.format(
                    Locale.ROOT,
                    "%,d file%s, none an image (%s%s); images are .jpg, .png, .webp, .bmp, .tif or .gif%s",
                    others,
                    others == 1 ? "" : "s",
                    kinds,
                    otherExtensions.size() > 4 ? ", ..." : "",
                    readable);
        }
    }
}
