package org.swav4j.dataset.check;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * The SHA-256 of every image's bytes: 32 bytes each, so that millions fit. Several threads may put different images at once;
 * what was put is seen by {@link #groups} when the threads have ended.
 */
final class ContentHashes {
    private static final int LONGS = 4;

    private final long[] hashes;
    private final int size;

    ContentHashes(int size) {
        this.size = size;
        hashes = new long[Math.multiplyExact(LONGS, size)];
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** {@code sha256}: 32 bytes. */
    void put(int index, byte[] sha256) {
        ByteBuffer.wrap(sha256).asLongBuffer().get(hashes, LONGS * index, LONGS);
    }

    String hex(int index) {
        ByteBuffer bytes = ByteBuffer.allocate(LONGS * Long.BYTES);
        bytes.asLongBuffer().put(hashes, LONGS * index, LONGS);
        return HexFormat.of().formatHex(bytes.array());
    }

    /** Sets of two or more equal ones among those that count, each in ascending order, ordered by their first. */
    Collection<List<Integer>> groups(IntPredicate counts) {
        int slots = Integer.highestOneBit(Math.max(1, size)) << 1;
        // in twos of the next power: at most half full, so that probing ends soon
        slots = slots <= 1 << 29 ? slots << 1 : slots;
        int[] firstOf = new int[slots];
        TreeMap<Integer, List<Integer>> groups = new TreeMap<>();
        for (int i = 0; i < size; i++) {
            if (!counts.test(i)) {
                continue;
            }
            int slot = (int) hashes[LONGS * i] & slots - 1;
            while (firstOf[slot] != 0 && !equal(firstOf[slot] - 1, i)) {
                slot = slot + 1 & slots - 1;
            }
            if (firstOf[slot] == 0) {
                firstOf[slot] = i + 1;
            } else {
                int first = firstOf[slot] - 1;
                groups.computeIfAbsent(first, f -> new ArrayList<>(List.of(f))).add(i);
            }
        }
        return groups.values();
    }

    private boolean equal(int a, int b) {
        for (int k = 0; k < LONGS; k++) {
            if (hashes[LONGS * a + k] != hashes[LONGS * b + k]) {
                return false;
            }
        }
        return true;
    }
}
