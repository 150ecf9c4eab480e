package org.swav4j.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The order in which one rank visits images in one epoch: a pure function of source, seed, epoch, rank and world, so a run can
 * be resumed at any position.
 *
 * <p>The order is made of windows. Of a source without shards all of the order is one window, shuffled as a whole. Of a
 * sharded source, shards are shuffled and laid end to end; every rank takes an equal, contiguous part of that, cuts it into
 * windows of bounded size, and shuffles each of them. Whoever visits a window needs none of the others.
 *
 * <p>Of a source without shards, the images that N ranks visit at the same positions are those that one rank visits in N times as
 * many: a batch shared out over ranks is one rank's batch. Of a sharded source the ranks' images are also each visited once, but
 * other images meet in a batch than on one rank, as every rank reads shards of its own. Where the number of ranks changes within
 * an epoch of such a source, what nobody has visited by then is divided anew.
 */
public final class EpochOrder {
    /** Keeps the shuffle's stream apart from the augmentation streams of the same seed and epoch. */
    private static final long STREAM = -1;

    /** Windows use this plus their first position; images use 0, 1, ..., replacements -2, -3, ... */
    private static final long WINDOW_STREAMS = Long.MIN_VALUE;

    /**
     * A part of an epoch that was visited by one number of ranks.
     *
     * @param world how many
     * @param end images that all ranks together had visited by its end, counted from the epoch's beginning; a multiple of
     *     {@code world}
     */
    public record Stretch(int world, int end) {}

    private final int[] stored;
    private final int[] visited;
    private final int[] windows;
    /** The order of all ranks together where this is one rank's part of one that is common to them; otherwise null. */
    private final EpochOrder common;

    private final int rank;
    private final int world;

    EpochOrder(int[] stored, int[] visited, int[] windows) {
        this(stored, visited, windows, null, 0, 1);
    }

    private EpochOrder(int[] stored, int[] visited, int[] windows, EpochOrder common, int rank, int world) {
        this.stored = stored;
        this.visited = visited;
        this.windows = windows;
        this.common = common;
        this.rank = rank;
        this.world = world;
    }

    /**
     * The shuffled order of one rank's part of an epoch. Every rank gets {@code size / world} images, none of them two ranks
     * get; the remainder, fewer than {@code world} images, is left out of this epoch.
     */
    public static EpochOrder shuffled(ImageSource source, long seed, int epoch, int rank, int world) {
        if (source.shards().isEmpty()) {
            int[] mine = indices(seed, epoch, rank, world, source.size());
            EpochOrder common = world == 1 ? null : shuffled(source, seed, epoch, 0, 1);
            int end = mine.length + (common == null ? 0 : common.size());
            return new EpochOrder(mine, mine, new int[] {0, end}, common, rank, world);
        }
        requireRank(rank, world);
        ShardLayout layout = source.shards().get();
        int[] shards = IntStream.range(0, layout.shards()).toArray();
        shuffle(shards, 0, shards.length, RandomKey.of(seed, epoch, STREAM));
        int count = layout.size() / world;
        int from = rank * count;
        int[] stored = part(layout, shards, from, count);
        int[] windows = windows(layout, stored);
        int[] visited = stored.clone();
        for (int w = 0; w + 1 < windows.length; w++) {
            shuffle(visited, windows[w], windows[w + 1], RandomKey.of(seed, epoch, WINDOW_STREAMS + from + windows[w]));
        }
        return new EpochOrder(stored, visited, windows);
    }

    /**
     * The same where other numbers of ranks have visited the epoch's first images: none of those comes again, and none of the
     * others is left out beyond the remainder of a division. Where no number differs from {@code world} it is the same order.
     *
     * @param before in their order; each {@code end} must be a multiple of the next one's {@code world} too
     */
    public static EpochOrder shuffled(
            ImageSource source, long seed, int epoch, int rank, int world, List<Stretch> before) {
        boolean same = before.stream().allMatch(stretch -> stretch.world() == world);
        if (same || source.shards().isEmpty()) {
            // ranks without shards visit what one would, so that it does not matter how many there were
            return shuffled(source, seed, epoch, rank, world);
        }
        requireRank(rank, world);
        int first = before.get(0).world();
        Redivision images = Redivision.of(IntStream.range(0, first)
                .mapToObj(each -> shuffled(source, seed, epoch, each, first))
                .toList());
        for (int i = 0; i < before.size(); i++) {
            int next = i + 1 < before.size() ? before.get(i + 1).world() : world;
            images = images.among(next, before.get(i).end());
        }
        return images.order(rank);
    }

    /**
     * One rank's part of the order in which one rank alone visits the epoch, of any source: rank r takes its positions r, r + world,
     * r + 2·world, ..., so that a batch shared out over ranks is one rank's batch. Of a source without shards this is
     * {@link #shuffled(ImageSource, long, int, int, int)}. Of a sharded one every rank goes through all shards, and passes over
     * what is in them for others.
     */
    public static EpochOrder dealt(ImageSource source, long seed, int epoch, int rank, int world) {
        if (world == 1 || source.shards().isEmpty()) {
            return shuffled(source, seed, epoch, rank, world);
        }
        requireRank(rank, world);
        EpochOrder one = shuffled(source, seed, epoch, 0, 1);
        int[] visited = IntStream.range(0, one.size() / world)
                .map(i -> one.visited[rank + i * world])
                .toArray();
        BitSet mine = new BitSet();
        IntStream.of(visited).forEach(mine::set);
        int[] stored = IntStream.of(one.stored).filter(mine::get).toArray();
        int[] windows = IntStream.of(one.windows)
                .map(start -> Math.min(visited.length, (start - rank + world - 1) / world))
                .distinct()
                .toArray();
        return new EpochOrder(stored, visited, windows, one, rank, world);
    }

    /** Every image once, from the first to the last. */
    public static EpochOrder sequential(ImageSource source) {
        int[] all = IntStream.range(0, source.size()).toArray();
        int[] windows = source.shards().map(layout -> windows(layout, all)).orElseGet(() -> new int[] {0, all.length});
        return new EpochOrder(all, all, windows);
    }

    /** Images {@code from} to {@code from + count} of the shards laid end to end in the given order. */
    private static int[] part(ShardLayout layout, int[] shards, int from, int count) {
        int[] part = new int[count];
        int filled = 0;
        int passed = 0;
        for (int shard : shards) {
            int length = layout.end(shard) - layout.start(shard);
            for (int i = Math.max(0, from - passed); i < length && filled < count; i++) {
                part[filled++] = layout.start(shard) + i;
            }
            passed += length;
        }
        return part;
    }

    private static int[] windows(ShardLayout layout, int[] stored) {
        IntStream.Builder starts = IntStream.builder();
        int start = 0;
        long bytes = 0;
        for (int i = 0; i < stored.length; i++) {
            bytes += layout.bytes(stored[i]);
            if (i > start && (i - start == layout.windowImages() || bytes > layout.windowBytes())) {
                starts.add(start);
                start = i;
                bytes = layout.bytes(stored[i]);
            }
        }
        starts.add(start);
        starts.add(stored.length);
        return starts.build().distinct().toArray();
    }

    /**
     * The image indices of one rank in one epoch of a source without shards.
     *
     * <p>All of {@code 0..size-1} are shuffled (Fisher–Yates, keyed by seed and epoch, the same on every rank); rank r takes
     * positions r, r + world, r + 2·world, ... The remainder of {@code size / world} is dropped, so every rank gets the same
     * number of images and no image is given to two ranks.
     *
     * @return {@code size / world} distinct indices
     */
    public static int[] indices(long seed, int epoch, int rank, int world, int size) {
        requireRank(rank, world);
        if (size < 0) {
            throw new IllegalArgumentException("size < 0: " + size);
        }
        int[] all = IntStream.range(0, size).toArray();
        shuffle(all, 0, size, RandomKey.of(seed, epoch, STREAM));
        if (world == 1) {
            return all;
        }
        int[] mine = new int[size / world];
        for (int i = 0; i < mine.length; i++) {
            mine[i] = all[rank + i * world];
        }
        return mine;
    }

    private static void requireRank(int rank, int world) {
        if (world < 1 || rank < 0 || rank >= world) {
            throw new IllegalArgumentException("rank must satisfy 0 <= rank < world: " + rank + " of " + world);
        }
    }

    private static void shuffle(int[] values, int from, int to, SplittableRandom random) {
        for (int i = to - from - 1; i > 0; i--) {
            int j = (int) (random.nextDouble() * (i + 1));
            int swapped = values[from + i];
            values[from + i] = values[from + j];
            values[from + j] = swapped;
        }
    }

    /** Number of positions. */
    public int size() {
        return visited.length;
    }

    /** The image visited at a position, or drawn as one. */
    public int image(int position) {
        return position < visited.length ? visited[position] : common.visited[position - visited.length];
    }

    /**
     * The position that one rank alone would have this image at: what depends on a position depends on this, so that it is the
     * same on any number of ranks. Of a sharded source, whose ranks have orders of their own, it is the position.
     */
    public int commonPosition(int position) {
        return common == null ? position : rank + position * world;
    }

    /**
     * The images as they lie: a window holds the same images at positions {@code windowStart} to {@code windowEnd} as
     * {@link #image} does, but within each shard they ascend.
     */
    public int stored(int place) {
        return stored[place];
    }

    /** The first position of the window a position is in. */
    public int windowStart(int position) {
        return windows[windowOf(position)];
    }

    /** The position after the window a position is in. */
    public int windowEnd(int position) {
        return windows[windowOf(position) + 1];
    }

    private int windowOf(int position) {
        int found = Arrays.binarySearch(windows, position);
        return found < 0 ? -found - 2 : found;
    }

    /** A position drawn from the window of {@code position}, whose images are cheap to read when it is visited. */
    public int drawNear(int position, SplittableRandom random) {
        if (common != null) {
            return visited.length + common.drawNear(commonPosition(position), random);
        }
        int start = windowStart(position);
        return start + (int) (random.nextDouble() * (windowEnd(position) - start));
    }

    /** A position drawn from all, of all ranks where they have an order in common. */
    public int draw(SplittableRandom random) {
        if (common != null) {
            return visited.length + common.draw(random);
        }
        return (int) (random.nextDouble() * visited.length);
    }
}
