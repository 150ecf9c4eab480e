package org.swav4j.train;

import java.util.List;
import org.swav4j.augment.CropSpec;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.Precision;

/**
 * The numbers that {@link AutoConfig} chooses by, all in this place. They continue the published recipes for ImageNet
 * (1.28 M images, batches of 4096) and for small data (CIFAR-10, Imagenette), which are the points they pass through.
 */
final class AutoRules {
    /** From so many images on, the paper's own settings are used; below they collapse. */
    static final int LARGE_DATA = 200_000;
    /** From so many images on, a deep network and many crops are worth their time on a large machine. */
    static final int MANY_IMAGES = 100_000;
    /** From so many cores on, a machine without GPU counts as large. */
    static final int LARGE_MACHINE_CORES = 16;
    /** Up to so many cores, the lightest network is used: a deeper one learns less in the same hours. */
    static final int SMALL_MACHINE_CORES = 4;
    /** Up to this side, images are treated as CIFAR's are. */
    static final int TINY_IMAGES = 40;

    static final int BATCH = 256;
    static final int LARGE_BATCH = 4096;
    /** From this batch on LARC is used, which was made for large batches. */
    static final int LARC_BATCH = 1024;

    static final double ADAMW_LR = 2e-3;
    static final double LARC_LR = 4.8;
    static final double LARC_FINAL_SHARE = 0.001;
    static final double LARC_WARMUP_SHARE = 1.0 / 16;
    static final int LARC_WARMUP_EPOCHS = 10;

    static final double SMALL_DATA_EPSILON = 0.03;
    static final double LARGE_DATA_EPSILON = 0.05;

    /** Half of the paper's colour jitter: at its full strength small networks took twice the steps on small data. */
    static final double MILD_COLOURS = 0.4;

    static final double MILD_HUE = 0.1;

    static final int QUEUE = 3840;
    static final int QUEUE_START_EPOCH = 15;
    static final double QUEUE_START_SHARE = 0.15;

    /** Of a GPU's memory, which is a training's alone. */
    static final double GPU_SHARE = 0.85;
    /** Of the host's memory, which holds images and other programs as well. */
    static final double HOST_SHARE = 0.5;

    /** The paper freezes for 313 steps of 4096 images. */
    static final long FROZEN_IMAGES = 313L * 4096;

    private static final long RESNET50_BYTES_PER_PIXEL = 2000;
    private static final long RESNET18_BYTES_PER_PIXEL = 500;

    /** Of the memory in float32; measured, as the next one is, on ResNet-50 with the paper's crops. */
    private static final double BF16_SHARE = 0.6;

    /** Of the memory without checkpointing. */
    private static final double CHECKPOINTED_SHARE = 0.55;

    private static final int BYTES_PER_PIXEL = 3;
    /** A usual photograph's longer side by its shorter one. */
    private static final double ASPECT = 4.0 / 3;
    /** The share of memory that decoded images may take unasked. */
    private static final int CACHE_SHARE = 16;

    private AutoRules() {}

    /** About how much all images take once they are decoded, 2^20 bytes. */
    static long decodedMegabytes(DataFacts data) {
        double side = data.medianShortSide();
        return (long) Math.ceil(data.images() * side * side * ASPECT * BYTES_PER_PIXEL / (1 << 20));
    }

    /** How much decoded images may take unasked, 2^20 bytes. */
    static long cacheMegabytes(MachineFacts machine) {
        return machine.memoryBytes() / CACHE_SHARE >> 20;
    }

    /** Crops for images of this short side. */
    static String crops(int side, int images, boolean largeMachine) {
        if (side <= TINY_IMAGES) {
            return "2x32@0.25-1";
        }
        if (side <= 80) {
            return "2x64@0.25-1";
        }
        if (side <= 120 && !largeMachine) {
            return "2x64@0.3-1";
        }
        if (side < 200) {
            return largeMachine && side >= 160 ? "2x128@0.2-1" : "2x96@0.2-1";
        }
        if (!largeMachine) {
            return images >= MANY_IMAGES ? "2x128@0.14-1" : "2x96@0.2-1";
        }
        return images >= MANY_IMAGES ? "2x224@0.14-1,6x96@0.05-0.14" : "2x128@0.2-1";
    }

    /** Trunk for so many images of this short side. */
    static String architecture(int images, int side, MachineFacts machine) {
        if (images >= MANY_IMAGES && side >= 160 && machine.isLarge()) {
            return "resnet50";
        }
        return machine.gpu() || machine.cores() > SMALL_MACHINE_CORES ? "resnet18" : "resnet10w0.5";
    }

    /** Stem for the largest crop. */
    static Stem stem(int cropSide, boolean largeMachine) {
        if (cropSide > 80) {
            return Stem.IMAGENET;
        }
        return largeMachine && cropSide <= TINY_IMAGES ? Stem.SMALL : Stem.SMALL_STRIDE2;
    }

    /** Hidden width of the projection head: the paper's for the trunks it used, lightly's for small ones. */
    static int hidden(Architecture arch) {
        if (!arch.bottleneck()) {
            return 512;
        }
        return arch.width() >= 2 ? 8192 : 2048;
    }

    /** K = 2.3·√N (512 on CIFAR-10, 2600 on ImageNet), at most a quarter of the images. */
    static int prototypes(int images) {
        int wanted = (int) Math.round(2.3 * Math.sqrt(images) / 8) * 8;
        return Math.max(2, Math.min(Math.max(16, Math.min(3000, wanted)), images / 4));
    }

    /** Batch for so many images, memory left aside: a power of two, at least 8 steps an epoch. */
    static int preferredBatch(int images) {
        return (int) Math.max(2, Math.min(BATCH, Long.highestOneBit(Math.max(1, images / 8))));
    }

    /** Largest power of two of images whose activations fit. */
    static int batchThatFits(long bytes, long bytesPerImage) {
        return (int) Math.min(1 << 20, Long.highestOneBit(Math.max(2, bytes / bytesPerImage)));
    }

    /** A power of two: how many of a batch's images come into each of so many parts. */
    static int share(int batch, int parts) {
        return Math.max(2, Integer.highestOneBit(Math.max(1, batch / parts)));
    }

    /** Estimate of the activations that training on one image keeps, over all its crops. */
    static long bytesPerImage(
            Architecture arch, Stem stem, List<CropSpec> crops, Precision precision, boolean checkpointed) {
        int blocks = arch.blocks().stream().mapToInt(Integer::intValue).sum();
        double perPixel =
                arch.bottleneck() ? RESNET50_BYTES_PER_PIXEL * blocks / 16.0 : RESNET18_BYTES_PER_PIXEL * blocks / 8.0;
        int finer = switch (stem) {
            case IMAGENET -> 1;
            case SMALL_STRIDE2 -> 4;
            case SMALL -> 16;
        };
        double kept = (precision == Precision.BF16 ? BF16_SHARE : 1) * (checkpointed ? CHECKPOINTED_SHARE : 1);
        return Math.max(1, Math.round(pixels(crops) * perPixel * kept * arch.width() * finer));
    }

    /**
     * Estimate of what an image takes that its whole batch is in memory with: its pixels, and of each crop features, hidden
     * layer and, for every head, scores with what the loss makes of them, there and back.
     */
    static long bytesPerImageOfHead(Architecture arch, int hidden, List<Integer> prototypes, List<CropSpec> crops) {
        long views = crops.stream().mapToLong(CropSpec::count).sum();
        long scores = prototypes.stream().mapToLong(Integer::longValue).sum();
        return BYTES_PER_PIXEL * pixels(crops)
                + views * Float.BYTES * (2L * arch.features() + 4L * hidden + 7 * scores);
    }

    /** Of all crops of an image. */
    private static long pixels(List<CropSpec> crops) {
        return crops.stream()
                .mapToLong(c -> (long) c.count() * c.size() * c.size())
                .sum();
    }

    /** Epochs: fewer as there are more images, so that runs have some ten thousand steps. */
    static int epochs(int images) {
        if (images < 5_000) {
            return 400;
        }
        return images < LARGE_DATA ? 200 : 100;
    }

    /** Length of the queue for so many images; 0 where it would be shorter than a batch. */
    static int queue(int images, int batch) {
        return Math.min(QUEUE, images / 4) / batch * batch;
    }

    static int queueStartEpoch(int epochs) {
        return Math.min(QUEUE_START_EPOCH, (int) Math.ceil(QUEUE_START_SHARE * epochs));
    }

    static long frozenSteps(int images, int batch) {
        return Math.min(Math.max(1, images / batch), Math.max(1, FROZEN_IMAGES / batch));
    }
}
