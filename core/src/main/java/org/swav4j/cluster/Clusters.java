package org.swav4j.cluster;

import java.util.Optional;
import java.util.OptionalDouble;
import org.swav4j.data.LabelledImages;

/**
 * What an evaluation found.
 *
 * @param images the source
 * @param assignments which prototype each image belongs to
 * @param usage how evenly prototypes are used
 * @param sampled images that silhouettes were computed on
 * @param silhouette mean silhouette of the prototypes' clusters by cosine distance of embeddings; empty if the sample has fewer
 *     than two clusters
 * @param stability if it was measured
 * @param labels what labels say; empty if the images are not of two classes at least
 */
public record Clusters(
        LabelledImages images,
        Assignments assignments,
        Usage usage,
        int sampled,
        OptionalDouble silhouette,
        Optional<Stability> stability,
        Optional<LabelQuality> labels) {}
