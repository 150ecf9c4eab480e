package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.swav4j.Tensors;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/** Four features, three classes, batches of six images; of two crops the second is looked at. */
class OnlineProbeTest {
    private static final int FEATURES = 4;
    private static final int CLASSES = 3;
    private static final int BATCH = 6;
    private static final int CROP = 1;

    private final LabelledImages images =
            new LabelledMemory(List.of("a", "b", "c"), Set.of(), 0, 1, 2, -1, 2, 1, 0, 0, 1, -1, -1, 2);
    private int[] shown = {};

    @BeforeAll
    static void oneThread() {
        Tensors.useOneThread();
    }

    private OnlineProbe probe(LabelledImages of) {
        return new OnlineProbe(of, () -> shown, CROP, FEATURES, ComputeDevice.CPU, 3);
    }

    /** Features [2·B, F] far from 0, of very different scales. */
    private static double[][] features(int step) {
        Random random = new Random(step);
        double[][] rows = new double[2 * BATCH][FEATURES];
        for (double[] row : rows) {
            for (int f = 0; f < FEATURES; f++) {
                row[f] = Math.pow(10, f - 2) * (5 + random.nextGaussian());
            }
        }
        return rows;
    }

    private void show(OnlineProbe probe, double[][] rows, int... those) {
        shown = those;
        double[] flat = IntStream.range(0, rows.length)
                .boxed()
                .flatMapToDouble(r -> Arrays.stream(rows[r]))
                .toArray();
        try (PointerScope scope = new PointerScope()) {
            probe.observe(Tensors.floats(flat, rows.length, FEATURES));
        }
    }

    private static int[] batch(int step) {
        return IntStream.range(0, BATCH).map(i -> (5 * step + 2 * i) % 12).toArray();
    }

    private static StateDict saved(OnlineProbe probe) {
        try (StateDict now = new StateDict()) {
            probe.saveTo(now);
            return Tensors.copy(now);
        }
    }

    /** The same in double precision, by loops. */
    private static final class ByHand {
        private final double[] weight;
        private final double[] bias = new double[CLASSES];
        private final double[] velocity = new double[CLASSES * FEATURES];
        private final double[] biasVelocity = new double[CLASSES];
        private final double[] mean = new double[FEATURES];
        private final double[] variance = new double[FEATURES];
        private int steps;
        private int right;
        private int seen;
        private double loss;

        ByHand(double[] weight) {
            this.weight = weight;
        }

        void step(double[][] all, int[] labels) {
            double newest = Math.max(1.0 / ++steps, 0.02);
            double[][] rows = new double[BATCH][FEATURES];
            for (int f = 0; f < FEATURES; f++) {
                double batchMean = 0;
                double batchVariance = 0;
                for (int i = 0; i < BATCH; i++) {
                    batchMean += all[CROP * BATCH + i][f] / BATCH;
                }
                mean[f] += newest * (batchMean - mean[f]);
                for (int i = 0; i < BATCH; i++) {
                    batchVariance += Math.pow(all[CROP * BATCH + i][f] - mean[f], 2) / BATCH;
                }
                variance[f] += newest * (batchVariance - variance[f]);
                for (int i = 0; i < BATCH; i++) {
                    rows[i][f] = (all[CROP * BATCH + i][f] - mean[f]) / Math.sqrt(FEATURES * (variance[f] + 1e-8));
                }
            }
            double[] gradient = new double[CLASSES * FEATURES];
            double[] biasGradient = new double[CLASSES];
            long labelled = IntStream.of(labels).filter(label -> label >= 0).count();
            for (int i = 0; i < BATCH; i++) {
                if (labels[i] >= 0) {
                    double[] p = predicted(rows[i], labels[i]);
                    for (int c = 0; c < CLASSES; c++) {
                        double error = (p[c] - (c == labels[i] ? 1 : 0)) / labelled;
                        biasGradient[c] += error;
                        for (int f = 0; f < FEATURES; f++) {
                            gradient[c * FEATURES + f] += error * rows[i][f];
                        }
                    }
                }
            }
            descend(weight, velocity, gradient);
            descend(bias, biasVelocity, biasGradient);
        }

        private double[] predicted(double[] row, int label) {
            double[] p = new double[CLASSES];
            int best = 0;
            for (int c = 0; c < CLASSES; c++) {
                p[c] = bias[c];
                for (int f = 0; f < FEATURES; f++) {
                    p[c] += weight[c * FEATURES + f] * row[f];
                }
                best = p[c] > p[best] ? c : best;
            }
            double sum = 0;
            for (int c = 0; c < CLASSES; c++) {
                p[c] = Math.exp(p[c]);
                sum += p[c];
            }
            for (int c = 0; c < CLASSES; c++) {
                p[c] /= sum;
            }
            loss -= Math.log(p[label]);
            right += best == label ? 1 : 0;
            seen++;
            return p;
        }

        private static void descend(double[] values, double[] velocity, double[] gradient) {
            for (int i = 0; i < values.length; i++) {
                velocity[i] = 0.9 * velocity[i] + gradient[i];
                values[i] -= velocity[i];
            }
        }
    }

    @Test
    void itDoesWhatLoopsInDoublePrecisionDo() {
        try (OnlineProbe probe = probe(images);
                StateDict first = saved(probe)) {
            ByHand byHand = new ByHand(Tensors.doubles(first.get("probe.fc.weight")));
            for (int step = 0; step < 70; step++) {
                double[][] rows = features(step);
                show(probe, rows, batch(step));
                byHand.step(rows, IntStream.of(batch(step)).map(images::label).toArray());
                if (step % 10 == 0) {
                    OnlineProbe.Figures figures = probe.read();
                    assertThat(figures.top1()).isEqualTo((double) byHand.right / byHand.seen);
                    assertThat(figures.loss()).isCloseTo(byHand.loss / byHand.seen, within(1e-4));
                    byHand.right = 0;
                    byHand.seen = 0;
                    byHand.loss = 0;
                }
            }
            try (StateDict last = saved(probe)) {
                assertThat(Tensors.doubles(last.get("probe.fc.weight"))).containsExactly(byHand.weight, within(1e-3));
                assertThat(Tensors.doubles(last.get("probe.fc.bias"))).containsExactly(byHand.bias, within(1e-3));
                assertThat(Tensors.doubles(last.get("probe.mean"))).containsExactly(byHand.mean, within(1e-3));
            }
        }
    }

    /** The classes differ in the smallest of the features. */
    @Test
    void scalesAndCommonPartsDoNotKeepItFromLearning() {
        try (OnlineProbe probe = probe(images)) {
            for (int step = 0; step < 200; step++) {
                double[][] rows = features(step);
                int[] those = batch(step);
                for (int i = 0; i < BATCH; i++) {
                    rows[CROP * BATCH + i][0] += 0.05 * images.label(those[i]);
                }
                show(probe, rows, those);
                if (step == 99) {
                    probe.read();
                }
            }
            assertThat(probe.read().top1()).isGreaterThan(0.95);
        }
    }

    @Test
    void imagesWithoutALabelTeachNothing() {
        try (OnlineProbe probe = probe(images)) {
            show(probe, features(0), batch(0));
            probe.read();
            try (StateDict before = saved(probe)) {
                show(probe, features(1), 3, 9, 10, 3, 9, 10);
                try (StateDict after = saved(probe)) {
                    assertThat(Tensors.differing(before, after))
                            .containsExactlyInAnyOrder("probe.mean", "probe.variance", "probe.counts");
                }
            }
            assertThat(probe.read().top1()).isNaN();
        }
    }

    @Test
    void itsStepsLeaveNothingNativeBehind() {
        try (OnlineProbe probe = probe(images)) {
            long[] count = new long[150];
            for (int step = 0; step < count.length; step++) {
                show(probe, features(step), batch(step));
                saved(probe).close();
                if (step % 10 == 0) {
                    probe.read();
                }
                count[step] = Pointer.totalCount();
            }
            assertThat(count[149] - count[50]).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void neitherFeaturesNorRandomNumbersFeelIt() {
        RandomState.seed(17);
        byte[] random = RandomState.capture();
        try (PointerScope scope = new PointerScope();
                OnlineProbe probe = probe(images)) {
            shown = batch(0);
            Tensor leaf = Tensors.gaussian(1, 2 * BATCH, FEATURES)
                    .to(ScalarType.BFloat16)
                    .set_requires_grad(true);
            Tensor before = leaf.detach().clone();
            probe.observe(leaf);
            assertThat(leaf.equal(before)).isTrue();
            assertThat(leaf.grad().defined()).isFalse();
        }
        assertThat(RandomState.capture()).isEqualTo(random);
    }

    @Test
    void itsFirstWeightsAreOfItsSeedAlone() {
        RandomState.seed(17);
        try (OnlineProbe probe = probe(images);
                StateDict weights = saved(probe)) {
            RandomState.seed(18);
            try (OnlineProbe same = probe(images);
                    OnlineProbe another = new OnlineProbe(images, () -> shown, CROP, FEATURES, ComputeDevice.CPU, 4);
                    StateDict sameWeights = saved(same);
                    StateDict otherWeights = saved(another)) {
                assertThat(Tensors.differing(weights, sameWeights)).isEmpty();
                assertThat(Tensors.differing(weights, otherWeights)).containsExactly("probe.fc.weight");
            }
        }
    }

    @Test
    void itGoesOnFromWhatWasSavedAndBeginsAnewWhereNothingFits() {
        LabelledImages four = new LabelledMemory(List.of("a", "b", "c", "d"), Set.of(), 0, 1, 2, 3);
        try (OnlineProbe whole = probe(images);
                OnlineProbe broken = probe(images);
                OnlineProbe wider = probe(four);
                StateDict fresh = saved(whole);
                StateDict freshOfFour = saved(wider);
                StateDict nothing = new StateDict()) {
            for (int step = 0; step < 5; step++) {
                show(whole, features(step), batch(step));
            }
            try (StateDict half = saved(whole)) {
                broken.restore(half);
                wider.restore(half);
            }
            for (int step = 5; step < 9; step++) {
                show(whole, features(step), batch(step));
                show(broken, features(step), batch(step));
            }
            try (StateDict expected = saved(whole);
                    StateDict found = saved(broken);
                    StateDict ofFour = saved(wider)) {
                assertThat(expected.names()).contains("probe.momentum.fc.weight");
                assertThat(Tensors.differing(found, expected)).isEmpty();
                assertThat(Tensors.differing(ofFour, freshOfFour)).isEmpty();
            }
            assertThat(broken.read()).isEqualTo(whole.read());
            broken.restore(nothing);
            try (StateDict anew = saved(broken)) {
                assertThat(Tensors.differing(anew, fresh)).isEmpty();
            }
        }
    }
}
