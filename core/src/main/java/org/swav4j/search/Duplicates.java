package org.swav4j.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.data.DataException;

/**
 * Images whose vectors are almost the same: every pair is compared, as matrix products of blocks in float32. A pair at or
 * above the threshold is linked, and images that links lead between are a group; so two of a group may be less similar than
 * the threshold. Beside the vectors it holds 4·1024·4096 bytes of similarities, at most 22 bytes for each of them, and 20
 * bytes an image.
 *
 * @param groups the largest first, of equal ones that with the earliest image
 * @param pairs how many pairs are linked
 * @param first how many images of the first set are in a group
 * @param second how many of the second, if there is one
 */
public record Duplicates(List<Group> groups, long pairs, int first, int second) {
    private static final int ROWS = 1024;
    private static final int COLUMNS = 4096;

    /** Rounding must not hide a copy from a threshold of 1. */
    private static final double ROUNDING = 2e-6;

    /**
     * Images that are linked.
     *
     * @param members those of the first set before those of the second, by row
     */
    public record Group(List<Member> members) {
        public Group {
            members = List.copyOf(members);
        }
    }

    /**
     * An image of a group.
     *
     * @param image the image
     * @param nearest the most similar that it is linked to
     * @param similarity cosine of the two
     */
    public record Member(Image image, Image nearest, double similarity) {}

    /**
     * An image.
     *
     * @param set 0 for the first set, 1 for the second
     * @param row of its set
     */
    public record Image(int set, int row) {}

    public Duplicates {
        groups = List.copyOf(groups);
    }

    /**
     * Compares all images of a set with each other, or with all of another set and not with each other.
     *
     * @param threshold least cosine of a pair, above -1 and at most 1
     * @param progress told how many images of the first set are compared with all others
     * @throws DataException if the two sets' vectors are of different length
     */
    public static Duplicates find(VectorSet set, Optional<VectorSet> against, double threshold, IntConsumer progress) {
        if (!(threshold > -1 && threshold <= 1)) {
            throw new IllegalArgumentException("threshold must be above -1 and at most 1, not " + threshold);
        }
        VectorSet other = against.orElse(set);
        if (set.dimensions() != other.dimensions()) {
            throw new DataException("vectors of " + set.dimensions() + " numbers cannot be compared with those of "
                    + other.dimensions() + "; both must be of the same encoder");
        }
        Links links = new Links(set.size(), against.map(VectorSet::size).orElse(0));
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor rows = set.tensor();
            Tensor columns = other.tensor();
            for (int row = 0; row < set.size(); row += ROWS) {
                int height = Math.min(ROWS, set.size() - row);
                int begin = against.isPresent() ? 0 : row / COLUMNS * COLUMNS;
                for (int column = begin; column < other.size(); column += COLUMNS) {
                    int width = Math.min(COLUMNS, other.size() - column);
                    try (PointerScope block = new PointerScope()) {
                        Tensor products = torch.mm(
                                rows.narrow(0, row, height),
                                columns.narrow(0, column, width).t());
                        links.add(products, row, column, threshold - ROUNDING);
                    }
                }
                progress.accept(row + height);
            }
        }
        return links.duplicates(set, other);
    }

    /** Which images are linked so far. Images of both sets are numbered together. */
    private static final class Links {
        private final int firstSize;
        private final boolean twoSets;
        private final int[] parent;
        private final int[] nearest;
        private final float[] similarity;
        private long pairs;

        Links(int first, int second) {
            firstSize = first;
            twoSets = second > 0;
            int all = Math.addExact(first, second);
            parent = new int[all];
            Arrays.setAll(parent, i -> i);
            nearest = new int[all];
            Arrays.fill(nearest, -1);
            similarity = new float[all];
        }

        void add(Tensor products, int firstRow, int firstColumn, double least) {
            Tensor linked = products.ge(new Scalar(least));
            Tensor places = linked.nonzero().contiguous();
            int count = Math.toIntExact(places.size(0));
            if (count == 0) {
                return;
            }
            long[] place = new long[2 * count];
            new LongPointer(places.data_ptr()).get(place);
            float[] values = new float[count];
            new FloatPointer(products.masked_select(linked).contiguous().data_ptr()).get(values);
            for (int i = 0; i < count; i++) {
                int row = firstRow + (int) place[2 * i];
                int column = firstColumn + (int) place[2 * i + 1];
                if (twoSets) {
                    link(row, firstSize + column, values[i]);
                } else if (column > row) {
                    link(row, column, values[i]);
                }
            }
        }

        private void link(int a, int b, float value) {
            pairs++;
            nearer(a, b, value);
            nearer(b, a, value);
            int rootOfA = root(a);
            int rootOfB = root(b);
            // the earliest image is the root
            parent[Math.max(rootOfA, rootOfB)] = Math.min(rootOfA, rootOfB);
        }

        private void nearer(int image, int other, float value) {
            if (nearest[image] < 0 || value > similarity[image]) {
                nearest[image] = other;
                similarity[image] = value;
            }
        }

        private int root(int image) {
            int at = image;
            while (parent[at] != at) {
                parent[at] = parent[parent[at]];
                at = parent[at];
            }
            return at;
        }

        private Image image(int number) {
            return number < firstSize ? new Image(0, number) : new Image(1, number - firstSize);
        }

        Duplicates duplicates(VectorSet set, VectorSet other) {
            Map<Integer, List<Member>> byRoot = new LinkedHashMap<>();
            int first = 0;
            int second = 0;
            for (int number = 0; number < parent.length; number++) {
                if (nearest[number] < 0) {
                    continue;
                }
                Image image = image(number);
                Image linked = image(nearest[number]);
                double cosine = of(image, set, other)
                        .cosine(image.row(), of(linked, set, other).vector(linked.row()));
                byRoot.computeIfAbsent(root(number), r -> new ArrayList<>()).add(new Member(image, linked, cosine));
                first += image.set() == 0 ? 1 : 0;
                second += image.set();
            }
            // stable: of equal ones the earlier root stays first
            List<Group> groups = byRoot.values().stream()
                    .map(Group::new)
                    .sorted(Comparator.comparingInt((Group g) -> g.members().size())
                            .reversed())
                    .toList();
            return new Duplicates(groups, pairs, first, second);
        }

        private static VectorSet of(Image image, VectorSet set, VectorSet other) {
            return image.set() == 0 ? set : other;
        }
    }
}
