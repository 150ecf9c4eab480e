package org.swav4j.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageSize;
import org.swav4j.data.LabelledImages;

/** Opens whatever a path leads to. What a file is goes by its first bytes where they tell, otherwise by its name. */
public final class ImageSources {
    private static final String ACCEPTED = "give a folder of images, tar shards, a .zip, CIFAR's .bin batches,"
            + " a .txt list of paths, or a .csv or .jsonl manifest";

    private static final int START_BYTES = 1 << 16;
    private static final int TAR_MAGIC_AT = 257;

    private ImageSources() {}

    /**
     * Opens a folder of images, a folder of tar shards or one of them, a zip archive or a folder within one
     * ({@code photos.zip/train}), CIFAR's binary batches, a text list of paths, or a manifest in CSV or JSON lines.
     *
     * @throws DataException if it is missing, none of these, or cannot be used
     */
    public static LabelledImages open(Path path) {
        if (Files.isDirectory(path)) {
            return folder(path);
        }
        if (!Files.exists(path)) {
            return withinArchive(path);
        }
        if (!Files.isRegularFile(path)) {
            throw new DataException(path + ": is neither a file nor a folder; " + ACCEPTED);
        }
        return file(path, start(path));
    }

    /**
     * As {@link #open(Path)}; {@code place} is what messages and the description call the path, where it does not say itself
     * where it is, as those of S3.
     */
    public static LabelledImages open(Path path, String place) {
        if (place.equals(path.toString())) {
            return open(path);
        }
        try {
            return new PlacedImages(open(path), place);
        } catch (DataException e) {
            String message = e.getMessage();
            String own = path + ":";
            throw message.startsWith(own) ? new DataException(place + message.substring(own.length() - 1), e) : e;
        }
    }

    private static LabelledImages folder(Path folder) {
        ImageFolder.requireReadable(folder);
        FolderWalk walk = FolderWalk.of(folder);
        if (walk.images().count() > 0) {
            return ImageFolder.of(folder, walk);
        }
        List<String> names = names(folder);
        if (names.stream().anyMatch(ImageSources::isTar)) {
            return TarShards.open(folder);
        }
        if (names.stream().anyMatch(CifarBinary::isBatch)) {
            return CifarBinary.open(folder);
        }
        String alone = names.stream()
                .filter(n -> n.toLowerCase(Locale.ROOT).endsWith(".zip") || ListedImages.Format.of(n) != null)
                .findFirst()
                .map(n -> "; to read " + n + ", give it by itself")
                .orElse("");
        throw new DataException(folder + ": " + walk.insteadOfImages() + alone);
    }

    private static List<String> names(Path folder) {
        List<String> names = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.map(p -> p.getFileName().toString()).forEach(names::add);
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be listed: " + e.getMessage(), e);
        }
        names.removeIf(ImageFiles::isHidden);
        Collections.sort(names);
        return names;
    }

    private static LabelledImages file(Path file, byte[] start) {
        String name = String.valueOf(file.getFileName());
        if (start.length == 0) {
            throw new DataException(file + ": the file is empty");
        }
        if (isZip(start) || ImageFiles.extension(name).equals("zip")) {
            return ZipImages.open(file);
        }
        boolean gzip = start.length > 2 && (start[0] & 255) == 0x1F && (start[1] & 255) == 0x8B;
        if (startsWith(start, TAR_MAGIC_AT, "ustar") || isTar(name)) {
            return TarShards.open(file);
        }
        if (gzip) {
            throw new DataException(file + ": is compressed by gzip; only .tar.gz and .tgz are read so; unpack it");
        }
        if (ImageFiles.extension(name).equals("bin")) {
            return CifarBinary.open(file);
        }
        if (ImageSize.of(start).isPresent()) {
            throw new DataException(file + ": is a single image; give the folder that holds it");
        }
        if (ListedImages.Format.of(name) != null) {
            return ImageList.open(file);
        }
        throw new DataException(file + ": is no kind of file that images are read from; " + ACCEPTED);
    }

    private static LabelledImages withinArchive(Path path) {
        for (Path at = path.getParent(); at != null; at = at.getParent()) {
            if (Files.isRegularFile(at)) {
                if (isZip(start(at))) {
                    return ZipImages.open(
                            at,
                            at.relativize(path)
                                    .toString()
                                    .replace(at.getFileSystem().getSeparator(), "/"));
                }
                throw new DataException(path + ": " + at.getFileName() + " is a file, and no zip archive");
            }
        }
        throw new DataException(path + ": no such file or folder");
    }

    private static boolean isTar(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".tar") || lower.endsWith(".tar.gz") || lower.endsWith(".tgz");
    }

    /** An entry's header, or the end of an archive without entries. */
    private static boolean isZip(byte[] start) {
        return startsWith(start, 0, "PK\3\4") || startsWith(start, 0, "PK\5\6");
    }

    private static boolean startsWith(byte[] bytes, int at, String latin1) {
        byte[] wanted = latin1.getBytes(StandardCharsets.ISO_8859_1);
        return bytes.length >= at + wanted.length
                && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length);
    }

    private static byte[] start(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(START_BYTES);
        } catch (AccessDeniedException e) {
            throw new DataException(file + ": permission denied; make the file readable to this user", e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
