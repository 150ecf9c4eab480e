package org.swav4j.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.swav4j.data.DataException;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.ShardLayout;

/**
 * The images of tar archives in the layout of webdataset: members of one sample are adjacent and share the name up to its
 * first dot, {@code key.jpg} beside {@code key.cls} or {@code key.json}. Shards are the files {@code *.tar},
 * {@code *.tar.gz} and {@code *.tgz} of a folder, sorted by name; images are in the archives' order.
 *
 * <p>Shards are indexed once, from {@link ShardIndex} files where they lie beside them, or by a pass over their headers,
 * which for compressed shards means to inflate them. Nothing is ever extracted. What cannot be used is in {@link #damaged()}.
 *
 * <p>Images of plain archives on a local disk are read where they lie. Others are streamed by one thread per
 * {@link #reading}, two windows at most: that is twice {@link #WINDOW_BYTES} of encoded images, or, if images are larger
 * than a window, the two largest. {@link #read} is always possible, but inflates a compressed shard up to its image.
 */
public final class TarShards implements LabelledImages {
    /** How many images are shuffled among each other, at most. */
    public static final int WINDOW_IMAGES = 4096;

    /** How many encoded bytes are shuffled among each other, at most. */
    public static final long WINDOW_BYTES = 128L << 20;

    /** Looking further into a compressed shard costs inflating what lies before. */
    private static final int LOOKS_PER_COMPRESSED_SHARD = 32;

    private final Path root;
    private final List<Path> shards;
    private final ShardLayout layout;
    private final String[] names;
    private final long[] offsets;
    private final int[] labels;
    /** As {@code swav data pack} writes it. */
    private static final String CLASSES = "classes.txt";

    private final List<String> classNames;
    private final String fingerprint;
    private final Map<String, String> damaged;
    private final int samplesWithoutImage;
    private final boolean compressed;
    private final boolean streamed;

    private TarShards(Path root, List<Path> shards, Contents contents, int windowImages, long windowBytes) {
        this.root = root;
        this.shards = List.copyOf(shards);
        damaged = new TreeMap<>(contents.damaged);
        samplesWithoutImage = contents.samplesWithoutImage;
        compressed = shards.stream()
                .anyMatch(shard -> ShardStream.compressed(shard.getFileName().toString()));
        streamed = compressed || root.getFileSystem() != FileSystems.getDefault();
        List<String> found = contents.classes();
        List<String> named = namesOf(found, shards.get(0).resolveSibling(CLASSES));
        classNames = named.isEmpty() ? List.copyOf(found) : named;
        Map<String, Integer> labelOf = new HashMap<>();
        found.forEach(label -> labelOf.put(label, named.isEmpty() ? labelOf.size() : Integer.parseInt(label)));
        MessageDigest digest = sha256();
        int[] starts = new int[shards.size() + 1];
        for (int s = 0; s < shards.size(); s++) {
            starts[s + 1] = starts[s] + contents.images.get(s).size();
        }
        int size = starts[shards.size()];
        names = new String[size];
        offsets = new long[size];
        labels = new int[size];
        int[] bytes = new int[size];
        for (int s = 0; s < shards.size(); s++) {
            String shard = shards.get(s).getFileName().toString();
            int i = starts[s];
            for (ShardIndex.Image image : contents.images.get(s)) {
                names[i] = image.name();
                offsets[i] = image.offset();
                bytes[i] = image.size();
                labels[i] = image.label() == null ? -1 : labelOf.get(image.label());
                digest.update(
                        (shard + '/' + image.name() + '\0' + image.size() + '\n').getBytes(StandardCharsets.UTF_8));
                i++;
            }
        }
        layout = new ShardLayout(starts, bytes, windowImages, windowBytes);
        fingerprint = HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Indexes the shards of a folder, or a single one.
     *
     * @throws DataException if there is no shard, one cannot be read, or none of them holds an image
     */
    public static TarShards open(Path path) {
        return open(path, WINDOW_IMAGES, WINDOW_BYTES);
    }

    static TarShards open(Path path, int windowImages, long windowBytes) {
        List<Path> shards = list(path);
        Contents contents = new Contents();
        for (Path shard : shards) {
            contents.add(shard);
        }
        if (contents.images.stream().allMatch(List::isEmpty)) {
            throw new DataException(path + ": " + contents.whatWasFound(shards.size()));
        }
        return new TarShards(path, shards, contents, windowImages, windowBytes);
    }

    private static List<Path> list(Path path) {
        if (Files.isRegularFile(path)) {
            if (!isShard(path)) {
                throw new DataException(path + ": is no tar shard; shards are .tar, .tar.gz or .tgz");
            }
            return List.of(path);
        }
        if (!Files.isDirectory(path)) {
            throw new DataException(path + ": no such folder or file");
        }
        List<Path> shards = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, TarShards::isShard)) {
            files.forEach(shards::add);
        } catch (AccessDeniedException e) {
            throw new DataException(path + ": permission denied; make the folder readable to this user", e);
        } catch (IOException e) {
            throw new DataException(path + ": cannot be listed: " + e.getMessage(), e);
        }
        if (shards.isEmpty()) {
            throw new DataException(path + ": holds no tar shard; shards are .tar, .tar.gz or .tgz");
        }
        shards.sort(Comparator.comparing(shard -> shard.getFileName().toString(), ImageIndex::compareBytes));
        return shards;
    }

    private static boolean isShard(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean named = name.endsWith(".tar") || name.endsWith(".tar.gz") || name.endsWith(".tgz");
        return named && !name.startsWith(".") && Files.isRegularFile(file);
    }

    @Override
    public int size() {
        return names.length;
    }

    /** The shard's file name and the entry's name: {@code train-000.tar/n01440764/10026.jpg}. */
    @Override
    public String name(int index) {
        return shard(index).getFileName() + "/" + names[index];
    }

    @Override
    public byte[] read(int index) throws IOException {
        try (ShardStream in = ShardStream.open(shard(index))) {
            return read(index, in);
        }
    }

    /** Reads on in an image's shard, of which no more than what precedes the image has been read. */
    byte[] read(int index, ShardStream in) throws IOException {
        in.skipTo(offsets[index]);
        byte[] bytes = in.read(layout.bytes(index));
        if (bytes.length < layout.bytes(index)) {
            throw new DamagedShardException("the shard has become shorter since it was indexed");
        }
        return bytes;
    }

    /** The file an image lies in. */
    Path shard(int index) {
        return shards.get(layout.shardOf(index));
    }

    @Override
    public Reading reading(EpochOrder order, int first) {
        return streamed ? ShardReading.begin(this, order, first) : LabelledImages.super.reading(order, first);
    }

    @Override
    public Optional<ShardLayout> shards() {
        return Optional.of(layout);
    }

    /** Of compressed shards only their first images. */
    @Override
    public int[] looks(int count) {
        if (!compressed) {
            return LabelledImages.super.looks(count);
        }
        int looked = Math.min(count, layout.shards());
        int each = Math.min(LOOKS_PER_COMPRESSED_SHARD, Math.max(1, count / looked));
        return IntStream.range(0, looked)
                .map(i -> (int) ((long) i * layout.shards() / looked))
                .flatMap(s -> IntStream.range(layout.start(s), Math.min(layout.end(s), layout.start(s) + each)))
                .toArray();
    }

    /** SHA-256 in hex over the names of shards and entries and the entries' sizes. */
    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public OptionalLong bytes() {
        return OptionalLong.of(layout.bytes());
    }

    @Override
    public Map<String, String> damaged() {
        return Map.copyOf(damaged);
    }

    /** How many samples had no image that can be used. */
    public int samplesWithoutImage() {
        return samplesWithoutImage;
    }

    @Override
    public String description() {
        List<String> remarks = new ArrayList<>();
        if (!damaged.isEmpty()) {
            remarks.add(count(damaged.size(), "damaged entry", "damaged entries"));
        }
        if (samplesWithoutImage > 0) {
            remarks.add(count(samplesWithoutImage, "sample without an image", "samples without an image"));
        }
        return root + ": " + count(size(), "image", "images") + " in " + count(shards.size(), "shard", "shards")
                + (remarks.isEmpty() ? "" : " (" + String.join(", ", remarks) + ")");
    }

    private static String count(int count, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
    }

    /**
     * The labels found in the shards: numbers in their order if all are numbers, else names in byte order. If
     * {@code classes.txt} lies beside the shards and names every number, line by line from 0, its names.
     */
    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    /** The lines of {@code classes.txt}, if it is there and every label is the number of one; otherwise none. */
    private static List<String> namesOf(List<String> labels, Path file) {
        if (labels.isEmpty() || !Files.isRegularFile(file)) {
            return List.of();
        }
        try {
            List<String> names = Files.readAllLines(file);
            boolean numbered = Set.copyOf(names).size() == names.size()
                    && labels.stream().allMatch(l -> l.matches("[0-9]{1,9}") && Integer.parseInt(l) < names.size());
            return numbered ? List.copyOf(names) : List.of();
        } catch (IOException e) {
            throw new DataException(file + ": the names of the classes cannot be read: " + e.getMessage(), e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** What the shards hold, collected one after the other. */
    private static final class Contents {
        private final List<List<ShardIndex.Image>> images = new ArrayList<>();
        private final Map<String, String> damaged = new TreeMap<>();
        private int samplesWithoutImage;

        void add(Path shard) {
            try {
                Optional<ShardIndex> index = ShardIndex.read(shard);
                if (index.isPresent()) {
                    images.add(index.get().images());
                    return;
                }
                ShardScan scan = ShardScan.of(shard);
                images.add(List.copyOf(scan.images()));
                damaged.putAll(scan.damaged());
                samplesWithoutImage += scan.samplesWithoutImage();
            } catch (AccessDeniedException e) {
                throw new DataException(shard + ": permission denied; make the shard readable to this user", e);
            } catch (NoSuchFileException e) {
                throw new DataException(shard + ": disappeared while it was opened", e);
            } catch (IOException e) {
                throw new DataException(shard + ": cannot be read: " + e.getMessage(), e);
            }
        }

        List<String> classes() {
            TreeSet<String> byName = new TreeSet<>(ImageIndex::compareBytes);
            images.forEach(shard -> shard.stream()
                    .map(ShardIndex.Image::label)
                    .filter(label -> label != null)
                    .forEach(byName::add));
            boolean numbers = byName.stream().allMatch(name -> name.matches("[0-9]{1,18}"));
            return numbers
                    ? byName.stream()
                            .sorted(Comparator.comparingLong(Long::parseLong))
                            .toList()
                    : List.copyOf(byName);
        }

        String whatWasFound(int shards) {
            String found = "no image in " + count(shards, "shard", "shards");
            if (samplesWithoutImage > 0) {
                found += ", but " + count(samplesWithoutImage, "sample without one", "samples without one");
            }
            if (damaged.isEmpty()) {
                return found + "; images are members such as key.jpg, .png, .webp, .bmp, .tif or .gif";
            }
            Map.Entry<String, String> first = damaged.entrySet().iterator().next();
            return found + "; " + count(damaged.size(), "damaged entry", "damaged entries") + ", such as "
                    + first.getKey() + ": " + first.getValue();
        }
    }
}
