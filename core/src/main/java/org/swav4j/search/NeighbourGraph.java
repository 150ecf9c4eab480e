package org.swav4j.search;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.swav4j.format.FormatException;

/**
 * Which images are linked to which: the lowest level links all of them, each higher one some of the level below; a search
 * goes from the entry at the top down. Encoded as
 *
 * <pre>
 * int   degree, levels, entry
 * per level, the lowest first
 *   int   nodes
 *   int   the nodes, ascending                  not of the lowest, which has all
 *   int   how many neighbours each node has
 *   int   the neighbours of all nodes, one node's after another's
 * </pre>
 *
 * @param degree most neighbours of a node
 * @param levels the lowest first
 * @param entry a node of the highest level
 */
record NeighbourGraph(int degree, List<Level> levels, int entry) {
    private static final int MAX_LEVELS = 64;

    /**
     * A level.
     *
     * @param nodes ascending; of the lowest level all, 0 to N - 1
     * @param starts where each node's neighbours begin, and in the end where the last one's end
     * @param neighbours of all nodes
     */
    record Level(int[] nodes, int[] starts, int[] neighbours) {
        /** Which node in ascending order a node is; negative if it is not on this level. */
        int place(int node) {
            boolean all = nodes[nodes.length - 1] == nodes.length - 1;
            if (all) {
                return node >= 0 && node < nodes.length ? node : -1;
            }
            return Arrays.binarySearch(nodes, node);
        }
    }

    NeighbourGraph {
        levels = List.copyOf(levels);
    }

    int size() {
        return levels.get(0).nodes().length;
    }

    /** Bytes of {@link #encode}. */
    long encodedBytes() {
        long ints = 3;
        for (int l = 0; l < levels.size(); l++) {
            Level level = levels.get(l);
            ints += 1L + (l > 0 ? 2L : 1L) * level.nodes().length + level.neighbours().length;
        }
        return ints * Integer.BYTES;
    }

    /** The pieces that are written one after the other, little-endian. */
    List<int[]> encode() {
        List<int[]> pieces = new ArrayList<>();
        pieces.add(new int[] {degree, levels.size(), entry});
        for (int l = 0; l < levels.size(); l++) {
            Level level = levels.get(l);
            int count = level.nodes().length;
            pieces.add(new int[] {count});
            if (l > 0) {
                pieces.add(level.nodes());
            }
            int[] counts = new int[count];
            Arrays.setAll(counts, i -> level.starts()[i + 1] - level.starts()[i]);
            pieces.add(counts);
            pieces.add(level.neighbours());
        }
        return pieces;
    }

    /**
     * Reads a graph of so many nodes.
     *
     * @throws FormatException if it is not one; every link of what is returned leads to a node
     */
    static NeighbourGraph decode(ByteBuffer from, int size) throws FormatException {
        ByteBuffer bytes = from.order(ByteOrder.LITTLE_ENDIAN);
        int degree = integer(bytes, 1, GraphOptions.MAX_DEGREE, "degree");
        int levelCount = integer(bytes, 1, MAX_LEVELS, "number of levels");
        int entry = integer(bytes, 0, size - 1, "entry");
        List<Level> levels = new ArrayList<>();
        for (int l = 0; l < levelCount; l++) {
            int count = l == 0 ? integer(bytes, size, size, "number of nodes") : integer(bytes, 1, size, "nodes");
            int[] nodes = new int[count];
            if (l == 0) {
                Arrays.setAll(nodes, i -> i);
            } else {
                integers(bytes, nodes, 0, size - 1, "node");
            }
            for (int i = 1; i < count; i++) {
                if (nodes[i] <= nodes[i - 1]) {
                    throw new FormatException("level " + l + " of its graph is not in order");
                }
            }
            int[] counts = new int[count];
            integers(bytes, counts, 0, degree, "number of neighbours");
            int[] starts = new int[count + 1];
            for (int i = 0; i < count; i++) {
                starts[i + 1] = Math.addExact(starts[i], counts[i]);
            }
            if (starts[count] > bytes.remaining() / Integer.BYTES) {
                throw new FormatException("its graph ends within level " + l);
            }
            int[] neighbours = new int[starts[count]];
            integers(bytes, neighbours, 0, size - 1, "neighbour");
            Level level = new Level(nodes, starts, neighbours);
            for (int neighbour : neighbours) {
                if (level.place(neighbour) < 0) {
                    throw new FormatException(
                            "level " + l + " of its graph links to " + neighbour + ", which is not on it");
                }
            }
            levels.add(level);
        }
        if (bytes.hasRemaining() || levels.get(levelCount - 1).place(entry) < 0) {
            throw new FormatException("its graph has " + bytes.remaining() + " bytes too many, or no entry");
        }
        return new NeighbourGraph(degree, levels, entry);
    }

    private static int integer(ByteBuffer bytes, int least, int most, String what) throws FormatException {
        int[] one = new int[1];
        integers(bytes, one, least, most, what);
        return one[0];
    }

    private static void integers(ByteBuffer bytes, int[] to, int least, int most, String what) throws FormatException {
        if (bytes.remaining() / Integer.BYTES < to.length) {
            throw new FormatException("its graph ends too early");
        }
        bytes.asIntBuffer().get(to);
        bytes.position(bytes.position() + to.length * Integer.BYTES);
        for (int value : to) {
            if (value < least || value > most) {
                throw new FormatException("its graph has a " + what + " of " + value + ", where " + least + " to "
                        + most + " are possible");
            }
        }
    }
}
