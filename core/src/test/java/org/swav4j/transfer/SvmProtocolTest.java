package org.swav4j.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.swav4j.data.DataException;

class SvmProtocolTest {
    private static final List<Double> COSTS = List.of(.01, 1., 100.);

    private final MultiLabelFeatures train = SyntheticSet.draw(60, 3, 12, .45, 1);
    private final MultiLabelFeatures test = SyntheticSet.draw(50, 3, 12, .45, 2);

    private static SvmProtocol protocol(int threads) {
        return new SvmProtocol(COSTS, 3, 1, 9, threads);
    }

    private static void ignore(int done) {
        assertThat(done).isPositive();
    }

    /** The same images with the marks of a class replaced. */
    private static MultiLabelFeatures marked(MultiLabelFeatures set, int c, int... marks) {
        byte[][] changed = new byte[set.size()][];
        for (int i = 0; i < changed.length; i++) {
            changed[i] = set.marks()[i].clone();
            changed[i][c] = (byte) marks[Math.min(i, marks.length - 1)];
        }
        return new MultiLabelFeatures(set.classNames(), set.rows(), changed);
    }

    @Test
    void moreThreadsGiveTheSameNumbers() {
        SvmProtocol.Result alone = protocol(1).evaluate(train, test, SvmProtocolTest::ignore);
        SvmProtocol.Result together = protocol(3).evaluate(train, test, SvmProtocolTest::ignore);
        assertThat(together).isEqualTo(alone);
        assertThat(alone.mean().allPoints()).isBetween(.75, 1.);
        assertThat(alone.points11().low()).isLessThan(alone.mean().points11());
        assertThat(alone.points11().high()).isGreaterThan(alone.mean().points11());
        assertThat(alone.classes()).allMatch(SvmProtocol.ClassResult::validated);
    }

    @Test
    void theTestHasNoSayInTheCost() {
        List<Double> costs = protocol(1).evaluate(train, test, SvmProtocolTest::ignore).classes().stream()
                .map(SvmProtocol.ClassResult::cost)
                .toList();
        for (long seed = 3; seed < 6; seed++) {
            MultiLabelFeatures other = SyntheticSet.draw(20, 3, 12, 2, seed);
            assertThat(protocol(1)
                            .evaluate(train, other, SvmProtocolTest::ignore)
                            .classes())
                    .extracting(SvmProtocol.ClassResult::cost)
                    .isEqualTo(costs);
        }
    }

    @Test
    void theCostIsTheBestOfTheFoldsByHand() {
        SvmTrainer trainer = new SvmTrainer(train.rows());
        boolean[] positive = new boolean[train.size()];
        for (int i = 0; i < positive.length; i++) {
            positive[i] = train.marks()[i][0] == MultiLabelImages.PRESENT;
        }
        int[] chosen = IntStream.range(0, train.size()).toArray();
        CostSearch search = new CostSearch(COSTS, 3, 1);
        CostSearch.Choice choice = search.choose(trainer, train.rows(), chosen, positive, new SplittableRandom(5));
        int[] foldOf = CostSearch.deal(positive, 3, new SplittableRandom(5));
        double best = -1;
        double cost = 0;
        for (int c = 0; c < COSTS.size(); c++) {
            double mean = 0;
            for (int fold = 0; fold < 3; fold++) {
                int held = fold;
                int[] kept = IntStream.of(chosen).filter(i -> foldOf[i] != held).toArray();
                boolean[] right = new boolean[kept.length];
                for (int i = 0; i < kept.length; i++) {
                    right[i] = positive[kept[i]];
                }
                LinearSvm svm = trainer.train(kept, right, COSTS.get(c));
                byte[] marks = train.marksOf(0);
                for (int i : kept) {
                    marks[i] = MultiLabelImages.UNCOUNTED;
                }
                mean += new RankedImages(svm.scores(train.rows()), marks)
                                .averagePrecision()
                                .allPoints()
                        / 3;
            }
            assertThat(choice.validated()[c]).isCloseTo(mean, within(1e-12));
            if (mean > best) {
                best = mean;
                cost = COSTS.get(c);
            }
        }
        assertThat(choice.cost()).isEqualTo(cost);
    }

    @Test
    void foldsShareTheClassOut() {
        boolean[] positive = new boolean[20];
        Arrays.fill(positive, 3, 10, true);
        int[] foldOf = CostSearch.deal(positive, 3, new SplittableRandom(1));
        for (int fold = 0; fold < 3; fold++) {
            int f = fold;
            assertThat(IntStream.range(3, 10).filter(i -> foldOf[i] == f).count())
                    .isBetween(2L, 3L);
            assertThat(IntStream.range(0, 20).filter(i -> foldOf[i] == f).count())
                    .isBetween(6L, 7L);
        }
    }

    @Test
    void aClassWithoutImagesHasNoNumberAndTheOthersHave() {
        MultiLabelFeatures noTrain = marked(train, 1, -1);
        SvmProtocol.Result result = protocol(2).evaluate(noTrain, test, SvmProtocolTest::ignore);
        SvmProtocol.ClassResult without = result.classes().get(1);
        assertThat(without.precision().allPoints()).isNaN();
        assertThat(without.cost()).isNaN();
        assertThat(result.mean().allPoints())
                .isEqualTo((result.classes().get(0).precision().allPoints()
                                + result.classes().get(2).precision().allPoints())
                        / 2);
        SvmProtocol.ClassResult untested = protocol(2)
                .evaluate(train, marked(test, 1, 0, -1), SvmProtocolTest::ignore)
                .classes()
                .get(1);
        assertThat(untested.precision().points11()).isNaN();
        assertThat(untested.cost()).isPositive();
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> {
                    MultiLabelFeatures none = marked(marked(marked(test, 0, -1), 1, -1), 2, -1);
                    protocol(1).evaluate(train, none, SvmProtocolTest::ignore);
                })
                .withMessage("no class has training images with and without it, and a test image with it");
    }

    @Test
    void aSingleImageHasACostThatNothingChose() {
        SvmProtocol.ClassResult single = protocol(1)
                .evaluate(marked(train, 0, 1, -1), test, SvmProtocolTest::ignore)
                .classes()
                .get(0);
        assertThat(single.validated()).isFalse();
        assertThat(single.cost()).isEqualTo(1);
        assertThat(single.trainPositives()).isEqualTo(1);
    }

    @Test
    void imagesThatAreNotCountedAreNotTrainedOn() {
        int half = 30;
        int[] marks = IntStream.range(0, train.size())
                .map(i -> i < half ? train.marks()[i][0] : MultiLabelImages.UNCOUNTED)
                .toArray();
        float[][] rows = Arrays.copyOf(train.rows(), half);
        byte[][] few = Arrays.copyOf(train.marks(), half);
        SvmProtocol.ClassResult left = protocol(1)
                .evaluate(marked(train, 0, marks), test, SvmProtocolTest::ignore)
                .classes()
                .get(0);
        SvmProtocol.ClassResult only = protocol(1)
                .evaluate(new MultiLabelFeatures(train.classNames(), rows, few), test, SvmProtocolTest::ignore)
                .classes()
                .get(0);
        assertThat(left).isEqualTo(only);
    }

    @Test
    void allShotsAreTheWholeSet() {
        int[] marks = IntStream.range(0, 60).map(i -> i % 3 == 0 ? 1 : -1).toArray();
        MultiLabelFeatures even = marked(marked(marked(train, 0, marks), 1, marks), 2, marks);
        LowShot all = new LowShot(List.of(20), 2, 1, 0, 2);
        SvmProtocol.Result whole =
                new SvmProtocol(List.of(1.), 3, 1, 0, 1).evaluate(even, test, SvmProtocolTest::ignore);
        for (AveragePrecision mean :
                all.evaluate(even, test, SvmProtocolTest::ignore).get(0).means()) {
            assertThat(mean.allPoints()).isCloseTo(whole.mean().allPoints(), within(.01));
        }
    }

    @Test
    void moreShotsAreBetterAndTheSameSeedIsTheSame() {
        List<LowShot.Result> one =
                new LowShot(List.of(8, 1), 6, 1, 4, 1).evaluate(train, test, SvmProtocolTest::ignore);
        assertThat(one).extracting(LowShot.Result::shots).containsExactly(1, 8);
        assertThat(one.get(1).mean().points11()).isGreaterThan(one.get(0).mean().points11() + .1);
        assertThat(one.get(1).standardDeviation().points11())
                .isLessThan(one.get(0).standardDeviation().points11());
        assertThat(new LowShot(List.of(1, 8), 6, 1, 4, 3).evaluate(train, test, SvmProtocolTest::ignore))
                .isEqualTo(one);
        assertThat(new LowShot(List.of(1, 8), 6, 1, 5, 3).evaluate(train, test, SvmProtocolTest::ignore))
                .isNotEqualTo(one);
    }

    @Test
    void spreadByHand() {
        LowShot.Result result = new LowShot.Result(
                2, List.of(new AveragePrecision(.2, .1), new AveragePrecision(.4, .1), new AveragePrecision(.6, .1)));
        assertThat(result.mean().points11()).isCloseTo(.4, within(1e-12));
        assertThat(result.standardDeviation().points11()).isCloseTo(.2, within(1e-12));
        assertThat(result.standardDeviation().allPoints()).isCloseTo(0, within(1e-12));
        assertThat(new LowShot.Result(2, List.of(new AveragePrecision(.2, .1)))
                        .standardDeviation()
                        .points11())
                .isNaN();
    }

    @Test
    void moreShotsThanImagesAreRefused() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new LowShot(List.of(3), 1, 1, 0, 1)
                        .evaluate(marked(train, 1, 1, 1, -1), test, SvmProtocolTest::ignore))
                .withMessage(
                        "--shots: 3 images of each class are to be drawn, but class 'class1' has 2 training images;"
                                + " the largest can be 2");
    }
}
