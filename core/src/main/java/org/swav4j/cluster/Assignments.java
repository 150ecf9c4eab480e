package org.swav4j.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which prototype each image belongs to: the one of its highest score, of equal ones libtorch's first. N images in the source's
 * order; those that could not be read are not among them.
 *
 * @param prototypes K
 * @param images [N], which images of the source these are
 * @param first [N], the prototype of each
 * @param second [N], the prototype of the second highest score; -1 if there is one prototype only
 * @param score [N], cosine with the first
 * @param confidence [N], what softmax of the scores over the paper's τ = 0.1 gives the first, 1/K to 1
 * @param margin [N], confidence minus what it gives the second, 0 to 1
 */
public record Assignments(
        int prototypes, int[] images, int[] first, int[] second, float[] score, float[] confidence, float[] margin) {
    /** Number of images N. */
    public int size() {
        return images.length;
    }

    /** [K], images of each prototype. */
    public int[] counts() {
        int[] counts = new int[prototypes];
        for (int prototype : first) {
            counts[prototype]++;
        }
        return counts;
    }

    /** Positions 0 to N - 1 of the images of each prototype, highest score first. */
    public List<List<Integer>> nearest() {
        List<List<Integer>> members = IntStream.range(0, prototypes)
                .mapToObj(p -> (List<Integer>) new ArrayList<Integer>())
                .toList();
        for (int i = 0; i < size(); i++) {
            members.get(first[i]).add(i);
        }
        Comparator<Integer> highest = Comparator.comparingDouble(i -> -score[i]);
        members.forEach(m -> m.sort(highest));
        return members;
    }

    /** Mean confidence of the images at these positions; NaN of none. */
    double meanConfidence(List<Integer> positions) {
        return positions.stream().mapToDouble(i -> confidence[i]).average().orElse(Double.NaN);
    }
}
