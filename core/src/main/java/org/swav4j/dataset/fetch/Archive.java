package org.swav4j.dataset.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.swav4j.data.DataException;

/**
 * Reads a {@code .tar.gz}, {@code .tgz} or {@code .zip} from its beginning to its end. Nothing is written here: whoever reads
 * decides what to keep and where. Names that lead out of the archive, links and devices are refused, not skipped: no data set
 * of ours has them.
 */
final class Archive {
    private static final int MOST_ENTRIES = 2_000_000;
    /** Labels, class names and lists; the largest, a label file of STL-10, has 8,000 bytes. */
    private static final int MOST_SMALL_BYTES = 16 << 20;

    private final Path file;

    Archive(Path file) {
        this.file = file;
    }

    /** Takes a file of the archive. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Called once a file.
         *
         * @param name relative, {@code '/'} between its parts
         * @param content its bytes; what is left unread is skipped
         * @return whether to go on
         */
        boolean file(String name, InputStream content) throws IOException;
    }

    /** Shows every file to the visitor, in the archive's order, until it has enough. */
    void visit(Visitor visitor) throws IOException {
        try {
            if (file.getFileName().toString().endsWith(".zip")) {
                visitZip(visitor);
            } else {
                visitTar(visitor);
            }
        } catch (IOException e) {
            if (e instanceof FileSystemException) {
                throw e;
            }
            throw new DataException(file + ": cannot be unpacked: " + e.getMessage(), e);
        }
    }

    /**
     * The contents of some small files.
     *
     * @throws DataException if one is missing or not small
     */
    Map<String, byte[]> small(Collection<String> names) throws IOException {
        Map<String, byte[]> found = new LinkedHashMap<>();
        visit((name, content) -> {
            if (names.contains(name)) {
                byte[] bytes = content.readNBytes(MOST_SMALL_BYTES + 1);
                if (bytes.length > MOST_SMALL_BYTES) {
                    throw new DataException(file + ": '" + name + "' is far larger than it should be");
                }
                found.put(name, bytes);
            }
            return found.size() < names.size();
        });
        Set<String> missing = new TreeSet<>(names);
        missing.removeAll(found.keySet());
        if (!missing.isEmpty()) {
            throw new DataException(file + ": '" + missing.iterator().next() + "' is missing from the archive");
        }
        return found;
    }

    private void visitTar(Visitor visitor) throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new GzipCompressorInputStream(raw, true), "UTF-8")) {
            int entries = 0;
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                count(++entries);
                boolean plain = !entry.isLink()
                        && !entry.isSymbolicLink()
                        && !entry.isCharacterDevice()
                        && !entry.isBlockDevice()
                        && !entry.isFIFO();
                String name = checked(entry.getName(), plain, entry.isDirectory());
                if (!entry.isDirectory() && !visitor.file(name, tar)) {
                    return;
                }
            }
        }
    }

    private void visitZip(Visitor visitor) throws IOException {
        try (ZipFile zip = ZipFile.builder().setPath(file).get()) {
            int entries = 0;
            for (Enumeration<ZipArchiveEntry> all = zip.getEntriesInPhysicalOrder(); all.hasMoreElements(); ) {
                ZipArchiveEntry entry = all.nextElement();
                count(++entries);
                String name = checked(entry.getName(), !entry.isUnixSymlink(), entry.isDirectory());
                if (entry.isDirectory()) {
                    continue;
                }
                try (InputStream content = zip.getInputStream(entry)) {
                    if (!visitor.file(name, content)) {
                        return;
                    }
                }
            }
        }
    }

    private String checked(String entry, boolean plain, boolean directory) {
        String name = entry.startsWith("./") ? entry.substring(2) : entry;
        if (directory) {
            String folder = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
            if (!folder.isEmpty() && !folder.equals(".") && !EntryName.safe(folder)) {
                throw hostile(entry, "leads out of the archive");
            }
            return name;
        }
        if (!plain) {
            throw hostile(entry, "is a link or a device");
        }
        if (!EntryName.safe(name)) {
            throw hostile(entry, "leads out of the archive");
        }
        return name;
    }

    private DataException hostile(String entry, String why) {
        return new DataException(file + ": refused: its entry '" + entry.replaceAll("\\p{Cntrl}", "?") + "' " + why);
    }

    private void count(int entries) {
        if (entries > MOST_ENTRIES) {
            throw new DataException(file + ": refused: more than " + MOST_ENTRIES + " entries");
        }
    }
}
