package org.swav4j.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.SwavConfig;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.optim.ScheduleConfig;
import org.swav4j.tensor.Precision;

/**
 * Everything a pretraining run is told: complete, immutable, and consistent in itself. {@link AutoConfig} makes one of
 * what a user gave; {@link ConfigYaml} writes and reads it.
 *
 * @param model network
 * @param crops crops of each image, by resolution
 * @param augmentation what else happens to each crop
 * @param method SwAV's own settings
 * @param optimizer optimiser without its learning rate
 * @param schedule learning rate
 * @param epochs passes over the images
 * @param maxSteps stop after so many steps; 0 for none
 * @param batchSize images per step over all processes
 * @param gradAccum micro-batches that a step's images go through the trunk in
 * @param checkpointActivations whether the trunk's activations are computed again in the backward pass
 * @param precision arithmetic
 * @param device {@code cpu} or {@code cuda:N}
 * @param threads threads of libtorch
 * @param workers threads that load images
 * @param seed of everything random
 * @param knnEvery epochs between k-NN evaluations; 0 for never
 * @param probe whether a linear classifier learns beside, from labels
 * @param cacheMb memory for decoded images that are kept from epoch to epoch, 2^20 bytes; 0 for none
 * @param augmentOn where images are cropped and augmented
 * @param safety when to save, and what to do about a divergence
 * @param ranks how several processes train together
 */
public record PretrainConfig(
        ModelConfig model,
        List<CropSpec> crops,
        Augmentation augmentation,
        SwavConfig method,
        OptimizerConfig optimizer,
        ScheduleConfig schedule,
        int epochs,
        long maxSteps,
        int batchSize,
        int gradAccum,
        boolean checkpointActivations,
        Precision precision,
        String device,
        int threads,
        int workers,
        long seed,
        int knnEvery,
        boolean probe,
        int cacheMb,
        AugmentOn augmentOn,
        SafetyConfig safety,
        RanksConfig ranks) {
    /** Checks what no part can check alone; throws {@link ConfigurationException} with all that is wrong. */
    public PretrainConfig {
        crops = List.copyOf(crops);
        List<Problem> problems = new ArrayList<>();
        int views = views(crops);
        if (views < 2) {
            problems.add(Problem.of(
                    Setting.CROPS,
                    "'" + SettingType.format(crops)
                            + "': at least 2 crops in all are needed, as each is predicted from another"));
        } else if (Collections.max(method.cropsForAssign()) >= views) {
            problems.add(Problem.of(
                    Setting.CROPS_FOR_ASSIGN,
                    "'" + SettingType.format(method.cropsForAssign()) + "': there are only " + views
                            + " crops, numbered 0 to " + (views - 1)));
        }
        if (batchSize < 2) {
            problems.add(Problem.of(Setting.BATCH_SIZE, "'" + batchSize + "': batch norm needs at least 2 images"));
        } else {
            MicroBatches.problem(gradAccum, batchSize).ifPresent(problems::add);
        }
        if (method.queueLength() > 0 && method.queueLength() < batchSize) {
            problems.add(Problem.of(
                    Setting.QUEUE_LENGTH,
                    "'" + method.queueLength() + "': must be 0 (no queue) or at least one batch of " + batchSize));
        }
        if (epochs < 1) {
            problems.add(Problem.of(Setting.EPOCHS, "'" + epochs + "': must be at least 1"));
        } else if (schedule.warmupEpochs() > epochs) {
            problems.add(Problem.of(
                    Setting.WARMUP_EPOCHS,
                    "'" + schedule.warmupEpochs() + "': must be at most the number of epochs, " + epochs));
        }
        if (augmentOn == AugmentOn.DEVICE && augmentation.fidelity() == Augmentation.Fidelity.EXACT) {
            problems.add(Problem.of(
                    Setting.AUGMENT, "'exact': is computed on the CPU only; with augment_on device it must be fast"));
        }
        requireAtLeast(problems, Setting.MAX_STEPS, maxSteps, 0);
        requireAtLeast(problems, Setting.THREADS, threads, 1);
        requireAtLeast(problems, Setting.WORKERS, workers, 1);
        requireAtLeast(problems, Setting.KNN_EVERY, knnEvery, 0);
        requireAtLeast(problems, Setting.KEEP, safety.keep(), 1);
        ConfigurationException.throwIfAny(problems);
    }

    /** The same with what another configuration says of its machine: threads, workers, memory for decoded images. */
    public PretrainConfig onMachineOf(PretrainConfig other) {
        Values values = Values.of(this);
        for (Setting setting : Setting.OF_A_MACHINE) {
            values.put(setting, setting.parse(Values.of(other).format(setting)));
        }
        return values.config();
    }

    /** V: crops per image over all resolutions. */
    public int views() {
        return views(crops);
    }

    /** Steps of one epoch; the incomplete last batch is dropped. */
    public int stepsPerEpoch(int images) {
        return images / batchSize;
    }

    /** What keeps so many processes from sharing the batch; empty if nothing does. */
    List<Problem> problemsOn(int world) {
        List<Problem> problems = new ArrayList<>();
        if (batchSize % world != 0) {
            int below = batchSize / world * world;
            problems.add(Problem.of(
                    Setting.BATCH_SIZE,
                    "'" + batchSize + "': is the batch of all processes together, and must be divisible by the " + world
                            + " there are; try " + (below < 2 ? "" : below + " or ") + (below + world)));
        } else {
            MicroBatches.problem(gradAccum, batchSize / world).ifPresent(problems::add);
        }
        if (ranks.syncbnGroup() > 0 && world % ranks.syncbnGroup() != 0) {
            problems.add(Problem.of(
                    Setting.SYNCBN_GROUP,
                    "'" + ranks.syncbnGroup() + "': must divide the number of processes, " + world
                            + "; 0 for one group of all"));
        }
        return problems;
    }

    /** What makes this configuration unusable on the given images; empty if nothing does. */
    List<Problem> problemsOn(DataFacts data) {
        List<Problem> problems = new ArrayList<>();
        int most = Collections.max(model.prototypes());
        if (most > data.images()) {
            problems.add(Problem.of(
                    Setting.PROTOTYPES,
                    "'" + most + "': more prototypes than the " + data.images() + " images; try "
                            + AutoRules.prototypes(data.images())));
        }
        if (batchSize > data.images()) {
            problems.add(Problem.of(
                    Setting.BATCH_SIZE,
                    "'" + batchSize + "': more than the " + data.images() + " images, so no batch would be full; try "
                            + AutoRules.preferredBatch(data.images())));
        }
        if (probe) {
            OnlineProbe.problem(data.classes()).ifPresent(problems::add);
        }
        return problems;
    }

    private static int views(List<CropSpec> crops) {
        return crops.stream().mapToInt(CropSpec::count).sum();
    }

    private static void requireAtLeast(List<Problem> problems, Setting setting, long value, long least) {
        if (value < least) {
            problems.add(Problem.of(setting, "'" + value + "': must be at least " + least));
        }
    }
}
