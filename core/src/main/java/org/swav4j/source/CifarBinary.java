package org.swav4j.source;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.swav4j.data.DataException;

/**
 * CIFAR-10 and CIFAR-100 in their binary form: records of one label byte (CIFAR-100: coarse and fine) and 32×32 pixels,
 * all red, then all green, then all blue. An image is called {@code data_batch_1.bin/00042} and handed out as an uncompressed
 * BMP, which holds the same pixels. CIFAR-100's class is the fine one.
 */
public final class CifarBinary extends IndexedImages {
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;
    private static final int BMP_HEADER = 54;
    private static final int IMAGE_BYTES = BMP_HEADER + 3 * PLANE;

    private static final Set<String> FILES_10 = Set.of("test_batch.bin");
    private static final Set<String> FILES_100 = Set.of("train.bin", "test.bin");
    private static final String NAMES_10 = "batches.meta.txt";
    private static final String NAMES_100 = "fine_label_names.txt";

    /** Class names are short lines; more is no such file. */
    private static final int MOST_NAME_BYTES = 1 << 16;

    private final List<Path> files;
    /** The number of the first image of each file, in the order of names; one more than files. */
    private final int[] firsts;

    private final int labelBytes;

    private CifarBinary(ImageIndex index, String description, List<Path> files, int[] firsts, int labelBytes) {
        super(index, description);
        this.files = files;
        this.firsts = firsts;
        this.labelBytes = labelBytes;
    }

    /**
     * Opens one batch, or the batches to train on of a folder: {@code data_batch_*.bin} or {@code train.bin}. A folder
     * without those gives its {@code test_batch.bin} or {@code test.bin}.
     *
     * @throws DataException if there is none, or one is not whole records with labels of known classes
     */
    public static CifarBinary open(Path place) {
        try {
            return Files.isDirectory(place) ? batches(place, inFolder(place)) : batches(place, List.of(place));
        } catch (IOException e) {
            throw new DataException(place + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether a file bears the name of a batch. */
    static boolean isBatch(String name) {
        return name.matches("data_batch_\\d+\\.bin") || FILES_10.contains(name) || FILES_100.contains(name);
    }

    private static List<Path> inFolder(Path folder) throws IOException {
        TreeSet<String> found = new TreeSet<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.map(p -> p.getFileName().toString())
                    .filter(CifarBinary::isBatch)
                    .forEach(found::add);
        }
        if (found.isEmpty()) {
            throw new DataException(folder + ": no data_batch_1.bin, test_batch.bin, train.bin or test.bin in it");
        }
        Set<String> test = Set.of("test_batch.bin", "test.bin");
        List<String> train = found.stream().filter(n -> !test.contains(n)).toList();
        List<String> chosen = train.isEmpty() ? List.copyOf(found) : train;
        if (chosen.contains("train.bin") && chosen.size() > 1 || chosen.size() == 2 && train.isEmpty()) {
            throw new DataException(folder + ": holds batches of CIFAR-10 and of CIFAR-100; give one of the files");
        }
        return chosen.stream().map(folder::resolve).toList();
    }

    private static CifarBinary batches(Path place, List<Path> files) throws IOException {
        boolean fine = hasFineLabels(files.get(0));
        int labelBytes = fine ? 2 : 1;
        String kind = fine ? "CIFAR-100" : "CIFAR-10";
        List<String> classes = classNames(files.get(0), fine);
        ImageIndex.Builder images = new ImageIndex.Builder(place);
        int[] firsts = new int[files.size() + 1];
        for (int f = 0; f < files.size(); f++) {
            add(files.get(f), labelBytes, kind, classes, images);
            firsts[f + 1] = images.count();
        }
        // files and records are added in the order of their names already
        ImageIndex index = images.build(images.order((first, again) -> {}));
        String description = index.summary(place, "class", "classes");
        return new CifarBinary(index, description + " (" + kind + ")", files, firsts, labelBytes);
    }

    private static boolean hasFineLabels(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        if (FILES_100.contains(name)) {
            return true;
        }
        if (isBatch(name)) {
            return false;
        }
        long bytes = Files.size(file);
        return Files.exists(file.resolveSibling(NAMES_100))
                || bytes % (1 + 3 * PLANE) != 0 && bytes % (2 + 3 * PLANE) == 0;
    }

    /** From the file of names beside the batch, otherwise the labels as numbers. */
    private static List<String> classNames(Path batch, boolean fine) throws IOException {
        int classes = fine ? 100 : 10;
        Path file = batch.resolveSibling(fine ? NAMES_100 : NAMES_10);
        if (!Files.isRegularFile(file)) {
            return IntStream.range(0, classes)
                    .mapToObj(fine ? i -> String.format(Locale.ROOT, "%02d", i) : Integer::toString)
                    .toList();
        }
        byte[] text = Files.size(file) > MOST_NAME_BYTES ? new byte[0] : ImageFiles.read(file);
        List<String> names = new String(text, StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(n -> !n.isEmpty())
                .collect(Collectors.toCollection(ArrayList::new));
        if (names.size() != classes || Set.copyOf(names).size() != classes) {
            throw new DataException(file + ": should hold the names of " + classes + " classes, one a line");
        }
        return Collections.unmodifiableList(names);
    }

    private static void add(Path file, int labelBytes, String kind, List<String> classes, ImageIndex.Builder images)
            throws IOException {
        int recordBytes = labelBytes + 3 * PLANE;
        long bytes = Files.size(file);
        if (bytes == 0 || bytes % recordBytes != 0) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: %,d bytes are not whole records of %s, which have %,d; download it again",
                    file,
                    bytes,
                    kind,
                    recordBytes));
        }
        long records = bytes / recordBytes;
        if (records > Integer.MAX_VALUE - 64 - images.count()) {
            throw new DataException(String.format(Locale.ROOT, "%s: %,d records are too many", file, records));
        }
        int digits = Math.max(5, Long.toString(records - 1).length());
        String prefix = file.getFileName() + "/";
        byte[] record = new byte[recordBytes];
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            for (int i = 0; i < records; i++) {
                if (in.readNBytes(record, 0, recordBytes) < recordBytes) {
                    throw new IOException("it became shorter while it was read");
                }
                int label = Byte.toUnsignedInt(record[labelBytes - 1]);
                if (label >= classes.size()) {
                    throw new DataException(String.format(
                            Locale.ROOT,
                            "%s: record %,d has label %d, but %s has %d classes; is it one of its batches?",
                            file,
                            i,
                            label,
                            kind,
                            classes.size()));
                }
                String number = Integer.toString(i);
                images.add(prefix + "0".repeat(digits - number.length()) + number, IMAGE_BYTES, classes.get(label));
            }
        }
    }

    @Override
    public byte[] read(int index) throws IOException {
        int file = 0;
        while (firsts[file + 1] <= index) {
            file++;
        }
        byte[] record = new byte[labelBytes + 3 * PLANE];
        try (SeekableByteChannel channel = Files.newByteChannel(files.get(file))) {
            long position = (long) (index - firsts[file]) * record.length;
            if (ImageFiles.read(channel, position, record) < record.length) {
                throw new IOException("the batch has become shorter since it was opened");
            }
        }
        return bitmap(record, labelBytes);
    }

    /** Rows run upwards and pixels are blue, green, red; rows of 96 bytes need no padding. */
    private static byte[] bitmap(byte[] record, int at) {
        ByteBuffer bmp = ByteBuffer.allocate(IMAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bmp.put((byte) 'B').put((byte) 'M').putInt(IMAGE_BYTES).putInt(0).putInt(BMP_HEADER);
        bmp.putInt(40).putInt(SIDE).putInt(SIDE).putShort((short) 1).putShort((short) 24);
        bmp.position(BMP_HEADER);
        for (int y = SIDE - 1; y >= 0; y--) {
            for (int x = 0; x < SIDE; x++) {
                int pixel = at + y * SIDE + x;
                bmp.put(record[pixel + 2 * PLANE]).put(record[pixel + PLANE]).put(record[pixel]);
            }
        }
        return bmp.array();
    }
}
