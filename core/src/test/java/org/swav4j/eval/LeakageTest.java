package org.swav4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.augment.EvalTransform;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.Leakage.Copy;

class LeakageTest {
    private static final List<String> CLASSES = List.of("a", "b");

    /** Images whose bytes are given as text; {@code null} for one that cannot be read. */
    private record Texts(String... contents) implements LabelledImages {
        @Override
        public int size() {
            return contents.length;
        }

        @Override
        public String name(int index) {
            return index + ".jpg";
        }

        @Override
        public byte[] read(int index) throws IOException {
            if (contents[index] == null) {
                throw new IOException("gone");
            }
            return contents[index].getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        @Override
        public String fingerprint() {
            return "";
        }

        @Override
        public String description() {
            return "texts";
        }

        @Override
        public List<String> classNames() {
            return CLASSES;
        }

        @Override
        public int label(int index) {
            return 0;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void everyTestImageThatIsInTrainIsCountedOnce(int workers) {
        Texts train = new Texts("cat", "dog", "fox", "dog", null, "owl");
        Texts test = new Texts("dog", null, "cow", "owl", "dog", "do");
        Leakage found = Leakage.between(train, test, workers);
        assertThat(found.copies()).containsExactly(new Copy(0, 1), new Copy(3, 5), new Copy(4, 1));
        assertThat(found.testImages()).as("that could be read").isEqualTo(5);
        assertThat(found.warning(train, test))
                .hasValue("3 of 5 test images are among the training images too, byte for byte, such as 0.jpg"
                        + " (train: 1.jpg); the accuracy counts them");
    }

    @Test
    void accuracyWithoutTheCopiesIsThatOfTheRest() {
        Leakage found = Leakage.between(new Texts("x", "y"), new Texts("x", "p", "y", "q"), 1);
        Predictions all =
                new Predictions(CLASSES, new int[] {0, 2, 3}, new int[] {0, 0, 1}, new int[][] {{0}, {0}, {0, 1}});
        Predictions rest = found.unseen(all).orElseThrow();
        assertThat(rest.images()).containsExactly(3);
        assertThat(rest.top(1)).isZero();
        assertThat(rest.top(2)).isEqualTo(1);
        assertThat(new Leakage(List.of(new Copy(0, 0), new Copy(2, 1), new Copy(3, 1)), 4).unseen(all))
                .isEmpty();
        Texts same = new Texts("x");
        assertThat(Leakage.between(same, new Texts("y"), 1).warning(same, same)).isEmpty();
    }

    /** What an extraction reads need not be read again. */
    @Test
    void hashesComeAlongWithAnExtraction() throws IOException {
        LabelledMemory train = new LabelledMemory(CLASSES, Set.of(1), 0, 1, 0, 1);
        LabelledMemory test = new LabelledMemory(CLASSES, Set.of(), 0, 1, 1);
        HashedImages hashedTrain = new HashedImages(train);
        HashedImages hashedTest = new HashedImages(test);
        for (HashedImages images : List.of(hashedTrain, hashedTest)) {
            LabelledFeatures.extract(
                            images,
                            CLASSES,
                            FeatureExtractor.rawPixels(4),
                            EvalTransform.stretch(8),
                            2,
                            new Quarantine("memory"))
                    .close();
        }
        Leakage along = Leakage.between(hashedTrain, hashedTest);
        assertThat(along).isEqualTo(Leakage.between(train, test, 2));
        HashedImages partly = new HashedImages(train);
        partly.read(1);
        assertThat(Leakage.between(partly, hashedTest)).isNotEqualTo(along);
        assertThat(Leakage.ofAll(partly, hashedTest, 2)).isEqualTo(along);
        assertThat(along.copies()).containsExactly(new Copy(0, 0), new Copy(2, 2));
    }
}
