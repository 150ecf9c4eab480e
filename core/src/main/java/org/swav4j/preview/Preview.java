package org.swav4j.preview;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.meanStdDev;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.PrimitiveIterator;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.augment.View;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Quarantine;
import org.swav4j.data.RandomKey;
import org.swav4j.data.UnreadableImageException;
import org.swav4j.page.Picture;

/**
 * Some images of a source with the crops that training sees in one epoch.
 *
 * @param specs the recipe's crops, by resolution
 * @param sourceSize how many images the source has
 * @param images spread over the source, in its order
 * @param unreadable the images met that could not be read; others are shown in their place
 */
public record Preview(
        List<CropSpec> specs, int sourceSize, List<PreviewImage> images, List<Quarantine.Entry> unreadable) {
    private static final int ORIGINAL_SIDE = 640;
    /** How many images of one part of the source are tried before the part is given up. */
    private static final int ATTEMPTS = 16;

    /** Copies the lists. */
    public Preview {
        specs = List.copyOf(specs);
        images = List.copyOf(images);
        unreadable = List.copyOf(unreadable);
    }

    /**
     * Draws and renders the crops, byte for byte as {@code loader.Loader} does for this seed and epoch. Images that cannot
     * be read are passed over.
     *
     * @param wanted how many images, at least 1; all of them if the source has no more
     * @throws DataException if none of the images tried can be read
     */
    public static Preview of(ImageSource source, MultiCrop recipe, long seed, int epoch, int wanted) {
        if (wanted < 1) {
            throw new IllegalArgumentException("at least one image must be wanted, not " + wanted);
        }
        Quarantine quarantine = new Quarantine(source.description());
        List<PreviewImage> images = new ArrayList<>();
        ChosenPlaces places = new ChosenPlaces(source.size(), wanted, seed);
        try (Renderer renderer = new Renderer(source, recipe, seed, epoch, quarantine)) {
            for (int part = 0; part < places.parts(); part++) {
                PrimitiveIterator.OfInt candidates =
                        places.candidates(part).limit(ATTEMPTS).iterator();
                PreviewImage image = null;
                while (image == null && candidates.hasNext()) {
                    image = renderer.image(candidates.nextInt());
                }
                if (image != null) {
                    images.add(image);
                }
            }
        }
        if (images.isEmpty()) {
            Quarantine.Entry example = quarantine.entries().get(0);
            throw new DataException(source.description() + ", but none of the " + quarantine.count()
                    + " looked at can be read; for example " + example.name() + ": " + example.reason());
        }
        return new Preview(recipe.crops(), source.size(), images, quarantine.entries());
    }

    /** Crops of each image. */
    public int crops() {
        return specs.stream().mapToInt(CropSpec::count).sum();
    }

    /** Native scratch for decoding and cropping one image after the other. */
    private static final class Renderer implements AutoCloseable {
        private final ImageSource source;
        private final MultiCrop recipe;
        private final long seed;
        private final int epoch;
        private final Quarantine quarantine;
        private final ImageDecoder decoder = new ImageDecoder();
        private final MultiCrop.Worker worker;
        /** Where the crops are rendered to, [resolution][crop]. */
        private final List<List<Mat>> rendered = new ArrayList<>();

        Renderer(ImageSource source, MultiCrop recipe, long seed, int epoch, Quarantine quarantine) {
            this.source = source;
            this.recipe = recipe;
            this.seed = seed;
            this.epoch = epoch;
            this.quarantine = quarantine;
            worker = recipe.newWorker();
            for (CropSpec spec : recipe.crops()) {
                List<Mat> crops = new ArrayList<>();
                for (int i = 0; i < spec.count(); i++) {
                    crops.add(new Mat(spec.size(), spec.size(), CV_8UC3));
                }
                rendered.add(crops);
            }
        }

        /** One image with its crops; null if it cannot be read, which is then in the quarantine. */
        PreviewImage image(int index) {
            Mat rgb;
            try {
                rgb = decoder.decode(source.read(index));
            } catch (UnreadableImageException | IOException e) {
                quarantine.record(source.name(index), UnreadableImageException.reason(e));
                return null;
            }
            List<View> views = recipe.draw(rgb.cols(), rgb.rows(), RandomKey.of(seed, epoch, index));
            worker.render(
                    rgb, views, (resolution, crop) -> rendered.get(resolution).get(crop));
            List<PreviewCrop> crops = new ArrayList<>();
            for (int resolution = 0; resolution < rendered.size(); resolution++) {
                for (Mat crop : rendered.get(resolution)) {
                    int place = crops.size();
                    crops.add(new PreviewCrop(
                            place + 1, resolution, views.get(place), Picture.exact(crop), spread(crop)));
                }
            }
            return new PreviewImage(
                    index, source.name(index), rgb.cols(), rgb.rows(), Picture.reduced(rgb, ORIGINAL_SIDE), crops);
        }

        private static double spread(Mat rgb) {
            try (Mat mean = new Mat();
                    Mat deviation = new Mat()) {
                meanStdDev(rgb, mean, deviation);
                double largest = 0;
                try (DoublePointer channels = new DoublePointer(deviation.data())) {
                    for (int c = 0; c < 3; c++) {
                        largest = Math.max(largest, channels.get(c));
                    }
                }
                return largest;
            }
        }

        @Override
        public void close() {
            rendered.forEach(crops -> crops.forEach(Mat::close));
            worker.close();
            decoder.close();
        }
    }
}
