package org.swav4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Test;
import org.swav4j.GoldenSet;
import org.swav4j.Tensors;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.DataException;
import org.swav4j.data.Quarantine;

class LabelledFeaturesTest {
    private static final EvalTransform VIEW = EvalTransform.stretch(8);
    private static final FeatureExtractor PIXELS = FeatureExtractor.rawPixels(4);

    private final Quarantine quarantine = new Quarantine("memory");

    private LabelledFeatures extract(LabelledMemory images, List<String> classes, int workers) {
        return LabelledFeatures.extract(images, classes, PIXELS, VIEW, workers, quarantine);
    }

    @Test
    void labelsAreMappedByName() {
        LabelledMemory images = new LabelledMemory(List.of("cat", "dog"), Set.of(), 0, 1, 1, 0);
        try (LabelledFeatures features = extract(images, List.of("ant", "dog", "cat"), 2)) {
            assertThat(features.labels()).containsExactly(2, 1, 1, 2);
            assertThat(features.size()).isEqualTo(4);
            assertThat(features.features().shape()).containsExactly(4, 3 * 4 * 4);
        }
    }

    @Test
    void anUnknownClassIsNamed() {
        LabelledMemory images = new LabelledMemory(List.of("cat", "dgo"), Set.of(), 0, 1);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> extract(images, List.of("cat", "dog"), 1))
                .withMessage("memory: 2 images: class 'dgo' is not among the training classes [cat, dog]");
        List<String> many = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> extract(images, many, 1))
                .withMessageEndingWith("[a, b, c, d, e, f, g, h] and 2 more");
    }

    @Test
    void brokenAndUnlabelledImagesAreLeftOutAndTheRestStaysInOrder() {
        LabelledMemory images = new LabelledMemory(List.of("a", "b", "c"), Set.of(1, 4), 0, 1, 2, -1, 1, 2);
        LabelledMemory whole = new LabelledMemory(List.of("a", "b", "c"), Set.of(), 0, 1, 2, 1, 1, 2);
        try (PointerScope scope = new PointerScope();
                LabelledFeatures features = extract(images, images.classNames(), 2);
                LabelledFeatures all = extract(whole, whole.classNames(), 1)) {
            assertThat(features.labels()).containsExactly(0, 2, 2);
            assertThat(features.images()).containsExactly(0, 2, 5);
            int[] kept = {0, 2, 5};
            for (int i = 0; i < kept.length; i++) {
                assertThat(features.features().select(0, i).equal(all.features().select(0, kept[i])))
                        .as("image %d", kept[i])
                        .isTrue();
            }
            assertThat(quarantine.entries()).extracting(Quarantine.Entry::name).containsExactly("001.jpg", "004.jpg");
        }
    }

    /** More images than a batch holds, so that blocks and their order matter. */
    @Test
    void doesNotDependOnTheNumberOfWorkers() {
        int[] labels = new int[150];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 2;
        }
        LabelledMemory images = new LabelledMemory(List.of("a", "b"), Set.of(77), labels);
        try (PointerScope scope = new PointerScope();
                LabelledFeatures one = extract(images, images.classNames(), 1);
                LabelledFeatures three = extract(images, images.classNames(), 3)) {
            assertThat(one.size()).isEqualTo(149);
            assertThat(one.labels()).isEqualTo(three.labels());
            assertThat(one.features().equal(three.features())).isTrue();
        }
    }

    @Test
    void doesNotDependOnTheBatchAndTellsHowFarItIs() {
        LabelledMemory images = new LabelledMemory(List.of("a", "b"), Set.of(2), 0, 1, 0, -1, 1, 0, 1);
        List<Integer> told = new ArrayList<>();
        Extraction inThrees = new Extraction(VIEW, 3, 2, quarantine, (done, of) -> told.add(10 * done + of));
        try (PointerScope scope = new PointerScope();
                LabelledFeatures few = LabelledFeatures.extract(images, images.classNames(), PIXELS, inThrees);
                LabelledFeatures all = extract(images, images.classNames(), 1)) {
            assertThat(few.images()).containsExactly(0, 1, 4, 5, 6);
            assertThat(few.features().equal(all.features())).isTrue();
            assertThat(told).containsExactly(27, 67, 77);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Extraction(VIEW, 0, 1, quarantine, ImagesDone.UNHEARD))
                .withMessage("batch and workers must be at least 1: 0 and 1");
    }

    @Test
    void noLabelledImageIsAnError() {
        LabelledMemory images = new LabelledMemory(List.of("a"), Set.of(0), 0, -1);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> extract(images, images.classNames(), 1))
                .withMessage("memory: 2 images: no labelled image could be read; labels are the names of the"
                        + " first-level folders");
    }

    @Test
    void ownsItsFeatures() {
        LabelledMemory images = new LabelledMemory(List.of("a"), Set.of(), 0, 0, 0);
        try (LabelledFeatures warm = extract(images, images.classNames(), 1)) {
            assertThat(warm.size()).isEqualTo(3);
        }
        long before = Pointer.totalCount();
        for (int i = 0; i < 20; i++) {
            try (LabelledFeatures features = extract(images, images.classNames(), 1)) {
                assertThat(features.size()).isEqualTo(3);
            }
        }
        assertThat(Pointer.totalCount() - before).isLessThan(20);
    }

    @Test
    void featuresAsTheyAreAreCopied() {
        try (PointerScope scope = new PointerScope()) {
            org.bytedeco.pytorch.Tensor given = Tensors.floats(new double[] {3, 4, 0, -2}, 2, 2);
            try (LabelledFeatures features = LabelledFeatures.of(given, new int[] {1, 0})) {
                given.fill_(new Scalar(9.0));
                assertThat(GoldenSet.maxDifference(
                                features.features(), Tensors.floats(new double[] {3, 4, 0, -2}, 2, 2)))
                        .isZero();
                assertThat(features.labels()).containsExactly(1, 0);
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> LabelledFeatures.of(given, new int[] {1}))
                    .withMessage("2 features, but 1 labels");
        }
    }
}
