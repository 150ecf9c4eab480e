package org.swav4j.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.swav4j.data.RandomKey;

class MultiCropTest {
    private static final MultiCrop PAPER =
            new MultiCrop(CropSpec.parseAll("2x224@0.14-1,6x96@0.05-0.14"), Augmentation.SWAV);

    @Test
    void sameKeySamePixelsOtherKeyOtherPixels() {
        try (Mat image = noise(120, 90, 1)) {
            List<byte[]> first = crops(PAPER, image, RandomKey.of(31, 4, 7));
            assertThat(crops(PAPER, image, RandomKey.of(31, 4, 7)))
                    .usingRecursiveComparison()
                    .isEqualTo(first);
            assertThat(crops(PAPER, image, RandomKey.of(31, 5, 7)).get(0)).isNotEqualTo(first.get(0));
        }
    }

    @Test
    void theImageIsLeftAsItWas() {
        try (Mat image = noise(64, 48, 2)) {
            byte[] before = Golden.bytes(image);
            crops(PAPER, image, RandomKey.of(1, 1, 1));
            assertThat(Golden.bytes(image)).isEqualTo(before);
        }
    }

    /** A crop that needs all ten tries for its rectangle must not shift what the following crops draw. */
    @Test
    void drawsDoNotDependOnTheImagesShape() {
        CropSpec spec = new CropSpec(1, 32, .9, 1);
        for (int i = 0; i < 200; i++) {
            SplittableRandom square = RandomKey.of(0, 0, i);
            SplittableRandom thin = RandomKey.of(0, 0, i);
            View a = View.draw(spec, Augmentation.SWAV, 100, 100, square);
            View b = View.draw(spec, Augmentation.SWAV, 1000, 10, thin);
            assertThat(a.transforms()).isEqualTo(b.transforms());
            assertThat(square.nextLong()).isEqualTo(thin.nextLong());
        }
    }

    @Test
    void drawsFollowTheirProbabilitiesAndRanges() {
        int draws = 20_000;
        int flips = 0;
        int jitters = 0;
        int grays = 0;
        int blurs = 0;
        double brightness = 0;
        Set<List<Class<?>>> orders = new HashSet<>();
        for (int i = 0; i < draws; i++) {
            View view = View.draw(new CropSpec(1, 32, .5, 1), Augmentation.SWAV, 40, 40, RandomKey.of(9, 9, i));
            for (Transform t : view.transforms()) {
                if (t instanceof HorizontalFlip) {
                    flips++;
                } else if (t instanceof Grayscale) {
                    grays++;
                } else if (t instanceof GaussianBlur blur) {
                    blurs++;
                    assertThat(blur.sigma()).isBetween(.1, 2.0);
                } else if (t instanceof ColorJitter jitter) {
                    jitters++;
                    List<Class<?>> order = new ArrayList<>();
                    for (Transform part : jitter.parts()) {
                        order.add(part.getClass());
                        if (part instanceof Brightness b) {
                            assertThat(b.factor()).isBetween(.2, 1.8);
                            brightness += b.factor();
                        } else if (part instanceof Hue hue) {
                            assertThat(hue.turns()).isBetween(-.2, .2);
                        }
                    }
                    orders.add(order);
                }
            }
        }
        assertThat(flips / (double) draws).isCloseTo(.5, within(.015));
        assertThat(jitters / (double) draws).isCloseTo(.8, within(.012));
        assertThat(grays / (double) draws).isCloseTo(.2, within(.012));
        assertThat(blurs / (double) draws).isCloseTo(.5, within(.015));
        assertThat(brightness / jitters).isCloseTo(1, within(.015));
        assertThat(orders).hasSize(24);
    }

    @Test
    void partsOfNoStrengthAreLeftOut() {
        Augmentation plain = new Augmentation(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, Augmentation.Fidelity.FAST);
        View view = View.draw(new CropSpec(1, 32, 1, 1), plain, 32, 32, RandomKey.of(0, 0, 0));
        assertThat(view.transforms()).containsExactly(new ColorJitter(List.of()));
        try (Mat image = noise(32, 32, 3)) {
            Augmentation none = new Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Augmentation.Fidelity.FAST);
            MultiCrop whole = new MultiCrop(List.of(new CropSpec(1, 32, 1, 1)), none);
            // every try at full scale fails unless the ratio is near 1, and the fallback is the whole square
            boolean identity = false;
            for (int i = 0; i < 20 && !identity; i++) {
                identity = java.util.Arrays.equals(
                        crops(whole, image, RandomKey.of(0, 0, i)).get(0), Golden.bytes(image));
            }
            assertThat(identity).isTrue();
        }
    }

    @Test
    void anImageSmallerThanItsCropIsEnlarged() {
        try (Mat image = new Mat(1, 1, CV_8UC3)) {
            image.ptr(0).put(new byte[] {(byte) 200, 100, 50});
            MultiCrop recipe = new MultiCrop(
                    List.of(new CropSpec(1, 96, .05, 1)),
                    new Augmentation(1, 0, 0, 0, 0, 0, 0, 1, 2, 2, Augmentation.Fidelity.FAST));
            byte[] crop = crops(recipe, image, RandomKey.of(0, 0, 0)).get(0);
            for (int i = 0; i < crop.length; i += 3) {
                assertThat(crop[i]).isEqualTo((byte) 200);
                assertThat(crop[i + 1]).isEqualTo((byte) 100);
                assertThat(crop[i + 2]).isEqualTo((byte) 50);
            }
        }
    }

    @Test
    void noPointerOutlivesACrop() {
        try (Mat image = noise(80, 60, 4);
                MultiCrop.Worker worker = PAPER.newWorker();
                Mat large = new Mat(224, 224, CV_8UC3);
                Mat small = new Mat(96, 96, CV_8UC3)) {
            worker.apply(image, RandomKey.of(0, 0, 0), (r, c) -> r == 0 ? large : small);
            long before = Pointer.totalCount();
            for (int i = 0; i < 50; i++) {
                worker.apply(image, RandomKey.of(0, 0, i), (r, c) -> r == 0 ? large : small);
            }
            assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
        }
    }

    @Test
    void hueAddsModulo256ToEveryThirdByte() {
        byte[] bytes = new byte[48];
        new Random(5).nextBytes(bytes);
        java.nio.ByteBuffer buffer = java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.nativeOrder());
        for (int shift = -128; shift < 128; shift++) {
            long[] words = new long[6];
            buffer.asLongBuffer().get(words);
            Hue.shift(words, (byte) shift);
            java.nio.ByteBuffer shifted = java.nio.ByteBuffer.allocate(48).order(java.nio.ByteOrder.nativeOrder());
            shifted.asLongBuffer().put(words);
            for (int i = 0; i < 48; i++) {
                byte expected = i % 3 == 0 ? (byte) (bytes[i] + shift) : bytes[i];
                assertThat(shifted.get(i)).as("byte %d, shift %d", i, shift).isEqualTo(expected);
            }
        }
    }

    @Test
    void blurKernelHasTheVarianceAskedFor() {
        for (double sigma : new double[] {.3, .5, 1, 1.37, 2, 5, 50}) {
            double[] kernel = GaussianBlur.kernel(sigma);
            double sum = 0;
            double variance = 0;
            for (int i = 0; i < kernel.length; i++) {
                double at = i - kernel.length / 2;
                sum += kernel[i];
                variance += kernel[i] * at * at;
                assertThat(kernel[i]).isEqualTo(kernel[kernel.length - 1 - i], within(1e-12));
            }
            assertThat(sum).isCloseTo(1, within(1e-12));
            assertThat(Math.sqrt(variance)).isCloseTo(sigma, within(.02 * sigma));
        }
        assertThat(GaussianBlur.kernel(0.001)).containsExactly(1);
    }

    @Test
    void evaluationOfAThinImageAsksForNoGigabytes() {
        try (Mat image = noise(60_000, 1, 6);
                EvalTransform.Worker worker = new EvalTransform(32).newWorker();
                Mat out = new Mat(32, 32, CV_8UC3)) {
            long before = Pointer.maxPhysicalBytes() == 0 ? Pointer.physicalBytes() : 0;
            worker.apply(image, out);
            assertThat(Pointer.physicalBytes() - before).isLessThan(512L << 20);
        }
    }

    @Test
    void stretchLeavesAnImageOfTheRightSizeAlone() {
        try (Mat image = noise(32, 32, 7);
                EvalTransform.Worker worker = EvalTransform.stretch(32).newWorker();
                Mat out = new Mat(32, 32, CV_8UC3)) {
            worker.apply(image, out);
            assertThat(Golden.bytes(out)).isEqualTo(Golden.bytes(image));
        }
    }

    @Test
    void refusesImpossibleStrengths() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Augmentation(.5, .8, .8, .8, .8, .6, .2, .5, .1, 2, Augmentation.Fidelity.FAST))
                .withMessage("hue must satisfy 0 <= hue <= 0.5, found 0.6");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Augmentation(.5, .8, .8, .8, .8, .2, .2, .5, 3, 2, Augmentation.Fidelity.FAST))
                .withMessage("blurMin must satisfy 0 <= blurMin <= 2.0, found 3.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Augmentation(Double.NaN, .8, .8, .8, .8, .2, .2, .5, 1, 2, Augmentation.Fidelity.FAST));
        assertThatIllegalArgumentException().isThrownBy(() -> new MultiCrop(List.of(), Augmentation.SWAV));
    }

    private static Mat noise(int width, int height, long seed) {
        byte[] bytes = new byte[width * height * 3];
        new Random(seed).nextBytes(bytes);
        return Golden.image(bytes, width, height);
    }

    /** Every crop's bytes, in the order of the recipe. */
    private static List<byte[]> crops(MultiCrop recipe, Mat image, SplittableRandom random) {
        List<Mat> places = new ArrayList<>();
        try (MultiCrop.Worker worker = recipe.newWorker()) {
            worker.apply(image, random, (r, c) -> {
                int size = recipe.crops().get(r).size();
                places.add(new Mat(size, size, CV_8UC3));
                return places.get(places.size() - 1);
            });
        }
        List<byte[]> bytes = places.stream().map(Golden::bytes).toList();
        places.forEach(Mat::close);
        return bytes;
    }
}
