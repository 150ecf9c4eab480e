package org.swav4j.augment.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.Brightness;
import org.swav4j.augment.Canvas.Placed;
import org.swav4j.augment.ColorJitter;
import org.swav4j.augment.Contrast;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.GaussianBlur;
import org.swav4j.augment.Grayscale;
import org.swav4j.augment.HorizontalFlip;
import org.swav4j.augment.Hue;
import org.swav4j.augment.MultiCrop;
import org.swav4j.augment.Saturation;
import org.swav4j.augment.Transform;
import org.swav4j.augment.View;

/**
 * Every crop of a batch of images, by tensor operations where the images lie: the views that {@link MultiCrop} draws, within a
 * level or two of the pixels that it makes. Products are computed in float16 on a GPU, which holds bytes exactly, else in
 * float32. The host does not wait for the device.
 */
public final class BatchAugmentation {
    /** Crops whose colours are changed at once take some 40 bytes of memory for each of these pixels. */
    private static final long PIXELS_AT_ONCE = 1L << 25;

    private static final int JITTER_PARTS = 4;

    private final List<CropSpec> crops;

    /** @param recipe what the views were drawn by */
    public BatchAugmentation(MultiCrop recipe) {
        this.crops = recipe.crops();
    }

    /**
     * Renders the views.
     *
     * @param squares uint8 [B, S, S, 3], each image in the upper left corner of its square
     * @param images the views of each
     * @param destinations uint8 [n·B, s, s, 3] of each resolution on the same device, crop-major: row = crop·B + image
     */
    public void apply(Tensor squares, List<Placed> images, List<Tensor> destinations) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            ScalarType arithmetic = squares.is_cuda() ? ScalarType.Half : ScalarType.Float;
            Tensor columns = BatchResize.columns(squares, arithmetic);
            int first = 0;
            for (int r = 0; r < crops.size(); r++) {
                CropSpec spec = crops.get(r);
                for (int crop = 0; crop < spec.count(); crop++) {
                    int number = first + crop;
                    List<View> views =
                            images.stream().map(i -> i.views().get(number)).toList();
                    Tensor rows = destinations.get(r).narrow(0, (long) crop * views.size(), views.size());
                    render(columns, views, rows, arithmetic);
                }
                first += spec.count();
            }
        }
    }

    /** One crop of every image, in parts of a bounded size. */
    private static void render(Tensor columns, List<View> views, Tensor destination, ScalarType arithmetic) {
        int size = (int) destination.size(1);
        int atOnce = (int) Math.max(1, PIXELS_AT_ONCE / ((long) size * size));
        for (int from = 0; from < views.size(); from += atOnce) {
            List<View> some = views.subList(from, Math.min(views.size(), from + atOnce));
            boolean[] mirrored = new boolean[some.size()];
            for (int i = 0; i < mirrored.length; i++) {
                mirrored[i] = some.get(i).transforms().stream().anyMatch(HorizontalFlip.class::isInstance);
            }
            try (PointerScope scope = new PointerScope()) {
                Tensor images = BatchResize.apply(
                        columns.narrow(0, from, some.size()),
                        some.stream().map(View::box).toList(),
                        mirrored,
                        size);
                transform(images, some, arithmetic);
                destination.narrow(0, from, some.size()).copy_(images.permute(0, 2, 3, 1));
            }
        }
    }

    /** Changes the images, float32 [n, 3, s, s], in place: each by its own transforms in their order. */
    static void transform(Tensor images, List<View> views, ScalarType arithmetic) {
        for (int part = 0; part < JITTER_PARTS; part++) {
            int number = part;
            List<Transform> jitter = views.stream().map(v -> jitter(v, number)).toList();
            change(images, jitter, Brightness.class, Brightness::factor, BatchColours::brightness);
            change(images, jitter, Contrast.class, Contrast::factor, BatchColours::contrast);
            change(images, jitter, Saturation.class, Saturation::factor, BatchColours::saturation);
            change(images, jitter, Hue.class, hue -> (int) (hue.turns() * 255), BatchColours::hue);
        }
        change(images, chosen(views, Grayscale.class), Grayscale.class, gray -> 1, (some, factors) -> {
            Tensor gray = BatchColours.gray(some);
            return gray.expand(some.shape(), false);
        });
        List<Transform> blurs = chosen(views, GaussianBlur.class);
        int[] blurred = indices(blurs, GaussianBlur.class);
        if (blurred.length > 0) {
            double[] sigmas = IntStream.of(blurred)
                    .mapToDouble(i -> ((GaussianBlur) blurs.get(i)).sigma())
                    .toArray();
            replace(images, blurred, some -> BatchBlur.apply(some, sigmas, arithmetic));
        }
    }

    /** The view's jitter's part of that number, or null. */
    private static Transform jitter(View view, int number) {
        for (Transform transform : view.transforms()) {
            if (transform instanceof ColorJitter jitter) {
                return number < jitter.parts().size() ? jitter.parts().get(number) : null;
            }
        }
        return null;
    }

    /** Of each view its transform of a type, or null. */
    private static List<Transform> chosen(List<View> views, Class<? extends Transform> type) {
        List<Transform> chosen = new ArrayList<>();
        for (View view : views) {
            chosen.add(view.transforms().stream()
                    .filter(type::isInstance)
                    .findFirst()
                    .orElse(null));
        }
        return chosen;
    }

    /** Changes the images whose transform is of a type. */
    private static <T extends Transform> void change(
            Tensor images,
            List<Transform> transforms,
            Class<T> type,
            ToDoubleFunction<T> parameter,
            BiFunction<Tensor, Tensor, Tensor> how) {
        int[] affected = indices(transforms, type);
        if (affected.length == 0) {
            return;
        }
        float[] parameters = new float[affected.length];
        for (int i = 0; i < affected.length; i++) {
            parameters[i] = (float) parameter.applyAsDouble(type.cast(transforms.get(affected[i])));
        }
        replace(images, affected, some -> how.apply(some, Upload.floats(parameters, images, affected.length, 1, 1, 1)));
    }

    private static int[] indices(List<Transform> transforms, Class<? extends Transform> type) {
        return IntStream.range(0, transforms.size())
                .filter(i -> type.isInstance(transforms.get(i)))
                .toArray();
    }

    private static void replace(Tensor images, int[] affected, java.util.function.UnaryOperator<Tensor> how) {
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = Upload.longs(IntStream.of(affected).asLongStream().toArray(), images);
            images.index_copy_(0, rows, how.apply(images.index_select(0, rows)));
        }
    }
}
