package org.swav4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.augment.EvalTransform;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.ThreadRanks;
import org.swav4j.data.DataException;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.HashedImages.Hash;

/** Several ranks see the images that one sees, in the same batches, and the first has everything in the end. */
class SharedExtractionTest {
    private static final List<String> CLASSES = List.of("a", "b", "c");
    private static final FeatureExtractor PIXELS =
            // of the whole batch, so that it matters which images meet in one
            pixels -> {
                Tensor values = pixels.to(ScalarType.Float).flatten(1, 3);
                return values.sub(values.mean(0).unsqueeze(0));
            };

    private static LabelledMemory images() {
        int[] labels = IntStream.range(0, 41).map(i -> i % 4 - 1).toArray();
        return new LabelledMemory(CLASSES, Set.of(5, 18, 33), labels);
    }

    private record Found(LabelledFeatures features, Quarantine quarantine, Leakage leakage) {}

    private static Found extract(Collective ranks) {
        Quarantine quarantine = new Quarantine("memory");
        HashedImages images = new HashedImages(images());
        Extraction how = new Extraction(EvalTransform.stretch(8), 6, 2, quarantine, ImagesDone.UNHEARD, ranks);
        LabelledFeatures features = LabelledFeatures.extract(images, CLASSES, PIXELS, how);
        images.share(ranks);
        return new Found(features, quarantine, Leakage.between(images, images));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 9})
    void theFirstHasWhatOneWouldHave(int world) {
        Found one = extract(new Alone());
        List<Found> several = ThreadRanks.run(world, SharedExtractionTest::extract);
        Found first = several.get(0);
        try (PointerScope scope = new PointerScope()) {
            assertThat(first.features.labels()).isEqualTo(one.features.labels());
            assertThat(first.features.images()).isEqualTo(one.features.images());
            assertThat(first.features.features().equal(one.features.features())).isTrue();
        }
        assertThat(first.quarantine.entries())
                .isEqualTo(one.quarantine.entries())
                .hasSize(3);
        assertThat(first.leakage).isEqualTo(one.leakage);
        assertThat(first.leakage.copies()).as("also those that are no images").hasSize(41);
        assertThat(several.subList(1, world).stream()
                        .mapToInt(f -> f.features.size())
                        .sum())
                .as("the others keep their own")
                .isLessThanOrEqualTo(one.features.size());
        one.features.close();
        several.forEach(found -> found.features.close());
    }

    @Test
    void anImageThatSeveralRanksHaveReadIsTheSameImage() throws IOException {
        HashedImages all = new HashedImages(images());
        for (int i = 0; i < 41; i++) {
            all.read(i);
        }
        List<HashedImages> shared = ThreadRanks.run(3, ranks -> {
            HashedImages read = new HashedImages(images());
            try {
                // of 0 to 19 all read all, of the others one each; the last is read by none
                for (int i = 0; i < 40; i++) {
                    if (i < 20 || i % 3 == ranks.rank()) {
                        read.read(i);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            read.share(ranks);
            return read;
        });
        assertThat(shared).allSatisfy(read -> {
            for (int i = 0; i < 40; i++) {
                assertThat(read.hash(i)).isEqualTo(all.hash(i));
            }
            assertThat(read.hash(40).known()).isFalse();
        });
        assertThat(IntStream.range(0, 41).mapToObj(all::hash).mapToLong(Hash::high))
                .as("numbers of both signs")
                .anyMatch(high -> high < 0)
                .anyMatch(high -> high > 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void theFirstFindsWhatOneWouldFind(int world) {
        Knn.Result one = protocol().evaluate(PIXELS);
        assertThat(one.top1()).isBetween(0.1, 0.99);
        List<Optional<Knn.Result>> several =
                ThreadRanks.run(world, ranks -> protocol().evaluate(PIXELS, ranks));
        assertThat(several.get(0).orElseThrow()).usingRecursiveComparison().isEqualTo(one);
        assertThat(several.subList(1, world)).containsOnly(Optional.empty());
    }

    private static KnnProtocol protocol() {
        int[] labels = IntStream.range(0, 300).map(i -> i * 7 % 3).toArray();
        LabelledMemory asked = new LabelledMemory(CLASSES, Set.of(2, 200), labels);
        Knn knn = new Knn(5, 0.07);
        return new KnnProtocol(images(), asked, EvalTransform.stretch(8), knn, 2, new Quarantine("memory"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void ifNothingCanBeReadTheFirstSaysSo(int world) {
        LabelledMemory none = new LabelledMemory(CLASSES, Set.of(0, 1, 2), 0, 1, 2);
        assertThatThrownBy(() -> ThreadRanks.run(world, ranks -> {
                    Extraction how = new Extraction(
                            EvalTransform.stretch(8), 1, 1, new Quarantine("memory"), ImagesDone.UNHEARD, ranks);
                    return LabelledFeatures.extract(none, CLASSES, PIXELS, how).size();
                }))
                .hasRootCauseInstanceOf(DataException.class);
    }
}
