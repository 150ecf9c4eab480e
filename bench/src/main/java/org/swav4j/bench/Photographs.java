package org.swav4j.bench;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.data.ImageSource;
import org.swav4j.data.LabelledImages;
import org.swav4j.source.ImageFolder;
import org.swav4j.source.ImageSources;

/** What is decoded: the user's own images, or some that are made up, with as many bits a pixel as a photograph. */
final class Photographs {
    private static final String FOLDER = "swav.bench.images";

    private Photographs() {}

    /** Encoded images of about that size; of the folder in the system property, where there is one for full-size ones. */
    static List<byte[]> encoded(int width, int height, int count) throws Exception {
        String folder = System.getProperty(FOLDER);
        if (folder != null && width > 256) {
            List<byte[]> images = new ArrayList<>();
            ImageSource source = ImageFolder.open(Path.of(folder));
            for (int i = 0; i < Math.min(count, source.size()); i++) {
                images.add(source.read(i));
            }
            return images;
        }
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            images.add(jpeg(width, height, i));
        }
        return images;
    }

    /** A JPEG of smooth shapes under noise: about 4 bits a pixel, as ImageNet's have. */
    private static byte[] jpeg(int width, int height, long seed) {
        Random random = new Random(seed);
        double[] wave = random.doubles(12, 0, 9).toArray();
        byte[] rgb = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    double u = Math.sin(wave[c] * x / width + wave[c + 3])
                            + Math.cos(wave[c + 6] * y / height + wave[c + 9]);
                    rgb[(y * width + x) * 3 + c] =
                            (byte) Math.max(0, Math.min(255, 128 + 50 * u + 12 * random.nextGaussian()));
                }
            }
        }
        try (BytePointer pixels = new BytePointer(rgb);
                Mat image = new Mat(height, width, CV_8UC3, pixels);
                BytePointer jpeg = new BytePointer();
                IntPointer quality = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, 90)) {
            opencv_imgcodecs.imencode(".jpg", image, jpeg, quality);
            byte[] bytes = new byte[(int) jpeg.limit()];
            jpeg.get(bytes);
            return bytes;
        }
    }

    /** A folder of images: the one named, or made-up ones in a temporary folder that the caller may keep. */
    static Path folder(String named) throws IOException {
        return named == null ? madeUp(500, 400, 200) : Path.of(named);
    }

    /** Photographs: those named, or ImageNet's where they lie beside or above the checkout, or made-up ones. */
    static Path photographs(String named) throws IOException {
        if (named != null) {
            return Path.of(named);
        }
        Optional<Path> imagenet = shared("imagenet-500.zip");
        return imagenet.isPresent() ? imagenet.get() : madeUp(500, 400, 500);
    }

    /** Images of 32 pixels: those named, or CIFAR-10's where they lie beside or above the checkout, or made-up ones. */
    static Path smallImages(String named) throws IOException {
        if (named != null) {
            return Path.of(named);
        }
        Optional<Path> cifar = shared("cifar10.zip");
        return cifar.isPresent() ? cifar.get().resolve("cifar10/train") : madeUp(32, 32, 8192);
    }

    /** The files of a zip archive in a temporary folder, for programs that take folders only; gone when the program ends. */
    static Path unpacked(Path archive) throws IOException {
        Path folder = Files.createTempDirectory("swav-bench");
        folder.toFile().deleteOnExit();
        LabelledImages images = ImageSources.open(archive);
        for (int i = 0; i < images.size(); i++) {
            String name = Path.of(images.name(i)).getFileName().toString();
            Path file = folder.resolve(String.format("%05d-%s", i, name));
            file.toFile().deleteOnExit();
            Files.write(file, images.read(i));
        }
        return folder;
    }

    private static Optional<Path> shared(String name) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path file = at.resolve("shared/data").resolve(name);
            if (Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** A temporary folder of made-up images, gone when the program ends. */
    static Path madeUp(int width, int height, int count) throws IOException {
        Path folder = Files.createTempDirectory("swav-bench");
        folder.toFile().deleteOnExit();
        for (int i = 0; i < count; i++) {
            Path file = folder.resolve(String.format("%04d.jpg", i));
            file.toFile().deleteOnExit();
            Files.write(file, jpeg(width, height, i));
        }
        return folder;
    }
}
