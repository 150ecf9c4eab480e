package org.swav4j.eval;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.loader.Batch;
import org.swav4j.loader.ImageBatches;
import org.swav4j.nn.UnitRows;
import org.swav4j.tensor.StateDict;

/** Features of labelled images, rows of unit length, in host memory. Owns them until closed. */
public final class LabelledFeatures implements AutoCloseable {
    private static final int BATCH = 128;

    private final StateDict owned;
    private final Tensor features;
    private final int[] labels;

    private LabelledFeatures(StateDict owned, Tensor features, int[] labels) {
        this.owned = owned;
        this.features = features;
        this.labels = labels;
    }

    /**
     * Features as they are.
     *
     * @param features float32 [N, F]; a copy is kept
     * @param labels [N], class numbers
     */
    public static LabelledFeatures of(Tensor features, int[] labels) {
        if (features.size(0) != labels.length) {
            throw new IllegalArgumentException(features.size(0) + " features, but " + labels.length + " labels");
        }
        StateDict owned = new StateDict();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor rows = UnitRows.of(features.detach().to(ScalarType.Float));
            return new LabelledFeatures(owned, owned.add("features", rows.contiguous()), labels.clone());
        }
    }

    /**
     * Runs an encoder over a source, in order. Images without a label or that cannot be read are left out.
     *
     * @param classNames the classes' numbers are their positions in this list
     * @throws DataException if an image's class is not among them, or no image is left
     */
    public static LabelledFeatures extract(
            LabelledImages images,
            List<String> classNames,
            FeatureExtractor encoder,
            EvalTransform view,
            int workers,
            Quarantine quarantine) {
        int[] classOf = images.classNames().stream()
                .mapToInt(name -> {
                    int number = classNames.indexOf(name);
                    if (number < 0) {
                        throw new DataException(images.description() + ": class '" + name
                                + "' is not among the training classes " + abbreviated(classNames));
                    }
                    return number;
                })
                .toArray();
        StateDict owned = new StateDict();
        int[] labels = new int[images.size()];
        int count = 0;
        try (ImageBatches batches = new ImageBatches(images, view, BATCH, workers, quarantine);
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor all = null;
            for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
                try (PointerScope scope = new PointerScope()) {
                    long side = view.size();
                    Tensor pixels = torch.from_blob(
                            batch.pixels(0),
                            new long[] {batch.size(), side, side, 3},
                            new TensorOptions(ScalarType.Byte));
                    Tensor rows = UnitRows.of(encoder.features(pixels)).cpu();
                    if (all == null) {
                        all = owned.add("features", torch.zeros(images.size(), rows.size(1)));
                    }
                    int[] indices = batch.indices();
                    for (int i = 0; i < indices.length; i++) {
                        int label = images.label(indices[i]);
                        if (label >= 0) {
                            all.select(0, count).copy_(rows.select(0, i));
                            labels[count++] = classOf[label];
                        }
                    }
                } finally {
                    batch.release();
                }
            }
            if (count == 0) {
                throw new DataException(images.description()
                        + ": no labelled image could be read; labels are the names of the first-level folders");
            }
            try (PointerScope scope = new PointerScope()) {
                Tensor used = owned.add("used", all.narrow(0, 0, count));
                return new LabelledFeatures(owned, used, Arrays.copyOf(labels, count));
            }
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    private static String abbreviated(List<String> names) {
        return names.size() <= 8 ? names.toString() : names.subList(0, 8) + " and " + (names.size() - 8) + " more";
    }

    /** [N, F], rows of unit length; stays owned by this. */
    public Tensor features() {
        return features;
    }

    /** [N], class numbers. */
    public int[] labels() {
        return labels.clone();
    }

    public int size() {
        return labels.length;
    }

    @Override
    public void close() {
        owned.close();
    }
}
