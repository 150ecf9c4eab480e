package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.swav4j.data.DataException;
import org.swav4j.dataset.Bytes;
import org.swav4j.format.FileTree;

/**
 * Fetches a data set into a folder: download to {@code .download}, checksum, unpacking to {@code .unpacking}, and only then
 * into place; {@code dataset.json}, which comes last, says that all is there. Stopped at any moment, the same call goes on.
 */
public final class Fetch {
    private static final String DOWNLOADS = ".download";
    private static final String UNPACKING = ".unpacking";

    private final Patience patience;
    private final FetchListener listener;
    private final FreeSpace freeSpace;

    /** Tells the free bytes of the disk that a folder is on. */
    @FunctionalInterface
    interface FreeSpace {
        long at(Path folder) throws IOException;
    }

    /** Fetches with the usual patience. */
    public Fetch(FetchListener listener) {
        this(Patience.USUAL, listener, folder -> Files.getFileStore(folder).getUsableSpace());
    }

    Fetch(Patience patience, FetchListener listener, FreeSpace freeSpace) {
        this.patience = patience;
        this.listener = listener;
        this.freeSpace = freeSpace;
    }

    /**
     * Fetches what is not there yet.
     *
     * @param mirror where the files lie under their names, instead of the official address; null for that
     * @param keep whether downloaded files stay in {@code .download} afterwards
     * @throws DataException if the folder holds something else, the disk is too small, a server does not give the files, or
     *     what it gives is not what it should be
     */
    public FetchResult into(Path folder, DataSet set, URI mirror, boolean keep) throws IOException {
        Files.createDirectories(folder);
        Path staging = folder.resolve(UNPACKING);
        if (Files.exists(staging.resolve(Marker.NAME))) {
            Marker.read(staging, set);
            putInPlace(staging, folder);
        }
        Optional<FetchResult> there = Marker.read(folder, set);
        if (there.isPresent()) {
            return there.get();
        }
        requireNothingElse(folder);
        FileTree.delete(staging);
        Path downloads = Files.createDirectories(folder.resolve(DOWNLOADS));
        requireSpace(folder, downloads, set);

        Map<String, Path> files = new LinkedHashMap<>();
        Map<String, String> addresses = new LinkedHashMap<>();
        Map<String, String> sha256 = new LinkedHashMap<>();
        HttpClient client = Download.client(patience);
        for (RemoteFile official : set.files()) {
            RemoteFile file = mirror == null ? official : official.at(mirror);
            Path target = downloads.resolve(file.name());
            sha256.put(file.name(), obtain(client, file, target).sha256());
            files.put(file.name(), target);
            addresses.put(file.name(), file.uri().toString());
        }

        Files.createDirectory(staging);
        Output output =
                new Output(staging, 2 * set.unpackedBytes(), images -> listener.unpacking(images, set.images()));
        set.layout().unpack(files, output);
        if (output.images() != set.images()) {
            throw new DataException(folder + ": " + output.images() + " images were unpacked, but " + set.name()
                    + " has " + set.images() + "; the files are not those of this data set");
        }
        FetchResult result = new FetchResult(set, output.images(), sha256, false);
        Marker.write(staging, result, addresses);
        putInPlace(staging, folder);
        if (!keep) {
            FileTree.delete(downloads);
        }
        return result;
    }

    /** A file that is whole, whether it was here or has to come. */
    private Checksums obtain(HttpClient client, RemoteFile file, Path target) throws IOException {
        if (Files.exists(target)) {
            Checksums here = checksums(target);
            if (here.md5().equals(file.md5())) {
                listener.note(file.name() + ": is here already");
                return here;
            }
            listener.note(file.name() + ": what is here is not the right one; it is replaced");
            Files.delete(target);
        }
        Download download = new Download(client, patience, listener, file.uri(), target);
        download.run();
        Checksums sums = checksums(target);
        if (!sums.md5().equals(file.md5()) && download.resumed()) {
            listener.note(file.name() + ": the parts do not make up the right file; starting afresh");
            Files.delete(target);
            new Download(client, patience, listener, file.uri(), target).run();
            sums = checksums(target);
        }
        if (!sums.md5().equals(file.md5())) {
            Path wrong = target.resolveSibling(file.name() + ".wrong");
            Files.move(target, wrong, StandardCopyOption.REPLACE_EXISTING);
            throw new DataException(file.uri() + ": is not the file it should be: its MD5 is " + sums.md5() + ", but "
                    + file.stated() + " states " + file.md5() + "; what came is kept as " + wrong
                    + ", and the next run fetches it anew");
        }
        Files.deleteIfExists(target.resolveSibling(file.name() + ".wrong"));
        return sums;
    }

    private Checksums checksums(Path file) throws IOException {
        long size = Files.size(file);
        String name = file.getFileName().toString();
        return Checksums.of(file, done -> listener.checking(name, done, size));
    }

    private void requireSpace(Path folder, Path downloads, DataSet set) throws IOException {
        long missing = 0;
        for (RemoteFile file : set.files()) {
            missing += Math.max(0, file.bytes() - sizeOf(downloads, file.name()));
        }
        long needed = missing + set.unpackedBytes();
        long free = freeSpace.at(folder);
        if (free < needed) {
            throw new DataException(folder + ": " + set.name() + " needs " + Bytes.text(needed) + " here ("
                    + Bytes.text(missing) + " to download, " + Bytes.text(set.unpackedBytes())
                    + " unpacked), and the disk has " + Bytes.text(free) + " free; make room or give another folder");
        }
    }

    private static long sizeOf(Path downloads, String name) throws IOException {
        for (String candidate : List.of(name, name + ".part")) {
            Path file = downloads.resolve(candidate);
            if (Files.exists(file)) {
                return Files.size(file);
            }
        }
        return 0;
    }

    private static void requireNothingElse(Path folder) throws IOException {
        for (Path entry : entries(folder)) {
            String name = entry.getFileName().toString();
            if (!name.equals(DOWNLOADS) && !name.equals(UNPACKING)) {
                throw new DataException(folder + ": holds '" + name
                        + "', which is no part of an earlier fetch; give a new" + " or empty folder");
            }
        }
    }

    /** The marker goes last: before it is in place, a further call finds it in the staging folder and goes on here. */
    private static void putInPlace(Path staging, Path folder) throws IOException {
        for (Path entry : entries(staging)) {
            if (!entry.getFileName().toString().equals(Marker.NAME)) {
                Files.move(entry, folder.resolve(entry.getFileName()));
            }
        }
        Files.move(staging.resolve(Marker.NAME), folder.resolve(Marker.NAME));
        Files.delete(staging);
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted().toList();
        }
    }
}
