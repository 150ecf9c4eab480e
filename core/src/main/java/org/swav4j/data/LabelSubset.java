package org.swav4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Chooses some of a source's labelled images, each class in proportion; a pure function of labels, share and seed. */
public final class LabelSubset {
    /** Keeps these streams apart from those of crops and orders. */
    private static final long STREAM = -7_001;

    private LabelSubset() {}

    /**
     * A share of each class: its images shuffled by seed, and of those the first share·n, rounded, at least one. A smaller share's
     * images are among a larger one's.
     *
     * @param share above 0 and at most 1
     * @return ascending indices into the source
     * @throws DataException if no image has a label
     */
    public static int[] ofEachClass(LabelledImages images, double share, long seed) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("the share must be above 0 and at most 1, not " + share);
        }
        List<List<Integer>> byClass = new ArrayList<>();
        images.classNames().forEach(name -> byClass.add(new ArrayList<>()));
        for (int i = 0; i < images.size(); i++) {
            if (images.label(i) >= 0) {
                byClass.get(images.label(i)).add(i);
            }
        }
        List<Integer> chosen = new ArrayList<>();
        for (int c = 0; c < byClass.size(); c++) {
            List<Integer> members = byClass.get(c);
            shuffle(members, RandomKey.of(seed, STREAM, c));
            int wanted = members.isEmpty() ? 0 : Math.max(1, (int) Math.round(share * members.size()));
            chosen.addAll(members.subList(0, wanted));
        }
        if (chosen.isEmpty()) {
            throw new DataException(images.description() + ": no image has a label");
        }
        int[] indices = chosen.stream().mapToInt(i -> i).toArray();
        Arrays.sort(indices);
        return indices;
    }

    private static void shuffle(List<Integer> values, SplittableRandom random) {
        for (int i = values.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            Integer moved = values.get(i);
            values.set(i, values.get(j));
            values.set(j, moved);
        }
    }
}
