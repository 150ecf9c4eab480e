package org.swav4j.source;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.swav4j.data.DataException;

/**
 * The names of a source's images in the order of their UTF-8 bytes, with their classes. All names lie in one array, so an
 * image takes its name's length and eight bytes.
 */
final class ImageIndex {
    private static final int NONE = -1;

    private final byte[] names;
    private final int[] ends;
    private final int[] labels;
    private final List<String> classNames;
    private final String fingerprint;
    private final OptionalLong bytes;

    private ImageIndex(
            byte[] names, int[] ends, int[] labels, List<String> classNames, String fingerprint, OptionalLong bytes) {
        this.names = names;
        this.ends = ends;
        this.labels = labels;
        this.classNames = classNames;
        this.fingerprint = fingerprint;
        this.bytes = bytes;
    }

    int size() {
        return ends.length;
    }

    String name(int index) {
        int start = index == 0 ? 0 : ends[index - 1];
        return new String(names, start, ends[index] - start, StandardCharsets.UTF_8);
    }

    int label(int index) {
        return labels[index];
    }

    List<String> classNames() {
        return classNames;
    }

    /** The order of the names' UTF-8 bytes, which is that of their code points; {@code String.compareTo} differs beyond U+FFFF. */
    static int compareBytes(String a, String b) {
        return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    /** SHA-256 in hex over the sorted names, and the sizes as far as they were given. */
    String fingerprint() {
        return fingerprint;
    }

    /** The sum of the sizes, if all were given. */
    OptionalLong bytes() {
        return bytes;
    }

    /** Such as {@code photos: 50,000 images in 10 folders}; {@code group} is what makes a class. */
    String summary(Path place, String group, String groups) {
        String text = String.format(Locale.ROOT, "%s: %,d image%s", place, size(), size() == 1 ? "" : "s");
        int classes = classNames.size();
        if (classes > 0) {
            text += String.format(Locale.ROOT, " in %,d %s", classes, classes == 1 ? group : groups);
        }
        return text;
    }

    /** Told of a name that was added before; both are numbers of additions, counted from 0. */
    @FunctionalInterface
    interface Repeated {
        void found(int first, int again);
    }

    /** Collects images in any order. Not thread-safe. */
    static final class Builder {
        /** A size that is not known; it does not enter the fingerprint. */
        static final long UNKNOWN = -1;

        private final String place;
        private byte[] names = new byte[1 << 12];
        private int[] ends = new int[1 << 8];
        private long[] sizes = new long[1 << 8];
        private int[] classes = new int[1 << 8];
        private int count;

        private final Map<String, Integer> classNumbers = new HashMap<>();
        private String lastClass = "";
        private int lastNumber = NONE;

        /** {@code place} is named in errors. */
        Builder(Path place) {
            this.place = place.toString();
        }

        int count() {
            return count;
        }

        /** Adds an image that belongs to the class of its first folder, or to none without one. */
        void addByFolder(String name, long bytes) {
            int slash = name.indexOf('/');
            add(name, bytes, slash > 0 ? name.substring(0, slash) : null);
        }

        /** Adds an image of a class; null: of none. */
        void add(String name, long bytes, String className) {
            byte[] text = name.getBytes(StandardCharsets.UTF_8);
            int start = count == 0 ? 0 : ends[count - 1];
            if (text.length > Integer.MAX_VALUE - 64 - start) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: the names of the first %,d images take 2 GiB, which is all that is accepted; split it",
                        place,
                        count));
            }
            if (count == ends.length) {
                int room = count + (count >> 1);
                ends = Arrays.copyOf(ends, room);
                sizes = Arrays.copyOf(sizes, room);
                classes = Arrays.copyOf(classes, room);
            }
            int end = start + text.length;
            if (end > names.length) {
                names = Arrays.copyOf(names, (int) Math.min(Integer.MAX_VALUE - 64, (long) end + (end >> 1)));
            }
            System.arraycopy(text, 0, names, start, text.length);
            ends[count] = end;
            sizes[count] = bytes;
            classes[count] = className == null ? NONE : classNumber(className);
            count++;
        }

        private int classNumber(String name) {
            if (!name.equals(lastClass) || lastNumber == NONE) {
                lastNumber = classNumbers.computeIfAbsent(name, n -> classNumbers.size());
                lastClass = name;
            }
            return lastNumber;
        }

        /** Whether two additions were of the same class. */
        boolean sameClass(int a, int b) {
            return classes[a] == classes[b];
        }

        /**
         * The numbers of the additions in the order of their names; of those with one name, the last alone, and the others
         * are told to {@code repeated}.
         */
        int[] order(Repeated repeated) {
            Integer[] sorted = new Integer[count];
            Arrays.setAll(sorted, i -> i);
            Arrays.sort(sorted, this::compareNames);
            int[] order = new int[count];
            int kept = 0;
            for (Integer next : sorted) {
                if (kept > 0 && compareNames(order[kept - 1], next) == 0) {
                    repeated.found(order[kept - 1], next);
                    kept--;
                }
                order[kept++] = next;
            }
            return kept == count ? order : Arrays.copyOf(order, kept);
        }

        private int compareNames(int a, int b) {
            return Arrays.compareUnsigned(names, start(a), ends[a], names, start(b), ends[b]);
        }

        private int start(int number) {
            return number == 0 ? 0 : ends[number - 1];
        }

        /** The index of the images that {@link #order} kept. */
        ImageIndex build(int[] order) {
            List<String> classNames = new ArrayList<>(classNumbers.keySet());
            classNames.sort(ImageIndex::compareBytes);
            int[] labelOf = new int[classNames.size()];
            for (int label = 0; label < labelOf.length; label++) {
                labelOf[classNumbers.get(classNames.get(label))] = label;
            }
            int length = 0;
            for (int number : order) {
                length += ends[number] - start(number);
            }
            byte[] sortedNames = new byte[length];
            int[] sortedEnds = new int[order.length];
            int[] labels = new int[order.length];
            MessageDigest digest = sha256();
            int end = 0;
            long total = 0;
            for (int i = 0; i < order.length; i++) {
                int number = order[i];
                int start = start(number);
                int bytes = ends[number] - start;
                System.arraycopy(names, start, sortedNames, end, bytes);
                digest.update(sortedNames, end, bytes);
                String size = sizes[number] == UNKNOWN ? "" : Long.toString(sizes[number]);
                digest.update(('\0' + size + '\n').getBytes(StandardCharsets.US_ASCII));
                total = sum(total, sizes[number]);
                end += bytes;
                sortedEnds[i] = end;
                labels[i] = classes[number] == NONE ? NONE : labelOf[classes[number]];
            }
            String fingerprint = HexFormat.of().formatHex(digest.digest());
            OptionalLong bytes = total == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(total);
            return new ImageIndex(sortedNames, sortedEnds, labels, List.copyOf(classNames), fingerprint, bytes);
        }

        /** Of sizes that a damaged archive gives, the sum may be no number. */
        private static long sum(long total, long size) {
            return total < 0 || size < 0 || total + size < 0 ? UNKNOWN : total + size;
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }
}
