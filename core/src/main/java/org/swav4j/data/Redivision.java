package org.swav4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An epoch of a sharded source in the hands of several ranks, which can be divided anew among another number of them. Each
 * image remembers the window it was shuffled in, and the place where it lies.
 */
final class Redivision {
    /**
     * One image of the epoch.
     *
     * @param image its index
     * @param window number of its window, over all ranks
     * @param place where it lies among all images
     */
    private record Visited(int image, int window, int place) {}

    /** By rank, all of the same length: what it visits, in order. */
    private final List<List<Visited>> parts;
    /** Where in each part the newest division begins, which is where it must be entered. */
    private final int begin;

    private Redivision(List<List<Visited>> parts, int begin) {
        this.parts = parts;
        this.begin = begin;
    }

    /** What the ranks of an epoch's beginning visit. */
    static Redivision of(List<EpochOrder> ranks) {
        List<List<Visited>> parts = new ArrayList<>();
        int window = 0;
        int passed = 0;
        for (EpochOrder order : ranks) {
            List<Visited> part = new ArrayList<>(order.size());
            for (int start = 0; start < order.size(); start = order.windowEnd(start)) {
                int end = order.windowEnd(start);
                Map<Integer, Integer> places = new HashMap<>();
                for (int i = start; i < end; i++) {
                    places.put(order.stored(i), passed + i);
                }
                for (int i = start; i < end; i++) {
                    part.add(new Visited(order.image(i), window, places.get(order.image(i))));
                }
                window++;
            }
            passed += order.size();
            parts.add(part);
        }
        return new Redivision(parts, 0);
    }

    /**
     * Divides anew what is not visited yet. What is visited stays before it, so that positions go on counting.
     *
     * @param world ranks from now on
     * @param visited images that all ranks have visited, of each the same number
     */
    Redivision among(int world, int visited) {
        if (visited % parts.size() != 0 || visited % world != 0) {
            throw new IllegalArgumentException(
                    visited + " visited images cannot be those of " + parts.size() + " ranks and of " + world);
        }
        if (world == parts.size()) {
            return this;
        }
        int each = visited / parts.size();
        List<Visited> done = new ArrayList<>();
        List<Visited> left = new ArrayList<>();
        for (List<Visited> part : parts) {
            done.addAll(part.subList(0, each));
            left.addAll(part.subList(each, part.size()));
        }
        int share = left.size() / world;
        int past = visited / world;
        List<List<Visited>> divided = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            List<Visited> part = new ArrayList<>(done.subList(rank * past, (rank + 1) * past));
            part.addAll(left.subList(rank * share, (rank + 1) * share));
            divided.add(part);
        }
        return new Redivision(divided, past);
    }

    /** What a rank visits. A window that was divided is several. */
    EpochOrder order(int rank) {
        List<Visited> part = parts.get(rank);
        int size = part.size();
        int[] visited = new int[size];
        int[] stored = new int[size];
        int[] windows = new int[size + 1];
        int count = 0;
        for (int start = 0; start < size; ) {
            int end = start + 1;
            while (end < size
                    && end != begin
                    && part.get(end).window() == part.get(start).window()) {
                end++;
            }
            List<Visited> window = part.subList(start, end);
            List<Visited> lying = new ArrayList<>(window);
            lying.sort(Comparator.comparingInt(Visited::place));
            for (int i = start; i < end; i++) {
                visited[i] = window.get(i - start).image();
                stored[i] = lying.get(i - start).image();
            }
            windows[count++] = start;
            start = end;
        }
        windows[count++] = size;
        return new EpochOrder(stored, visited, Arrays.copyOf(windows, count));
    }
}
