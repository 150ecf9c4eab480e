package org.swav4j.cluster;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.Interval;

/**
 * What labels say of clusters that were made without them. There are usually many more prototypes than classes; so prototypes
 * are also grouped into as many groups as classes, without labels, and these are what accuracy is of.
 *
 * @param images with a label
 * @param classes that they are of
 * @param prototypes how prototypes agree with classes
 * @param groups how many groups there are: as many as classes, fewer only where fewer prototypes have images
 * @param grouped how groups agree with classes
 * @param accuracy share of images whose group bears their class's name, groups being named one to one as fits these images best
 *     (Hungarian method)
 * @param accuracyInterval of that, the names being as they are
 * @param silhouetteOfGroups on the evaluation's sample; empty below two groups
 * @param silhouetteOfClasses likewise, of its labelled images
 * @param dominant [K], each prototype's most frequent class; -1 for one without labelled images
 * @param dominantShare [K], its share of the prototype's labelled images; NaN without any
 */
public record LabelQuality(
        int images,
        int classes,
        Agreement prototypes,
        int groups,
        Agreement grouped,
        double accuracy,
        Interval accuracyInterval,
        OptionalDouble silhouetteOfGroups,
        OptionalDouble silhouetteOfClasses,
        int[] dominant,
        double[] dominantShare) {
    /** Classes among the images that were assigned. */
    static int classes(LabelledImages images, Assignments assignments) {
        return (int) Arrays.stream(assignments.images())
                .map(images::label)
                .filter(label -> label >= 0)
                .distinct()
                .count();
    }

    /** Looks at the images with a label, of which there must be one; {@code prototypes} [K][D]. */
    static LabelQuality of(LabelledImages images, AssignmentPass.Found found, float[][] prototypes, long seed) {
        Assignments assignments = found.assignments();
        int[] labels = Arrays.stream(assignments.images()).map(images::label).toArray();
        int[] labelled =
                IntStream.range(0, labels.length).filter(i -> labels[i] >= 0).toArray();
        int[] classOf = at(labels, labelled);
        int[] clusters = at(assignments.first(), labelled);
        int classes = classes(images, assignments);
        int[] groupOf = PrototypeGroups.of(prototypes, assignments.counts(), classes, seed);
        int[] groups = at(groupOf, clusters);
        int[] named = Matching.classOf(groups, classOf);
        boolean[] right = new boolean[labelled.length];
        int hits = 0;
        for (int i = 0; i < right.length; i++) {
            right[i] = named[groups[i]] == classOf[i];
            hits += right[i] ? 1 : 0;
        }
        Contingency table = Contingency.of(clusters, classOf);
        int[] dominant = new int[prototypes.length];
        double[] share = new double[prototypes.length];
        Arrays.fill(dominant, -1);
        Arrays.fill(share, Double.NaN);
        int[] cells = table.dominant();
        for (int p = 0; p < cells.length; p++) {
            if (cells[p] >= 0) {
                dominant[p] = table.columns()[cells[p]];
                share[p] = (double) table.counts()[cells[p]] / table.rowSums()[p];
            }
        }
        return new LabelQuality(
                labelled.length,
                classes,
                Agreement.of(clusters, classOf),
                (int) Arrays.stream(groupOf).filter(g -> g >= 0).distinct().count(),
                Agreement.of(groups, classOf),
                (double) hits / right.length,
                Interval.ofShare(right),
                Silhouette.mean(found.embeddings(), at(groupOf, at(assignments.first(), found.positions()))),
                ofClasses(found, labels),
                dominant,
                share);
    }

    private static OptionalDouble ofClasses(AssignmentPass.Found found, int[] labels) {
        int[] of = at(labels, found.positions());
        int[] kept = IntStream.range(0, of.length).filter(i -> of[i] >= 0).toArray();
        float[][] vectors =
                Arrays.stream(kept).mapToObj(i -> found.embeddings()[i]).toArray(float[][]::new);
        return Silhouette.mean(vectors, at(of, kept));
    }

    private static int[] at(int[] values, int[] places) {
        return Arrays.stream(places).map(i -> values[i]).toArray();
    }
}
