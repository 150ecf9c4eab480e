package org.swav4j.dist;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** What the build packed, as it told this JVM by system properties. */
final class Packed {
    static final String VERSION = System.getProperty("version");
    static final Instant TIMESTAMP = Instant.parse(System.getProperty("timestamp"));
    static final Path SBOM = Path.of(System.getProperty("sbom"));
    /** The repository's root. */
    static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

    private static final Path PLACE = Path.of(System.getProperty("distribution"));
    static final String NAME = PLACE.getFileName().toString();
    static final Path TAR = Path.of(PLACE + ".tar.gz");
    static final Path ZIP = Path.of(PLACE + ".zip");

    private Packed() {}

    /** Unpacks the tar and gives the folder in it. */
    static Path unpack(Path to) throws IOException {
        try (TarArchiveInputStream tar = openTar()) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path place = to.resolve(entry.getName()).normalize();
                if (!place.startsWith(to)) {
                    throw new IOException(entry.getName() + " leads outside");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(place);
                } else {
                    Files.createDirectories(place.getParent());
                    Files.copy(tar, place);
                    place.toFile().setExecutable((entry.getMode() & 0100) != 0, false);
                }
            }
        }
        return to.resolve(NAME);
    }

    static List<TarArchiveEntry> tarEntries() throws IOException {
        List<TarArchiveEntry> entries = new ArrayList<>();
        try (TarArchiveInputStream tar = openTar()) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private static TarArchiveInputStream openTar() throws IOException {
        InputStream file = new BufferedInputStream(Files.newInputStream(TAR), 1 << 16);
        return new TarArchiveInputStream(new GZIPInputStream(file, 1 << 16));
    }
}
