package org.swav4j.bench;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.Brightness;
import org.swav4j.augment.Contrast;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.GaussianBlur;
import org.swav4j.augment.Grayscale;
import org.swav4j.augment.HorizontalFlip;
import org.swav4j.augment.Hue;
import org.swav4j.augment.MultiCrop;
import org.swav4j.augment.Saturation;
import org.swav4j.augment.Scratch;
import org.swav4j.augment.Transform;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.RandomKey;
import org.swav4j.data.UnreadableImageException;
import org.swav4j.tensor.CpuThreads;

/**
 * Microseconds of each part of the data path, on one thread: {@code bench/run DataBenchmark [REGEX] [FOLDER]}. Photographs
 * are those of the folder, or made up.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 7, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class DataBenchmark {

    /** Encoded images and what is needed to decode and crop them. */
    @State(Scope.Thread)
    public static class Images {
        /** What the images are, and how they are cropped. */
        @Param({"photographs", "96 pixels", "32 pixels"})
        public String images;

        private List<byte[]> encoded;
        private ImageDecoder decoder;
        private MultiCrop.Worker recipe;
        private MultiCrop.Worker exactRecipe;
        private MultiCrop.Worker cropsOnly;
        private Mat decoded;
        private final List<List<Mat>> destinations = new ArrayList<>();
        private int next;

        /** Loads. */
        @Setup(Level.Trial)
        public void open() throws Exception {
            oneThread();
            List<CropSpec> crops;
            switch (images) {
                case "photographs" -> {
                    encoded = Photographs.encoded(500, 400, 100);
                    crops = CropSpec.parseAll("2x224@0.14-1,6x96@0.05-0.14");
                }
                case "96 pixels" -> {
                    encoded = Photographs.encoded(96, 96, 100);
                    crops = CropSpec.parseAll("2x96@0.3-1,4x48@0.1-0.3");
                }
                default -> {
                    encoded = Photographs.encoded(32, 32, 100);
                    crops = CropSpec.parseAll("2x32@0.3-1");
                }
            }
            decoder = new ImageDecoder();
            decoded = decoder.decode(encoded.get(0)).clone();
            Augmentation none = new Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Augmentation.Fidelity.FAST);
            Augmentation exact = new Augmentation(.5, .8, .8, .8, .8, .2, .2, .5, .1, 2, Augmentation.Fidelity.EXACT);
            recipe = new MultiCrop(crops, Augmentation.SWAV).newWorker();
            exactRecipe = new MultiCrop(crops, exact).newWorker();
            cropsOnly = new MultiCrop(crops, none).newWorker();
            for (CropSpec crop : crops) {
                List<Mat> places = new ArrayList<>();
                for (int i = 0; i < crop.count(); i++) {
                    places.add(new Mat(crop.size(), crop.size(), CV_8UC3));
                }
                destinations.add(places);
            }
        }

        private byte[] image() {
            next = (next + 1) % encoded.size();
            return encoded.get(next);
        }

        private void crop(MultiCrop.Worker worker, Mat image) {
            worker.apply(
                    image,
                    RandomKey.of(1, 0, next),
                    (r, c) -> destinations.get(r).get(c));
        }

        /** Frees. */
        @TearDown(Level.Trial)
        public void close() {
            recipe.close();
            exactRecipe.close();
            cropsOnly.close();
            decoded.close();
            decoder.close();
            destinations.forEach(places -> places.forEach(Mat::close));
        }
    }

    /** One crop and one transform of it. */
    @State(Scope.Thread)
    public static class Crop {
        /** The transform. */
        @Param({
            "flip",
            "brightness",
            "contrast",
            "saturation",
            "hue",
            "exact hue",
            "grey",
            "blur .5",
            "blur 2",
            "exact blur"
        })
        public String transform;

        /** Side of the crop, pixels. */
        @Param({"224", "96", "32"})
        public int size;

        private Transform what;
        private Scratch scratch;
        private Mat crop;

        /** Prepares. */
        @Setup(Level.Trial)
        public void open() throws Exception {
            oneThread();
            what = switch (transform) {
                case "flip" -> new HorizontalFlip();
                case "brightness" -> new Brightness(.9);
                case "contrast" -> new Contrast(1.1);
                case "saturation" -> new Saturation(1.1);
                case "hue", "exact hue" -> new Hue(.1);
                case "grey" -> new Grayscale();
                case "blur .5" -> new GaussianBlur(.5);
                default -> new GaussianBlur(2);
            };
            boolean exact = transform.startsWith("exact");
            scratch = new Scratch(size, exact ? Augmentation.Fidelity.EXACT : Augmentation.Fidelity.FAST);
            try (ImageDecoder decoder = new ImageDecoder()) {
                crop = decoder.decode(Photographs.encoded(size, size, 1).get(0)).clone();
            }
        }

        /** Frees. */
        @TearDown(Level.Trial)
        public void close() {
            crop.close();
            scratch.close();
        }
    }

    private static void oneThread() {
        opencv_core.setNumThreads(1);
        CpuThreads.use(1);
    }

    /** Bytes to pixels. */
    @Benchmark
    public int decode(Images images) throws UnreadableImageException {
        return images.decoder.decode(images.image()).cols();
    }

    /** Cutting and resizing all crops of a decoded image. */
    @Benchmark
    public void crops(Images images) {
        images.next++;
        images.crop(images.cropsOnly, images.decoded);
    }

    /** The whole recipe: bytes to augmented crops. */
    @Benchmark
    public void wholeImage(Images images) throws UnreadableImageException {
        images.crop(images.recipe, images.decoder.decode(images.image()));
    }

    /** The same with PIL's bits. */
    @Benchmark
    public void wholeImageExact(Images images) throws UnreadableImageException {
        images.crop(images.exactRecipe, images.decoder.decode(images.image()));
    }

    /** One transform of one crop. */
    @Benchmark
    public void transform(Crop crop) {
        crop.what.apply(crop.crop, crop.scratch);
    }

    /** Runs those whose name matches the first argument, on the folder of the second. */
    public static void main(String[] args) throws Exception {
        OptionsBuilder options = new OptionsBuilder();
        options.include("DataBenchmark." + (args.length > 0 ? args[0] : ".*"));
        if (args.length > 1) {
            options.jvmArgsAppend("-Dswav.bench.images=" + args[1]);
        }
        new Runner(options.build()).run();
    }
}
