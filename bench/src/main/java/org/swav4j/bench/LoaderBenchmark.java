package org.swav4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Quarantine;
import org.swav4j.loader.Batch;
import org.swav4j.loader.Loader;
import org.swav4j.source.ImageSources;
import org.swav4j.tensor.ComputeDevice;

/**
 * Images a second from files to batches of augmented crops, beside the same recipe in plain PyTorch (one process, PIL and
 * torchvision), which takes its turn in every round where Debian's python3-torchvision is installed:
 * {@code bench/run LoaderBenchmark [FOLDER] [ROUNDS] [PACKED]}; PACKED are the same images after {@code swav data pack --size 256}.
 */
public final class LoaderBenchmark {
    private static final int BATCH = 32;
    private static final int REFERENCE_IMAGES = 100;
    private static final String PYTHON = "/usr/bin/python3";

    private static final List<CropSpec> CROPS = CropSpec.parseAll("2x224@0.14-1,6x96@0.05-0.14");

    /** One way to run; {@code workers} 0 is the reference. With {@code kept} bytes it is the second epoch that counts. */
    private record Way(String name, ImageSource images, int workers, Augmentation augmentation, long kept) {}

    private LoaderBenchmark() {}

    /** Runs and prints a table. */
    public static void main(String[] args) throws Exception {
        Path folder = Photographs.folder(args.length > 0 ? args[0] : null);
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
        Augmentation exact = new Augmentation(.5, .8, .8, .8, .8, .2, .2, .5, .1, 2, Augmentation.Fidelity.EXACT);
        ImageSource images = ImageSources.open(folder);
        List<Way> ways = new ArrayList<>();
        if (referenceRuns()) {
            ways.add(new Way("PyTorch, PIL + torchvision, 1 process", images, 0, Augmentation.SWAV, 0));
        } else {
            System.out.println("No reference: apt install python3-torchvision");
        }
        ways.add(new Way("swav4j, 1 worker", images, 1, Augmentation.SWAV, 0));
        ways.add(new Way("swav4j, 2 workers", images, 2, Augmentation.SWAV, 0));
        ways.add(new Way("swav4j, 1 worker, --augment exact", images, 1, exact, 0));
        ways.add(new Way("swav4j, 1 worker, decoded images kept", images, 1, Augmentation.SWAV, 1L << 30));
        if (args.length > 2) {
            ImageSource packed = ImageSources.open(Path.of(args[2]));
            ways.add(new Way("swav4j, 1 worker, packed", packed, 1, Augmentation.SWAV, 0));
            ways.add(new Way("swav4j, 2 workers, packed", packed, 2, Augmentation.SWAV, 0));
        }
        double[][] rates = new double[ways.size()][rounds];
        for (Way way : ways) {
            if (way.workers > 0) {
                imagesPerSecond(way);
            }
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < ways.size(); i++) {
                Way way = ways.get(i);
                rates[i][round] = way.workers == 0 ? reference(folder) : imagesPerSecond(way);
            }
        }
        System.out.printf(Locale.ROOT, "%s, crops %s, %d rounds in turns%n", images.description(), CROPS, rounds);
        for (int i = 0; i < ways.size(); i++) {
            Arrays.sort(rates[i]);
            System.out.printf(
                    Locale.ROOT,
                    "%-40s %8.1f images/s (%.1f to %.1f)   %.2f x%n",
                    ways.get(i).name,
                    rates[i][rounds / 2],
                    rates[i][0],
                    rates[i][rounds - 1],
                    rates[i][rounds / 2] / rates[0][rounds / 2]);
        }
        System.exit(0);
    }

    /** One epoch of whole batches; the time the workers take to start is not counted. */
    private static double imagesPerSecond(Way way) {
        MultiCrop recipe = new MultiCrop(CROPS, way.augmentation);
        int batch = Math.min(BATCH, way.images.size());
        try (Loader loader = new Loader(
                way.images,
                recipe,
                batch,
                1,
                way.workers,
                1,
                0,
                1,
                new Quarantine("benchmark"),
                way.kept,
                ComputeDevice.CPU,
                null)) {
            if (way.kept > 0) {
                epoch(loader, 0);
            }
            long start = System.nanoTime();
            int seen = epoch(loader, 1);
            return seen * 1e9 / (System.nanoTime() - start);
        }
    }

    private static int epoch(Loader loader, int epoch) {
        loader.start(epoch, 0);
        int seen = 0;
        for (Batch next = loader.next(); next != null; next = loader.next()) {
            seen += next.size();
            next.release();
        }
        return seen;
    }

    private static boolean referenceRuns() throws IOException, InterruptedException {
        if (!java.nio.file.Files.isExecutable(Path.of(PYTHON))) {
            return false;
        }
        Process process = new ProcessBuilder(PYTHON, "-c", "import torchvision")
                .redirectErrorStream(true)
                .start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }

    /** The reference prints slowest, median and fastest of its own rounds, the first of which warms it up. */
    private static double reference(Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        PYTHON, "bench/reference/loader.py", folder.toString(), Integer.toString(REFERENCE_IMAGES), "3")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            if (process.waitFor() != 0 || line == null) {
                throw new IOException("bench/reference/loader.py failed");
            }
            return Double.parseDouble(line.split(" ")[1]);
        }
    }
}
