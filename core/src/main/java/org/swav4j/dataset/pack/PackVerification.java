package org.swav4j.dataset.pack;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.swav4j.data.DataException;
import org.swav4j.format.Sha256;

/**
 * Whether a packed folder still is what was written.
 *
 * @param complete false when it was asked to stop before the end
 * @param shards that are whole
 * @param images in them
 * @param bytes of them
 * @param problems one line for each file that is missing, damaged or too many, and one if the packing was not finished
 */
public record PackVerification(boolean complete, int shards, int images, long bytes, List<String> problems) {

    /** Copies the list. */
    public PackVerification {
        problems = List.copyOf(problems);
    }

    /**
     * Reads every shard and compares length, SHA-256 and number of images with {@code pack.json}; {@code classes.txt} too.
     *
     * @param folder one that {@link Packer} packed into
     * @param listener told after each shard
     * @param stop asked before each shard
     * @throws DataException if the folder was not packed, or its {@code pack.json} cannot be read
     */
    public static PackVerification of(Path folder, PackListener listener, BooleanSupplier stop) {
        PackRecord record = record(folder);
        List<String> problems = new ArrayList<>();
        if (!record.complete()) {
            problems.add(String.format(
                    Locale.ROOT,
                    "%s: the packing was not finished (%,d of %,d images)",
                    folder,
                    record.done(),
                    record.images()));
        }
        record.classesSha256().ifPresent(expected -> classes(folder.resolve(Packer.CLASSES), expected, problems));
        strays(folder, record, problems);
        int shards = 0;
        int images = 0;
        long bytes = 0;
        for (PackRecord.Shard shard : record.shards()) {
            if (stop.getAsBoolean()) {
                return new PackVerification(false, shards, images, bytes, problems);
            }
            String problem = problem(folder.resolve(shard.name()), shard);
            if (problem != null) {
                problems.add(folder.resolve(shard.name()) + ": " + problem);
                continue;
            }
            shards++;
            images += shard.images();
            bytes += shard.bytes();
            listener.shard(shard.name(), shard.images(), shard.bytes());
        }
        return new PackVerification(true, shards, images, bytes, problems);
    }

    private static PackRecord record(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DataException(folder + ": no such folder");
        }
        try {
            return PackRecord.read(folder)
                    .orElseThrow(() -> new DataException(folder + ": holds no " + PackRecord.FILE
                            + "; give a folder that 'swav data pack' packed into"));
        } catch (IOException e) {
            throw new DataException(folder.resolve(PackRecord.FILE) + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static String problem(Path file, PackRecord.Shard shard) {
        try {
            long length = Files.size(file);
            if (length != shard.bytes()) {
                return String.format(Locale.ROOT, "has %,d bytes, and %,d were written", length, shard.bytes());
            }
            ShardContent found = ShardContent.read(file);
            if (!found.sha256().equals(shard.sha256())) {
                return "is damaged: its SHA-256 is not that of what was written";
            }
            return found.images().size() == shard.images()
                    ? null
                    : "holds " + found.images().size() + " images, and " + shard.images() + " were written";
        } catch (NoSuchFileException e) {
            return "is missing";
        } catch (IOException e) {
            return "is damaged: " + e.getMessage();
        }
    }

    private static void classes(Path file, String expected, List<String> problems) {
        try {
            if (!Sha256.of(Files.readAllBytes(file)).equals(expected)) {
                problems.add(file + ": is not what was written");
            }
        } catch (NoSuchFileException e) {
            problems.add(file + ": is missing");
        } catch (IOException e) {
            problems.add(file + ": cannot be read: " + e.getMessage());
        }
    }

    /** Shards of another packing: readers that take all that match shard-*.tar would take them too. */
    private static void strays(Path folder, PackRecord record, List<String> problems) {
        Set<String> known = new HashSet<>();
        record.shards().forEach(shard -> known.add(shard.name()));
        // the one that was renamed but not noted yet when the packing was cut off
        if (!record.complete()) {
            known.add(PackRecord.shardName(record.shards().size()));
        }
        try (DirectoryStream<Path> tars = Files.newDirectoryStream(folder, "shard-*.tar")) {
            for (Path tar : tars) {
                if (!known.contains(tar.getFileName().toString())) {
                    problems.add(tar + ": does not belong to this packing");
                }
            }
        } catch (IOException e) {
            problems.add(folder + ": cannot be listed: " + e.getMessage());
        }
    }
}
