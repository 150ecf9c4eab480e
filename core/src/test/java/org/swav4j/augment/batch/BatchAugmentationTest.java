package org.swav4j.augment.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.Canvas;
import org.swav4j.augment.CropBox;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.augment.View;
import org.swav4j.data.RandomKey;

/** The batch's pixels beside those of {@link MultiCrop}, which are themselves compared with PIL's elsewhere. */
class BatchAugmentationTest {
    private static final int SIDE = 96;
    private static final List<CropSpec> CROPS = CropSpec.parseAll("2x48@0.14-1,3x17@0.02-0.3");
    /** Width and height; odd, thin, and as large as the square. */
    private static final int[][] SIZES = {{96, 96}, {80, 61}, {37, 53}, {96, 3}, {1, 90}, {64, 96}, {8, 8}, {95, 72}};

    /** Mean and largest difference in levels of 255. */
    private record Difference(double mean, int max) {}

    @ParameterizedTest
    @CsvSource({
        // flip, jitter, brightness, contrast, saturation, hue, grey, blur; mean and largest difference
        "resize,      0, 0, 0,  0,  0,  0,  0, 0, .04, 2",
        "flip,        1, 0, 0,  0,  0,  0,  0, 0, .04, 2",
        "brightness,  0, 1, .8, 0,  0,  0,  0, 0, .03, 2",
        "contrast,    0, 1, 0,  .8, 0,  0,  0, 0, .05, 3",
        "saturation,  0, 1, 0,  0,  .8, 0,  0, 0, .05, 3",
        "hue,         0, 1, 0,  0,  0,  .2, 0, 0, .25, 8", // OpenCV rounds or cuts off, by the place in the row
        "grey,        0, 0, 0,  0,  0,  0,  1, 0, .04, 2",
        "blur,        0, 0, 0,  0,  0,  0,  0, 1, .04, 2",
        "everything, .5, .8, .8, .8, .8, .2, .2, .5, .2, 12",
    })
    void pixelsAreThoseOfSingleImages(
            String name,
            double flip,
            double jitter,
            double brightness,
            double contrast,
            double saturation,
            double hue,
            double grey,
            double blur,
            double mean,
            int max) {
        Augmentation augmentation = new Augmentation(
                flip, jitter, brightness, contrast, saturation, hue, grey, blur, .1, 2, Augmentation.Fidelity.FAST);
        Difference difference = compare(new MultiCrop(CROPS, augmentation));
        System.out.printf(
                Locale.ROOT, "batched %s: mean difference %.4f, largest %d%n", name, difference.mean, difference.max);
        assertThat(difference.mean).isLessThan(mean);
        assertThat(difference.max).isLessThanOrEqualTo(max);
    }

    /** Kernels longer than the crop fold back onto its border. */
    @Test
    void blursWiderThanTheCropAreThoseOfSingleImages() {
        Augmentation wide = new Augmentation(0, 0, 0, 0, 0, 0, 0, 1, 8, 20, Augmentation.Fidelity.FAST);
        Difference difference = compare(new MultiCrop(CROPS, wide));
        assertThat(difference.mean).isLessThan(.05);
        assertThat(difference.max).isLessThanOrEqualTo(1);
    }

    /** A grey image has no hue to shift and nothing to desaturate. */
    @Test
    void greyStaysGrey() {
        Augmentation colours = new Augmentation(0, 1, 0, 0, .8, .2, 0, 0, .1, 2, Augmentation.Fidelity.FAST);
        MultiCrop recipe = new MultiCrop(List.of(new CropSpec(2, 32, .2, 1)), colours);
        try (PointerScope scope = new PointerScope()) {
            Tensor images = torch.arange(new org.bytedeco.pytorch.Scalar(256.0))
                    .view(1, 1, 16, 16)
                    .expand(new long[] {2, 3, 16, 16}, false)
                    .contiguous();
            Tensor before = images.clone();
            List<View> views = List.of(
                    recipe.draw(40, 40, RandomKey.of(1, 2, 3)).get(0),
                    recipe.draw(40, 40, RandomKey.of(1, 2, 4)).get(1));
            BatchAugmentation.transform(images, views, ScalarType.Float);
            assertThat(images.sub(before).abs().max().item_float()).isLessThanOrEqualTo(1);
        }
    }

    /** What does not fit the square is reduced to it, its boxes with it: they stay within the image and keep their place. */
    @Test
    void largerImagesAreReducedWithTheirBoxes() {
        MultiCrop recipe = new MultiCrop(CROPS, Augmentation.SWAV);
        Canvas canvas = new Canvas(recipe, SIDE);
        for (int[] size : new int[][] {{200, 150}, {97, 96}, {5, 1000}, {1000, 5}}) {
            try (Mat image = image(size[0], size[1], 7);
                    Mat square = new Mat(SIDE, SIDE, CV_8UC3);
                    Canvas.Worker worker = canvas.newWorker()) {
                Canvas.Placed placed = worker.place(image, RandomKey.of(31, 0, 5), square);
                List<View> drawn = recipe.draw(size[0], size[1], RandomKey.of(31, 0, 5));
                assertThat(Math.max(placed.width(), placed.height())).isEqualTo(SIDE);
                double scale = (double) SIDE / Math.max(size[0], size[1]);
                for (int i = 0; i < drawn.size(); i++) {
                    CropBox box = placed.views().get(i).box();
                    assertThat(placed.views().get(i).transforms())
                            .isEqualTo(drawn.get(i).transforms());
                    assertThat(box.width()).isBetween(1, placed.width() - box.x());
                    assertThat(box.height()).isBetween(1, placed.height() - box.y());
                    assertThat(box.x())
                            .isCloseTo(
                                    (int) Math.rint(drawn.get(i).box().x() * scale),
                                    org.assertj.core.api.Assertions.within(1));
                    assertThat(box.y())
                            .isCloseTo(
                                    (int) Math.rint(drawn.get(i).box().y() * scale),
                                    org.assertj.core.api.Assertions.within(1));
                }
            }
        }
    }

    private static Difference compare(MultiCrop recipe) {
        Canvas canvas = new Canvas(recipe, SIDE);
        int batch = SIZES.length;
        int views = recipe.crops().stream().mapToInt(CropSpec::count).sum();
        long total = 0;
        long count = 0;
        int max = 0;
        try (PointerScope scope = new PointerScope();
                Canvas.Worker laying = canvas.newWorker();
                MultiCrop.Worker cropping = recipe.newWorker()) {
            // what lies beside an image in its square must not matter
            Tensor squares = torch.randint(256, new long[] {batch, SIDE, SIDE, 3}, new TensorOptions(ScalarType.Byte));
            List<Canvas.Placed> placed = new ArrayList<>();
            List<List<Mat>> expected = new ArrayList<>();
            for (int i = 0; i < batch; i++) {
                Mat image = image(SIZES[i][0], SIZES[i][1], i);
                Mat square = new Mat(SIDE, SIDE, CV_8UC3, squares.select(0, i).data_ptr());
                placed.add(laying.place(image, RandomKey.of(31, 2, i), square));
                List<Mat> crops = new ArrayList<>();
                cropping.apply(image, RandomKey.of(31, 2, i), (resolution, crop) -> {
                    int size = recipe.crops().get(resolution).size();
                    crops.add(new Mat(size, size, CV_8UC3));
                    return crops.get(crops.size() - 1);
                });
                expected.add(crops);
            }
            List<Tensor> destinations = new ArrayList<>();
            for (CropSpec spec : recipe.crops()) {
                destinations.add(torch.zeros(
                        new long[] {(long) spec.count() * batch, spec.size(), spec.size(), 3},
                        new TensorOptions(ScalarType.Byte)));
            }
            new BatchAugmentation(recipe).apply(squares, placed, destinations);
            int view = 0;
            for (int r = 0; r < recipe.crops().size(); r++) {
                for (int crop = 0; crop < recipe.crops().get(r).count(); crop++, view++) {
                    for (int i = 0; i < batch; i++) {
                        byte[] actual = bytes(destinations.get(r).select(0, (long) crop * batch + i));
                        byte[] wanted = new byte[actual.length];
                        expected.get(i).get(view).data().get(wanted);
                        for (int p = 0; p < actual.length; p++) {
                            int difference = Math.abs((actual[p] & 255) - (wanted[p] & 255));
                            total += difference;
                            max = Math.max(max, difference);
                        }
                        count += actual.length;
                    }
                }
            }
            assertThat(view).isEqualTo(views);
        }
        return new Difference((double) total / count, max);
    }

    private static byte[] bytes(Tensor tensor) {
        byte[] bytes = new byte[Math.toIntExact(tensor.numel())];
        new BytePointer(tensor.data_ptr()).get(bytes);
        return bytes;
    }

    /** Colour gradients with some noise. */
    private static Mat image(int width, int height, long seed) {
        Random random = new Random(seed);
        byte[] pixels = new byte[3 * width * height];
        double[] slope = random.doubles(6, -3, 3).toArray();
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % width;
            int y = i / 3 / width;
            double value = 128 + x * slope[i % 3] + y * slope[3 + i % 3] + 24 * random.nextGaussian();
            pixels[i] = (byte) (int) Math.max(0, Math.min(255, value));
        }
        Mat mat = new Mat(height, width, CV_8UC3);
        mat.data().put(pixels);
        return mat;
    }
}
