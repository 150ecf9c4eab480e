package org.swav4j.probe;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.loader.Batch;
import org.swav4j.loader.ImageBatches;
import org.swav4j.nn.Stage;
import org.swav4j.tensor.StateDict;

/** Features of labelled images at several stages of a trunk, all from one pass, in host memory. Owns them until closed. */
public final class StageFeatures implements AutoCloseable {
    private static final int BATCH = 128;

    private final StateDict owned;
    private final int[] labels;
    private final int[] images;

    private StageFeatures(StateDict owned, int[] labels, int[] images) {
        this.owned = owned;
        this.labels = labels;
        this.images = images;
    }

    /**
     * Runs an encoder over a source, in order, without augmentation. Images without a label or that cannot be read are left out.
     *
     * @param classNames the classes' numbers are their positions in this list; every class of the source is in it
     * @param progress told how many images are done
     * @throws DataException if no image is left
     */
    public static StageFeatures extract(
            LabelledImages images,
            List<String> classNames,
            StageEncoder encoder,
            List<Stage> stages,
            EvalTransform view,
            int workers,
            Quarantine quarantine,
            IntConsumer progress) {
        int[] classOf =
                images.classNames().stream().mapToInt(classNames::indexOf).toArray();
        StateDict all = new StateDict();
        int[] labels = new int[images.size()];
        int[] indices = new int[images.size()];
        int count = 0;
        try (ImageBatches batches = new ImageBatches(images, view, BATCH, workers, quarantine);
                NoGradGuard noGrad = new NoGradGuard()) {
            for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
                int[] held = batch.indices();
                try (PointerScope scope = new PointerScope()) {
                    List<Tensor> rows = encoder.features(batch.tensor(0), stages);
                    int[] labelled = IntStream.range(0, held.length)
                            .filter(i -> images.label(held[i]) >= 0)
                            .toArray();
                    for (int s = 0; s < rows.size(); s++) {
                        String name = stages.get(s).toString();
                        Tensor features = rows.get(s).cpu();
                        Tensor to = all.contains(name)
                                ? all.get(name)
                                : all.add(name, torch.zeros(images.size(), features.size(1)));
                        to.narrow(0, count, labelled.length)
                                .copy_(features.index_select(0, FeatureRows.longs(labelled)));
                    }
                    for (int i : labelled) {
                        labels[count] = classOf[images.label(held[i])];
                        indices[count++] = held[i];
                    }
                } finally {
                    batch.release();
                }
                progress.accept(held[held.length - 1] + 1);
            }
            if (count == 0) {
                throw new DataException(images.description() + ": no labelled image could be read");
            }
            StateDict owned = new StateDict();
            try (PointerScope scope = new PointerScope()) {
                int used = count;
                all.forEach((name, tensor) -> owned.add(name, tensor.narrow(0, 0, used)));
            }
            return new StageFeatures(owned, Arrays.copyOf(labels, count), Arrays.copyOf(indices, count));
        } finally {
            all.close();
        }
    }

    /** Those of a stage, which stay owned by this. */
    public FeatureRows rows(Stage stage) {
        return new FeatureRows(owned.get(stage.toString()), labels, images);
    }

    /** Whether every number is finite; those of a diverged training's encoder are not. */
    public boolean isFinite() {
        return owned.isFinite();
    }

    public int size() {
        return labels.length;
    }

    @Override
    public void close() {
        owned.close();
    }
}
