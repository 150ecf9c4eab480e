package org.swav4j.dataset.pack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.swav4j.data.DataException;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.dataset.pack.SampleStream.StoppedException;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.Sha256;
import org.swav4j.source.ShardIndex;

/**
 * Packs images into WebDataset shards: {@code shard-000000.tar}, ..., {@code classes.txt} with the class names in the order
 * of their labels, {@code quarantine.csv} with the images left out, and {@code pack.json}, by which a packing that was cut
 * off at any moment goes on. The files are a pure function of images and settings: neither the number of threads nor
 * interruptions show in them.
 */
public final class Packer {
    static final String CLASSES = "classes.txt";
    static final String QUARANTINE = "quarantine.csv";

    private final LabelledImages source;
    private final String sourceName;
    private final PackSettings settings;
    private final int workers;
    private final PackListener listener;
    private final BooleanSupplier stop;

    /**
     * @param source the images
     * @param sourceName where they come from, as messages and {@code quarantine.csv} show it
     * @param settings the rest of what decides the shards' bytes
     * @param workers threads that read, decode, resize and compress
     * @param listener told how it goes
     * @param stop asked after each image; once it says true, {@link #pack} drops the shard under way and returns
     */
    public Packer(
            LabelledImages source,
            String sourceName,
            PackSettings settings,
            int workers,
            PackListener listener,
            BooleanSupplier stop) {
        if (workers < 1) {
            throw new IllegalArgumentException("workers must be at least 1, found " + workers);
        }
        this.source = Objects.requireNonNull(source);
        this.sourceName = Objects.requireNonNull(sourceName);
        this.settings = Objects.requireNonNull(settings);
        this.workers = workers;
        this.listener = Objects.requireNonNull(listener);
        this.stop = Objects.requireNonNull(stop);
    }

    /**
     * Refuses to pack a folder into itself, where the shards would become part of what is packed.
     *
     * @param data the images' folder or file
     * @throws DataException if {@code out} is {@code data} or lies below it
     */
    public static void requireApart(Path data, Path out) {
        try {
            Path existing = out.toAbsolutePath().normalize();
            while (!Files.exists(existing) && existing.getParent() != null) {
                existing = existing.getParent();
            }
            if (existing.toRealPath().startsWith(data.toRealPath())) {
                throw new DataException(out + ": lies inside " + data + "; give a folder outside of it");
            }
        } catch (IOException e) {
            throw new DataException(out + ": cannot be looked at: " + reason(e), e);
        }
    }

    /**
     * Packs what is not packed yet. The folder is made where there is none; of shards that are done but missing or of
     * another length, each is written again.
     *
     * @throws DataException if the folder holds something else or shards of other images or settings, if it cannot be
     *     written (what is done stays), or if not one image can be read
     */
    public PackResult pack(Path out) {
        long begun = System.nanoTime();
        Packing packing = new Packing(out);
        boolean complete;
        try (PackFolder folder = PackFolder.open(out)) {
            complete = packing.run(folder);
        } catch (IOException e) {
            throw new DataException(out + ": " + reason(e) + packing.whatStays(), e);
        }
        PackResult result = packing.result(complete, (System.nanoTime() - begun) / 1e9);
        if (complete && result.images() == 0) {
            PackRecord.Broken first = packing.record.broken().get(0);
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: none of the %,d images can be read, such as %s: %s; %s names all",
                    sourceName,
                    result.total(),
                    first.name(),
                    first.reason(),
                    out.resolve(QUARANTINE)));
        }
        return result;
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return reason != null ? reason : e.toString();
    }

    /** One call's state. */
    private final class Packing {
        private final Path out;
        private PackRecord record;
        private int imagesNow;
        private EpochOrder order;
        private SampleKeys keys;

        Packing(Path out) {
            this.out = out;
        }

        /** Whether the end was reached. */
        boolean run(PackFolder folder) throws IOException {
            begin(folder);
            List<PackRecord.Shard> missing = record.shards().stream()
                    .filter(shard -> missing(shard) != null)
                    .toList();
            for (PackRecord.Shard shard : record.shards()) {
                Path file = out.resolve(shard.name());
                if (!missing.contains(shard) && !Files.exists(ShardIndex.beside(file))) {
                    ShardIndex.scan(file).write(file);
                }
            }
            if (record.complete() && missing.isEmpty()) {
                return true;
            }
            order = settings.shuffleSeed()
                    .map(seed -> EpochOrder.shuffled(source, seed, 0, 0, 1))
                    .orElseGet(() -> EpochOrder.sequential(source));
            keys = new SampleKeys(source);
            try {
                for (PackRecord.Shard shard : missing) {
                    writeAgain(shard);
                }
                if (!record.complete()) {
                    packRest();
                }
                return true;
            } catch (StoppedException e) {
                return false;
            }
        }

        private void begin(PackFolder folder) throws IOException {
            byte[] classes = classes();
            Optional<PackRecord> before = PackRecord.read(folder.path());
            if (before.isPresent()) {
                record = before.get();
                List<String> differences = record.differences(source.fingerprint(), source.size(), settings);
                if (!differences.isEmpty()) {
                    throw new DataException(out + ": was packed with " + String.join(", with ", differences)
                            + "; go on with the same, or give a new folder");
                }
            } else {
                Optional<String> sha256 = classes.length == 0 ? Optional.empty() : Optional.of(Sha256.of(classes));
                record = PackRecord.begun(sourceName, source.fingerprint(), source.size(), settings, sha256);
                record.save(out);
            }
            if (classes.length > 0) {
                AtomicFile.write(out.resolve(CLASSES), classes);
            }
            listener.started(record.done(), record.images(), record.shards().size());
        }

        /** One name a line. A line break within a name would shift those behind it. */
        private byte[] classes() {
            StringBuilder lines = new StringBuilder();
            for (String name : source.classNames()) {
                lines.append(name.replaceAll("\\R", "_")).append('\n');
            }
            return lines.toString().getBytes(StandardCharsets.UTF_8);
        }

        /** Why a shard that was done has to be written again; null if it need not. */
        private String missing(PackRecord.Shard shard) {
            Path file = out.resolve(shard.name());
            try {
                return Files.size(file) == shard.bytes() ? null : "has another length than it was written with";
            } catch (IOException e) {
                return Files.exists(file) ? reason(e) : "is missing";
            }
        }

        private void writeAgain(PackRecord.Shard shard) throws IOException {
            listener.again(shard.name(), missing(shard));
            try (SampleStream samples = samples(shard.first(), shard.end())) {
                if (samples.peek() == null) {
                    throw changed(shard);
                }
                ShardWriter writer = new ShardWriter(samples, settings.shardBytes(), this::packed);
                ShardContent written = writeAndReadBack(writer, shard.name());
                if (!written.sha256().equals(shard.sha256())) {
                    throw changed(shard);
                }
                listener.shard(shard.name(), shard.images(), shard.bytes());
            }
        }

        private DataException changed(PackRecord.Shard shard) {
            return new DataException(out.resolve(shard.name()) + ": cannot be written again as it was, since images in "
                    + sourceName + " have changed; pack into a new folder");
        }

        private void packRest() throws IOException {
            try (SampleStream samples = samples(record.done(), order.size())) {
                while (samples.peek() != null) {
                    String name = PackRecord.shardName(record.shards().size());
                    ShardWriter writer = new ShardWriter(samples, settings.shardBytes(), () -> {
                        packed();
                        listener.image(samples.place(), order.size());
                    });
                    ShardContent written = writeAndReadBack(writer, name);
                    PackRecord.Shard shard = new PackRecord.Shard(
                            name,
                            written.bytes(),
                            written.sha256(),
                            written.images().size(),
                            writer.resized(),
                            writer.sourceBytes(),
                            record.done(),
                            samples.place());
                    save(record.with(shard, samples.takeBroken()));
                    listener.shard(name, shard.images(), shard.bytes());
                }
                save(record.completed(samples.takeBroken()));
            }
        }

        private SampleStream samples(int first, int end) {
            return new SampleStream(
                    source, order, first, end, workers, () -> new SampleEncoder(source, keys, settings), stop);
        }

        /**
         * What stands in the file afterwards is what was meant: it is read as any reader of tars would, and the index beside
         * it is made of what our own reader finds.
         */
        private ShardContent writeAndReadBack(ShardWriter writer, String name) throws IOException {
            Path shard = out.resolve(name);
            ShardContent written = writer.write(shard);
            String difference = written.difference(ShardContent.read(shard));
            if (difference != null) {
                throw new DataException(shard + ": " + difference
                        + " when it is read back; disk or memory may be faulty. The same command writes it again");
            }
            ShardIndex.scan(shard).write(shard);
            return written;
        }

        private void packed() {
            imagesNow++;
        }

        private void save(PackRecord next) throws IOException {
            quarantine(next).flush(out.resolve(QUARANTINE));
            next.save(out);
            record = next;
        }

        private Quarantine quarantine(PackRecord of) {
            Quarantine quarantine = new Quarantine(of.source());
            source.damaged().forEach(quarantine::record);
            of.broken().forEach(b -> quarantine.record(b.name(), b.reason()));
            return quarantine;
        }

        /** For a message about what went wrong with the folder. */
        String whatStays() {
            if (record == null || record.shards().isEmpty()) {
                return "; nothing was packed";
            }
            return String.format(
                    Locale.ROOT,
                    "; what is done stays (%,d of %,d images), and the same command goes on",
                    record.done(),
                    record.images());
        }

        PackResult result(boolean complete, double seconds) {
            List<PackRecord.Shard> shards = record.shards();
            return new PackResult(
                    complete,
                    record.images(),
                    shards.stream().mapToInt(PackRecord.Shard::images).sum(),
                    shards.stream().mapToInt(PackRecord.Shard::resized).sum(),
                    quarantine(record).entries(),
                    shards.size(),
                    shards.stream().mapToLong(PackRecord.Shard::sourceBytes).sum(),
                    shards.stream().mapToLong(PackRecord.Shard::bytes).sum(),
                    imagesNow,
                    seconds);
        }
    }
}
