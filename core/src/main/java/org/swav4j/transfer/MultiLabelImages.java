package org.swav4j.transfer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.swav4j.data.LabelledImages;
import org.swav4j.source.ImageFiles;

/** Images that may show several classes: for each image and class a mark. As an image has no one class, its label is -1. */
public final class MultiLabelImages implements LabelledImages {
    /** The image shows the class. */
    public static final byte PRESENT = 1;
    /** The image does not show the class. */
    public static final byte ABSENT = -1;
    /** Left out, in training and in testing: not known, or shown only by objects that are marked as difficult. */
    public static final byte UNCOUNTED = 0;

    private final String place;
    private final List<String> classNames;
    private final List<Entry> entries;

    /**
     * One image.
     *
     * @param name as messages show it
     * @param file where it lies
     * @param marks [C], of each class
     */
    record Entry(String name, Path file, byte[] marks) {}

    /** {@code place} begins the description. */
    MultiLabelImages(String place, List<String> classNames, List<Entry> entries) {
        this.place = place;
        this.classNames = List.copyOf(classNames);
        this.entries = List.copyOf(entries);
    }

    /** Whether an image shows a class: {@link #PRESENT}, {@link #ABSENT} or {@link #UNCOUNTED}. */
    public byte mark(int index, int classNumber) {
        return entries.get(index).marks[classNumber];
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int label(int index) {
        return -1;
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public String name(int index) {
        return entries.get(index).name;
    }

    @Override
    public byte[] read(int index) throws IOException {
        return ImageFiles.read(entries.get(index).file);
    }

    /** SHA-256 in hex over classes, names and marks. */
    @Override
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((String.join("\n", classNames) + "\n\n").getBytes(StandardCharsets.UTF_8));
            for (Entry entry : entries) {
                digest.update((entry.name + "\n").getBytes(StandardCharsets.UTF_8));
                digest.update(entry.marks);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String description() {
        return String.format(Locale.ROOT, "%s: %,d images of %,d classes", place, size(), classNames.size());
    }
}
