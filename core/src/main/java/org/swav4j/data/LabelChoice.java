package org.swav4j.data;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which images' labels may be used: a share of each class, written {@code 10%}, or those that a text file names, one a line, as
 * the semi-supervised splits of ImageNet are published.
 */
public final class LabelChoice {
    /** Every label there is. */
    public static final LabelChoice ALL = new LabelChoice("100%", 1, null);

    private static final Pattern SHARE = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,9})?)\\s?%");
    private static final Pattern NUMBER = Pattern.compile("[+-]?[\\d.,]+\\s?%?");
    /** More than the names of all of ImageNet's images take. */
    private static final long LIST_LIMIT = 1L << 28;

    private static final int AMBIGUOUS = -2;

    private final String text;
    private final double share;
    private final Path list;

    private LabelChoice(String text, double share, Path list) {
        this.text = text;
        this.share = share;
        this.list = list;
    }

    /**
     * Parses a share or the path of a list.
     *
     * @throws IllegalArgumentException if it is neither a share above 0 and at most 100 % nor a file that is there
     */
    public static LabelChoice parse(String text) {
        Matcher matcher = SHARE.matcher(text);
        if (matcher.matches()) {
            double share = new BigDecimal(matcher.group(1)).movePointLeft(2).doubleValue();
            if (share > 0 && share <= 1) {
                return new LabelChoice(text, share, null);
            }
        }
        Path file = path(text);
        if (file != null && Files.isRegularFile(file)) {
            return new LabelChoice(text, 1, file);
        }
        if (NUMBER.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "': a share must be above 0% and at most 100%, with the percent sign, such as 10%");
        }
        throw new IllegalArgumentException("'" + text
                + "': there is no such file; give a share such as 10%, or a file that names an image a line");
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** Whether it is the labels of all images. */
    public boolean isAll() {
        return list == null && share == 1;
    }

    /**
     * The chosen images of a source, in its order; the source itself if those are all. A share is drawn by {@code seed}
     * ({@link LabelSubset#ofEachClass}); a list names images by their path in the source or, where only one image has it, by
     * their file name.
     *
     * @throws DataException if no image has a label, or the list cannot be read, is empty, or names an image that is not there, is
     *     not the only one of its name, or has no label
     */
    public LabelledImages of(LabelledImages images, long seed) {
        int[] chosen = list == null ? LabelSubset.ofEachClass(images, share, seed) : listed(images);
        return chosen.length == images.size() ? images : new SelectedImages(images, chosen, description(chosen.length));
    }

    private String description(int count) {
        return String.format(Locale.ROOT, "%,d with labels (%s)", count, text);
    }

    private int[] listed(LabelledImages images) {
        List<String> names = read();
        Map<String, Integer> byPath = new HashMap<>();
        Map<String, Integer> byFile = new HashMap<>();
        for (int i = 0; i < images.size(); i++) {
            byPath.put(images.name(i), i);
            byFile.merge(fileName(images.name(i)), i, (first, second) -> AMBIGUOUS);
        }
        TreeSet<Integer> chosen = new TreeSet<>();
        int missing = 0;
        String firstMissing = null;
        for (int line = 1; line <= names.size(); line++) {
            String name = names.get(line - 1).strip();
            if (name.isEmpty()) {
                continue;
            }
            Integer index = byPath.getOrDefault(name, byFile.get(name));
            if (index == null) {
                firstMissing = missing++ == 0 ? "line " + line + ": '" + name + "'" : firstMissing;
            } else if (index == AMBIGUOUS) {
                throw wrong("line " + line + ": '" + name + "': several images of " + images.description()
                        + " are called that; write their paths there");
            } else if (images.label(index) < 0) {
                throw wrong("line " + line + ": '" + name + "' has no label in " + images.description());
            } else {
                chosen.add(index);
            }
        }
        if (missing > 0) {
            throw wrong(firstMissing + " is not among the images of " + images.description()
                    + (missing > 1 ? ", nor are " + (missing - 1) + " others" : ""));
        }
        if (chosen.isEmpty()) {
            throw wrong("names no image");
        }
        return chosen.stream().mapToInt(i -> i).toArray();
    }

    private List<String> read() {
        try {
            long size = Files.size(list);
            if (size > LIST_LIMIT) {
                throw wrong("of " + size + " bytes is no list of images");
            }
            return Files.readAllLines(list);
        } catch (CharacterCodingException e) {
            throw new DataException(list + ": is not a text in UTF-8; a list has the name of an image in each line", e);
        } catch (IOException e) {
            throw new DataException(list + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private DataException wrong(String what) {
        return new DataException(list + ": " + what);
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
