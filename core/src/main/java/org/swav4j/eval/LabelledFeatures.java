package org.swav4j.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.EvalTransform;
import org.swav4j.comm.Collecting;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.data.Share;
import org.swav4j.loader.Batch;
import org.swav4j.loader.ImageBatches;
import org.swav4j.tensor.StateDict;

/**
 * Features of labelled images as the encoder gave them, not scaled, in host memory: 4·N·F bytes. Owns them until closed.
 */
public final class LabelledFeatures implements AutoCloseable {
    private final StateDict owned;
    private final Tensor features;
    private final int[] labels;
    private final int[] images;

    private LabelledFeatures(StateDict owned, Tensor features, int[] labels, int[] images) {
        this.owned = owned;
        this.features = features;
        this.labels = labels;
        this.images = images;
    }

    /**
     * Features as they are, of images 0 to N - 1.
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
            Tensor copy = torch.empty(features.shape()).copy_(features.detach());
            int[] images = IntStream.range(0, labels.length).toArray();
            return new LabelledFeatures(owned, owned.add("features", copy), labels.clone(), images);
        }
    }

    /** The same in batches of the usual size, telling nobody how far it is. */
    public static LabelledFeatures extract(
            LabelledImages images,
            List<String> classNames,
            FeatureExtractor encoder,
            EvalTransform view,
            int workers,
            Quarantine quarantine) {
        return extract(images, classNames, encoder, new Extraction(view, workers, quarantine));
    }

    /**
     * Runs an encoder over a source, in order. Images without a label or that cannot be read are left out.
     *
     * <p>Several ranks share the work, and rank 0 gets the features of all, and the list of all that could not be read, as if it
     * had done all itself; the others keep those of their own share. Collective: every rank must call.
     *
     * @param classNames the classes' numbers are their positions in this list
     * @throws DataException if an image's class is not among them, no image is left, or the features are more than the
     *     machine's memory holds
     */
    public static LabelledFeatures extract(
            LabelledImages images, List<String> classNames, FeatureExtractor encoder, Extraction how) {
        int[] classOf = classNumbers(images, classNames);
        StateDict owned = new StateDict();
        Share share = how.share(images.size());
        int[] labels = new int[share.size()];
        int[] kept = new int[share.size()];
        int count = 0;
        try (ImageBatches batches =
                        new ImageBatches(images, share, how.view(), how.batch(), how.workers(), how.quarantine());
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor all = null;
            for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
                int[] indices = batch.indices();
                try (PointerScope scope = new PointerScope()) {
                    long[] labelled = IntStream.range(0, indices.length)
                            .filter(i -> images.label(indices[i]) >= 0)
                            .mapToLong(i -> i)
                            .toArray();
                    if (labelled.length > 0) {
                        Tensor rows = encoder.features(batch.tensor(0)).cpu();
                        if (all == null) {
                            requireMemory(images, rows.size(1));
                            all = owned.add("features", torch.zeros(share.size(), rows.size(1)));
                        }
                        if (labelled.length < indices.length) {
                            rows = rows.index_select(0, Tensor.create(labelled));
                        }
                        all.narrow(0, count, labelled.length).copy_(rows);
                    }
                    for (long i : labelled) {
                        kept[count] = indices[(int) i];
                        labels[count++] = classOf[images.label(indices[(int) i])];
                    }
                } finally {
                    batch.release();
                }
                how.progress().at(indices[indices.length - 1] + 1 - share.from(), share.size());
            }
            try (PointerScope scope = new PointerScope()) {
                Tensor used = all == null ? torch.zeros(0, 0) : all.narrow(0, 0, count);
                LabelledFeatures own = new LabelledFeatures(
                        owned, owned.add("used", used), Arrays.copyOf(labels, count), Arrays.copyOf(kept, count));
                LabelledFeatures whole = how.ranks().world() == 1 ? own : own.together(images, how);
                if (whole.size() == 0 && how.ranks().rank() == 0) {
                    throw new DataException(images.description()
                            + ": no labelled image could be read; labels are the names of the first-level folders");
                }
                return whole;
            }
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    /** On rank 0 those of all ranks, in place of these; on the others these. */
    private LabelledFeatures together(LabelledImages of, Extraction how) {
        how.ranks().meet();
        Collecting all = new Collecting(how.ranks());
        all.texts(how.quarantine().csv()).forEach(how.quarantine()::addCsv);
        int[] allLabels = all.integers(labels);
        int[] allImages = all.integers(images);
        StateDict collected = new StateDict();
        try (NoGradGuard noGrad = new NoGradGuard()) {
            long[][] sizes = all.numbers(size(), features.size(1));
            long width = Arrays.stream(sizes).mapToLong(size -> size[1]).max().orElse(0);
            boolean first = how.ranks().rank() == 0;
            Tensor own = size() == 0 ? torch.zeros(0, width) : features;
            Tensor whole = null;
            if (first) {
                requireMemory(of, width);
                whole = collected.add("features", torch.zeros(allLabels.length, width));
            }
            all.rows(own, Arrays.stream(sizes).mapToLong(size -> size[0]).toArray(), whole);
            if (!first) {
                return this;
            }
            LabelledFeatures together = new LabelledFeatures(collected, whole, allLabels, allImages);
            close();
            return together;
        } catch (RuntimeException e) {
            collected.close();
            throw e;
        }
    }

    private static int[] classNumbers(LabelledImages images, List<String> classNames) {
        return images.classNames().stream()
                .mapToInt(name -> {
                    int number = classNames.indexOf(name);
                    if (number < 0) {
                        throw new DataException(images.description() + ": class '" + name
                                + "' is not among the training classes " + abbreviated(classNames));
                    }
                    return number;
                })
                .toArray();
    }

    /** Better said now than by the system's end of the process, an hour later. */
    private static void requireMemory(LabelledImages images, long dimensions) {
        double needed = 4.0 * images.size() * dimensions;
        double there = Pointer.totalPhysicalBytes();
        if (there > 0 && needed > there) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: features of %,d numbers each need %.1f GB of memory, and this machine has %.1f GB; take fewer"
                            + " images",
                    images.description(),
                    dimensions,
                    needed / 1e9,
                    there / 1e9));
        }
    }

    private static String abbreviated(List<String> names) {
        return names.size() <= 8 ? names.toString() : names.subList(0, 8) + " and " + (names.size() - 8) + " more";
    }

    /** [N, F], as the encoder gave them; stays owned by this. */
    public Tensor features() {
        return features;
    }

    /** [N], class numbers. */
    public int[] labels() {
        return labels.clone();
    }

    /** [N], which images of their source these are, ascending. */
    public int[] images() {
        return images.clone();
    }

    public int size() {
        return labels.length;
    }

    /** Whether every number is finite; those of a diverged training's encoder are not. */
    public boolean isFinite() {
        try (PointerScope scope = new PointerScope()) {
            // one infinite or missing number makes the sum one, and no copy of the features is made
            return Double.isFinite(features.sum(new org.bytedeco.pytorch.ScalarTypeOptional(ScalarType.Double))
                    .item_double());
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
