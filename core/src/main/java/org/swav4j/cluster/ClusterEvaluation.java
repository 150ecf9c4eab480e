package org.swav4j.cluster;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.encode.EncoderNetwork;

/**
 * How a model groups images: one pass over all of them, and one over some for stability.
 *
 * @param images with or without labels
 * @param network loaded for scores
 * @param head which of its prototype heads, from 0
 * @param batch images that go through the network at once
 * @param workers threads that read and decode
 * @param seed of the samples, of augmentation, and of grouping prototypes
 * @param silhouetteSample images that silhouettes are computed on, all if there are fewer; 0 for no silhouettes
 * @param views two views of one resolution, for stability; empty to leave that out
 * @param quarantine told of unreadable images, which are left out
 */
public record ClusterEvaluation(
        LabelledImages images,
        EncoderNetwork network,
        int head,
        int batch,
        int workers,
        long seed,
        int silhouetteSample,
        Optional<MultiCrop> views,
        Quarantine quarantine) {
    /** Refuses a head that the network does not have. */
    public ClusterEvaluation {
        int heads = network.prototypes().size();
        if (head < 0 || head >= heads) {
            throw new DataException(network.checkpoint() + ": has " + heads + " prototype head"
                    + (heads == 1 ? "" : "s") + ", so there is no number " + (head + 1));
        }
        views.ifPresent(v -> {
            if (v.crops().size() != 1 || v.crops().get(0).count() != 2) {
                throw new IllegalArgumentException("stability compares two views of one resolution, not " + v.crops());
            }
        });
    }

    /**
     * Assigns and measures.
     *
     * @throws DataException if no image can be read
     */
    public Clusters run(ClusterListener listener) {
        AssignmentPass pass = new AssignmentPass(images, network, head, batch, workers, quarantine);
        listener.begun("assigning", images.size());
        AssignmentPass.Found found = pass.run(
                Sample.of(images.size(), silhouetteSample, seed), done -> listener.images(done, images.size()));
        Assignments assignments = found.assignments();
        Optional<Stability> stability = views.map(v -> {
            int most = Math.min(Stability.MOST_IMAGES, assignments.size());
            listener.begun("augmenting twice", most);
            return Stability.measure(pass, assignments.images(), v, seed, done -> listener.images(done, most));
        });
        boolean classes = LabelQuality.classes(images, assignments) > 1;
        return new Clusters(
                images,
                assignments,
                new Usage(assignments.counts()),
                found.positions().length,
                silhouette(found),
                stability,
                classes ? Optional.of(LabelQuality.of(images, found, prototypes(), seed)) : Optional.empty());
    }

    private static OptionalDouble silhouette(AssignmentPass.Found found) {
        int[] clusters = Arrays.stream(found.positions())
                .map(i -> found.assignments().first()[i])
                .toArray();
        return Silhouette.mean(found.embeddings(), clusters);
    }

    private float[][] prototypes() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor all = network.prototypes().get(head).detach();
            float[][] rows = new float[(int) all.size(0)][];
            for (int p = 0; p < rows.length; p++) {
                rows[p] = AssignmentPass.floats(all.select(0, p));
            }
            return rows;
        }
    }
}
