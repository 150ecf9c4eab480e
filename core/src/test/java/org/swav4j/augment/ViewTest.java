package org.swav4j.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.swav4j.data.RandomKey;

/** What is drawn, against the distributions torchvision draws from. */
class ViewTest {
    private static final int DRAWS = 24_000;

    @Test
    void factorsAreUniformAndOrdersEquallyLikely() {
        Map<String, List<Double>> values = new TreeMap<>();
        Map<List<String>, Integer> orders = new HashMap<>();
        int jitters = 0;
        for (int i = 0; i < DRAWS; i++) {
            View view = View.draw(new CropSpec(1, 32, .5, 1), Augmentation.SWAV, 40, 40, RandomKey.of(3, 1, i));
            for (Transform t : view.transforms()) {
                if (t instanceof ColorJitter jitter) {
                    jitters++;
                    List<String> order = new ArrayList<>();
                    for (Transform part : jitter.parts()) {
                        order.add(part.getClass().getSimpleName());
                        note(values, part);
                    }
                    orders.merge(order, 1, Integer::sum);
                } else {
                    note(values, t);
                }
            }
        }
        assertUniform(values.get("Brightness"), .2, 1.8);
        assertUniform(values.get("Contrast"), .2, 1.8);
        assertUniform(values.get("Saturation"), .2, 1.8);
        assertUniform(values.get("Hue"), -.2, .2);
        assertUniform(values.get("GaussianBlur"), .1, 2);
        double each = jitters / 24.0;
        assertThat(orders).hasSize(24);
        // five standard deviations of a binomial
        assertThat(orders.values())
                .allSatisfy(n -> assertThat((double) n).isCloseTo(each, within(5 * Math.sqrt(each))));
    }

    /** Written down once: whatever Java draws them, in whatever year, they are these. */
    @Test
    void drawsAreTheSameOnEveryJava() {
        List<View> views = new MultiCrop(CropSpec.parseAll("2x224@0.14-1,6x96@0.05-0.14"), Augmentation.SWAV)
                .draw(500, 375, RandomKey.of(31, 7, 123_456));
        assertThat(views).hasSize(8);
        assertThat(views.get(0).box()).isEqualTo(new CropBox(300, 49, 186, 202));
        assertThat(views.get(7).box()).isEqualTo(new CropBox(297, 133, 136, 164));
        long all = 0;
        for (int i = 0; i < 2_000; i++) {
            View view = View.draw(new CropSpec(1, 32, .05, 1), Augmentation.SWAV, 321, 123, RandomKey.of(1, 2, i));
            CropBox box = view.box();
            all = all * 31 + box.x() + 1_000L * box.y() + 1_000_000L * box.width() + 1_000_000_000L * box.height();
            Map<String, List<Double>> values = new TreeMap<>();
            for (Transform t : view.transforms()) {
                all = all * 31 + t.getClass().getSimpleName().hashCode();
                if (t instanceof ColorJitter jitter) {
                    jitter.parts().forEach(part -> note(values, part));
                } else {
                    note(values, t);
                }
            }
            for (List<Double> value : values.values()) {
                all = all * 31 + Double.doubleToLongBits(value.get(0));
            }
        }
        assertThat(all).isEqualTo(-826068208480358194L);
    }

    /** The largest distance between the sample's distribution and the uniform one (Kolmogorov–Smirnov, p = 1e-4). */
    private static void assertUniform(List<Double> sample, double min, double max) {
        List<Double> sorted = sample.stream().sorted().toList();
        int n = sorted.size();
        assertThat(n).isGreaterThan(DRAWS / 3);
        double distance = 0;
        for (int i = 0; i < n; i++) {
            double u = (sorted.get(i) - min) / (max - min);
            distance = Math.max(distance, Math.max(u - (double) i / n, (i + 1.0) / n - u));
        }
        assertThat(distance).isLessThan(2.225 / Math.sqrt(n));
    }

    private static void note(Map<String, List<Double>> values, Transform t) {
        double value;
        if (t instanceof Brightness b) {
            value = b.factor();
        } else if (t instanceof Contrast c) {
            value = c.factor();
        } else if (t instanceof Saturation s) {
            value = s.factor();
        } else if (t instanceof Hue h) {
            value = h.turns();
        } else if (t instanceof GaussianBlur g) {
            value = g.sigma();
        } else {
            return;
        }
        values.computeIfAbsent(t.getClass().getSimpleName(), k -> new ArrayList<>())
                .add(value);
    }
}
