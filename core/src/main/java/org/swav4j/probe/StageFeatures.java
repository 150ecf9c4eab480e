package org.swav4j.probe;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.augment.EvalTransform;
import org.swav4j.comm.Collecting;
import org.swav4j.comm.Collective;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.data.Share;
import org.swav4j.eval.ImagesDone;
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
     * <p>Several ranks share the work, and rank 0 gets the features of all, and the list of all that could not be read, as if it
     * had done all itself; the others keep those of their own share. Collective: every rank must call.
     *
     * @param ranks that share the images, consecutive batches each
     * @param classNames the classes' numbers are their positions in this list; every class of the source is in it
     * @param progress told how many images of this rank are done
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
            ImagesDone progress,
            Collective ranks) {
        int[] classOf =
                images.classNames().stream().mapToInt(classNames::indexOf).toArray();
        StateDict all = new StateDict();
        Share share = Share.of(images.size(), BATCH, ranks.rank(), ranks.world());
        int[] labels = new int[share.size()];
        int[] indices = new int[share.size()];
        int count = 0;
        try (ImageBatches batches = new ImageBatches(images, share, view, BATCH, workers, quarantine);
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
                                : all.add(name, torch.zeros(share.size(), features.size(1)));
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
                progress.at(held[held.length - 1] + 1 - share.from(), share.size());
            }
            StateDict owned = new StateDict();
            try (PointerScope scope = new PointerScope()) {
                for (Stage stage : stages) {
                    String name = stage.toString();
                    owned.add(name, all.contains(name) ? all.get(name).narrow(0, 0, count) : torch.zeros(0, 0));
                }
            }
            StageFeatures own = new StageFeatures(owned, Arrays.copyOf(labels, count), Arrays.copyOf(indices, count));
            StageFeatures whole = ranks.world() == 1 ? own : own.together(ranks, quarantine);
            if (whole.size() == 0 && ranks.rank() == 0) {
                whole.close();
                throw new DataException(images.description() + ": no labelled image could be read");
            }
            return whole;
        } finally {
            all.close();
        }
    }

    /** On rank 0 those of all ranks, in place of these; on the others these. */
    private StageFeatures together(Collective ranks, Quarantine quarantine) {
        ranks.meet();
        Collecting all = new Collecting(ranks);
        all.texts(quarantine.csv()).forEach(quarantine::addCsv);
        int[] allLabels = all.integers(labels);
        int[] allImages = all.integers(images);
        boolean first = ranks.rank() == 0;
        StateDict collected = new StateDict();
        try (NoGradGuard noGrad = new NoGradGuard()) {
            owned.forEach((name, features) -> {
                try (PointerScope scope = new PointerScope()) {
                    long[][] sizes = all.numbers(size(), features.size(1));
                    long width = Arrays.stream(sizes)
                            .mapToLong(size -> size[1])
                            .max()
                            .orElse(0);
                    Tensor own = size() == 0 ? torch.zeros(0, width) : features;
                    Tensor whole = first ? collected.add(name, torch.zeros(allLabels.length, width)) : null;
                    all.rows(
                            own, Arrays.stream(sizes).mapToLong(size -> size[0]).toArray(), whole);
                }
            });
        } catch (RuntimeException e) {
            collected.close();
            throw e;
        }
        if (!first) {
            return this;
        }
        close();
        return new StageFeatures(collected, allLabels, allImages);
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
