package org.swav4j.loader;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Images;
import org.swav4j.data.Quarantine;

/**
 * Loads images of one size for as long as asked, and prints the process's memory, in MB, after a tenth, half and all of
 * them, and its peak: {@code tenth half all peak}.
 */
final class LoaderLoad {
    private static final int BATCH = 16;
    private static final int KINDS = 8;

    private LoaderLoad() {}

    /** Arguments: width, height, workers, images. */
    public static void main(String[] arguments) throws IOException {
        int width = Integer.parseInt(arguments[0]);
        int height = Integer.parseInt(arguments[1]);
        int workers = Integer.parseInt(arguments[2]);
        int images = Integer.parseInt(arguments[3]);
        MultiCrop crops = new MultiCrop(CropSpec.parseAll("2x32@0.14-1,1x16@0.05-0.14"), Augmentation.SWAV);
        ImageSource source = new Copies(width, height, images);
        long tenth = 0;
        long half = 0;
        try (Loader loader = new Loader(source, crops, BATCH, workers, 31, 0, 1, new Quarantine("copies"))) {
            loader.start(0, 0);
            int batches = loader.stepsPerEpoch();
            for (int i = 0; i < batches; i++) {
                loader.next().release();
                tenth = i == batches / 10 ? megabytes() : tenth;
                half = i == batches / 2 ? megabytes() : half;
            }
            System.out.printf("%d %d %d %d%n", tenth, half, megabytes(), peakMegabytes());
        }
        System.exit(Pointer.totalBytes() > 1 << 20 ? 1 : 0);
    }

    private static long megabytes() {
        return Pointer.physicalBytes() >> 20;
    }

    private static long peakMegabytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .findFirst()
                .orElseThrow();
    }

    /** The same few images again and again, read as new bytes each time. */
    private record Copies(List<byte[]> images, int size) implements ImageSource {
        Copies(int width, int height, int size) {
            this(
                    IntStream.range(0, width > 1000 ? 1 : KINDS)
                            .mapToObj(i -> Images.encoded(i % 4 == 3 ? ".png" : ".jpg", width + i, height, CV_8UC3, i))
                            .toList(),
                    size);
        }

        @Override
        public byte[] read(int index) {
            return images.get(index % images.size()).clone();
        }

        @Override
        public String name(int index) {
            return "copy " + index;
        }

        @Override
        public String fingerprint() {
            return "0";
        }

        @Override
        public String description() {
            return "copies";
        }
    }
}
