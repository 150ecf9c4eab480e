package org.swav4j.method;

import java.util.List;

/**
 * The settings of SwAV's objective (paper, section 3; defaults of the reference in brackets).
 *
 * @param epsilon ε, smoothness of the codes [0.05]
 * @param sinkhornIterations rounds of normalisation [3]
 * @param temperature τ, of the softmax over scores [0.1]
 * @param cropsForAssign the crops that get codes, counted over all resolutions [0, 1]
 * @param queueLength L, embeddings kept per assigned crop over all ranks; 0 for no queue [0, or 3840 for small batches]
 * @param queueStartEpoch the epoch from which the queue exists [15]
 * @param freezePrototypes iterations during which the prototypes are not trained [313]
 */
public record SwavConfig(
        double epsilon,
        int sinkhornIterations,
        double temperature,
        List<Integer> cropsForAssign,
        int queueLength,
        int queueStartEpoch,
        long freezePrototypes) {
    /** The smallest ε for which the codes are guaranteed finite. */
    public static final double MIN_EPSILON = 0.005;

    public SwavConfig {
        cropsForAssign = List.copyOf(cropsForAssign);
        require(epsilon >= MIN_EPSILON && epsilon <= 10, "epsilon", epsilon, "must lie between 0.005 and 10");
        require(sinkhornIterations >= 1, "sinkhorn-iterations", sinkhornIterations, "must be at least 1");
        require(temperature > 0 && temperature <= 10, "temperature", temperature, "must be above 0 and at most 10");
        require(
                !cropsForAssign.isEmpty() && cropsForAssign.stream().allMatch(i -> i >= 0),
                "crops-for-assign",
                cropsForAssign,
                "needs at least one crop number, counted from 0");
        require(
                cropsForAssign.stream().distinct().count() == cropsForAssign.size(),
                "crops-for-assign",
                cropsForAssign,
                "must name each crop once");
        require(queueLength >= 0, "queue-length", queueLength, "must be 0 or more");
        require(queueStartEpoch >= 0, "queue-start-epoch", queueStartEpoch, "must be 0 or more");
        require(freezePrototypes >= 0, "freeze-prototypes", freezePrototypes, "must be 0 or more");
    }

    private static void require(boolean holds, String name, Object value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + rule + ", not " + value);
        }
    }
}
