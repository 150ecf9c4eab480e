package org.swav4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.Contents;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.checkpoint.Progress;
import org.swav4j.comm.Alone;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.embed.EmbedListener;
import org.swav4j.embed.Embedding;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.encode.EncoderOptions;
import org.swav4j.format.FileTree;
import org.swav4j.loader.Batch;
import org.swav4j.loader.ImageBatches;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.Swav;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stem;
import org.swav4j.source.ImageSources;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.StateDict;
import org.swav4j.train.MachineFacts;

/**
 * What {@code swav embed} reaches of the bare forward pass: {@code bench/run EmbedBenchmark}. In every round of each case
 * the same network runs in this process over one batch of ready-made pixels again and again; then over the images from their
 * files into an {@code .npy}, from opening the source's first image to the finished file; and the loading runs alone, on all
 * cores, since that work has to be done by the same cores: the ceiling is bare / (bare + loading).
 *
 * <p>Flags: {@code --case} photographs or small (default both), {@code --photographs} and {@code --images} for the images of
 * each, {@code --count} images at most, {@code --rounds}, {@code --batch}, {@code --threads}, {@code --workers},
 * {@code --precision}.
 */
public final class EmbedBenchmark {
    private EmbedBenchmark() {}

    /** Runs and prints a table. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(
                args,
                Set.of("case", "photographs", "images", "count", "rounds", "batch", "threads", "workers", "precision"));
        String which = flags.text("case", "both");
        Table table = new Table(
                "network",
                "bare forward, images/s",
                "end to end, images/s",
                "ratio",
                "loading alone, images/s",
                "ceiling by that",
                "ratio to the ceiling");
        List<String> notes = new ArrayList<>();
        if (!which.equals("small")) {
            LabelledImages images = ImageSources.open(Photographs.photographs(flags.text("photographs", null)));
            notes.add(run(new EncoderInfo("resnet50", "imagenet", 224), images, flags, 512, table));
        }
        if (!which.equals("photographs")) {
            LabelledImages images = ImageSources.open(Photographs.smallImages(flags.text("images", null)));
            notes.add(run(new EncoderInfo("resnet18", "small", 32), images, flags, 4096, table));
        }
        System.out.printf("%s%n%n%s%n%s%n", Conditions.line(), table, String.join("\n", notes));
        System.exit(0);
    }

    private static String run(EncoderInfo info, LabelledImages all, Flags flags, int usual, Table table)
            throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        int rounds = flags.number("rounds", 3);
        int batch = flags.number("batch", 64);
        int threads = flags.number("threads", cores);
        int workers = flags.number("workers", cores);
        String usualPrecision = MachineFacts.detect().bf16() ? "bf16" : "fp32";
        Precision precision = Precision.parse(flags.text("precision", usualPrecision));
        LabelledImages images = new FirstImages(all, flags.number("count", usual));
        double[] bare = new double[rounds];
        double[] whole = new double[rounds];
        double[] loading = new double[rounds];
        double[] ceiling = new double[rounds];
        Path folder = Files.createTempDirectory("swav-bench");
        CpuThreads.use(threads);
        EncoderOptions options = EncoderOptions.defaults().withThreads(threads).withPrecision(precision);
        try (EncoderNetwork network = EncoderNetwork.load(saved(folder, info), options)) {
            bare(network, batch, batch);
            for (int round = 0; round < rounds; round++) {
                Path out = folder.resolve(round + ".npy");
                bare[round] = bare(network, images.size(), batch);
                whole[round] = new Embedding(images, network, false, batch, workers, Map.of())
                        .write(out, EmbedListener.SILENT, () -> false)
                        .seconds();
                loading[round] = loading(network, images, batch, cores);
                ceiling[round] = bare[round] / (bare[round] + loading[round]);
                System.err.printf(
                        Locale.ROOT,
                        "round %d: bare %.2f s, end to end %.2f s, loading %.2f s%n",
                        round + 1,
                        bare[round],
                        whole[round],
                        loading[round]);
            }
        } finally {
            FileTree.delete(folder);
        }
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            ratios[i] = bare[i] / whole[i];
        }
        table.row(
                String.format(Locale.ROOT, "%s %d, batch %d, %s", info.arch(), info.imageSize(), batch, precision),
                Spread.of(bare).map(s -> images.size() / s).text(1),
                Spread.of(whole).map(s -> images.size() / s).text(1),
                Spread.ratio(bare, whole).percent(),
                Spread.of(loading).map(s -> images.size() / s).text(0),
                Spread.of(ceiling).percent(),
                Spread.ratio(ratios, ceiling).percent());
        return String.format(
                Locale.ROOT,
                "%s: %s; %d threads, %d workers; %d rounds",
                info.arch(),
                images.description(),
                threads,
                workers,
                rounds);
    }

    private static double bare(EncoderNetwork network, int images, int batch) {
        long side = network.view().size();
        long begun = System.nanoTime();
        try (PointerScope outer = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor pixels =
                    torch.randint(0, 256, new long[] {batch, side, side, 3}, new TensorOptions(ScalarType.Byte));
            begun = System.nanoTime();
            for (int from = 0; from < images; from += batch) {
                try (PointerScope scope = new PointerScope()) {
                    network.vectors(pixels.narrow(0, 0, Math.min(batch, images - from)));
                }
            }
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    private static double loading(EncoderNetwork network, LabelledImages images, int batch, int workers) {
        long begun = System.nanoTime();
        try (ImageBatches batches =
                new ImageBatches(images, network.view(), batch, workers, new Quarantine("benchmark"))) {
            for (Batch loaded = batches.next(); loaded != null; loaded = batches.next()) {
                loaded.release();
            }
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    /** A run with fresh weights. */
    private static Path saved(Path folder, EncoderInfo info) {
        ModelConfig config =
                new ModelConfig(Architecture.parse(info.arch()), Stem.parse(info.stem()), 0, 128, List.of(2));
        try (Swav model = new Swav(config, Placement.CPU, new Alone());
                StateDict optimizer = new StateDict()) {
            Contents contents =
                    new Contents(new Progress(1, 0, 1, 1, "", ""), info, model.state(), optimizer, null, "a: 1");
            new CheckpointDirectory(folder.resolve("checkpoints"), 1).save(contents, "0");
        }
        return folder;
    }
}
