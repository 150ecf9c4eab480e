package org.swav4j.dataset.pack;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.swav4j.data.ImageSource;

/**
 * The name of each image in a shard, {@code key.extension}: the image's own name, in which every dot before the extension
 * is {@code _}, since WebDataset takes what follows the first dot for the extension. Keys are unique: of images that would
 * share one the first keeps it, and the others get {@code _2}, {@code _3}, ... A pure function of the source's names.
 */
final class SampleKeys {
    private static final Set<String> JPEG = Set.of("jpg", "jpeg", "jpe", "jfif");

    private final ImageSource source;
    /** Keys of those images whose natural key another one has. */
    private final Map<Integer, String> renamed = new HashMap<>();

    /** Keeps one hash for each image while it looks for names that collide, and only those afterwards. */
    SampleKeys(ImageSource source) {
        this.source = source;
        int n = source.size();
        long[] hashes = new long[n];
        for (int i = 0; i < n; i++) {
            hashes[i] = hash(natural(source.name(i)));
        }
        Arrays.sort(hashes);
        Set<Long> repeated = new HashSet<>();
        for (int i = 1; i < n; i++) {
            if (hashes[i] == hashes[i - 1]) {
                repeated.add(hashes[i]);
            }
        }
        if (!repeated.isEmpty()) {
            rename(hashes, repeated);
        }
    }

    private void rename(long[] sortedHashes, Set<Long> repeated) {
        Set<String> taken = new HashSet<>();
        Map<String, Integer> next = new HashMap<>();
        for (int i = 0; i < source.size(); i++) {
            String key = natural(source.name(i));
            if (!repeated.contains(hash(key)) || taken.add(key)) {
                continue;
            }
            int number = next.getOrDefault(key, 2);
            String other = key + "_" + number;
            // a hash that is there by chance only costs a number
            while (Arrays.binarySearch(sortedHashes, hash(other)) >= 0 || taken.contains(other)) {
                other = key + "_" + ++number;
            }
            next.put(key, number + 1);
            taken.add(other);
            renamed.put(i, other);
        }
    }

    /** The image's key, without extension. */
    String key(int index) {
        String other = renamed.get(index);
        return other != null ? other : natural(source.name(index));
    }

    /** The lower-case extension of an image's name; every spelling of JPEG's is {@code jpg}. */
    static String extension(String name) {
        int dot = name.lastIndexOf('.');
        String extension = name.substring(dot + 1).toLowerCase(Locale.ROOT);
        boolean none = dot <= name.lastIndexOf('/') || extension.isEmpty();
        return none || JPEG.contains(extension) ? "jpg" : extension;
    }

    private static String natural(String name) {
        int dot = name.lastIndexOf('.');
        String stem = dot > name.lastIndexOf('/') + 1 ? name.substring(0, dot) : name;
        return stem.replace('.', '_');
    }

    /** FNV-1a of 64 bits over the characters. */
    private static long hash(String text) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return hash;
    }
}
