package org.swav4j.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.swav4j.augment.CropSpec;
import org.swav4j.data.ImageSource;
import org.swav4j.optim.OptimizerConfig.Kind;
import org.swav4j.tensor.Precision;

/**
 * Completes what a user gave: every setting that neither preset nor file nor flag gave is chosen from the images and
 * the machine, with its reason. Choices follow given values: a given batch decides the learning rate, given crops the
 * stem. The numbers stand in {@link AutoRules}.
 */
public final class AutoConfig {
    private final Settings given;
    private final DataFacts data;
    private final MachineFacts machine;
    private final Values values = new Values();
    private final List<Choice> choices = new ArrayList<>();

    private final int world;

    private AutoConfig(Settings given, DataFacts data, MachineFacts machine, int world) {
        this.world = world;
        this.given = given;
        this.data = data;
        this.machine = machine;
    }

    /**
     * A complete configuration.
     *
     * @throws ConfigurationException if the given values do not go together or not with these images; all problems at
     *     once, each with the place its value came from
     */
    public static Resolution complete(Settings given, DataFacts data, MachineFacts machine) {
        return complete(given, data, machine, 1);
    }

    /**
     * The same for several processes, which share every batch.
     *
     * @param machine what one of them has of its machine
     * @param world number of processes
     */
    public static Resolution complete(Settings given, DataFacts data, MachineFacts machine, int world) {
        return new AutoConfig(given, data, machine, world).complete();
    }

    /** A complete configuration for these images on this machine. */
    public static Resolution complete(Settings given, ImageSource images) {
        return complete(given, DataFacts.of(images), MachineFacts.detect());
    }

    private Resolution complete() {
        for (Setting setting : Setting.values()) {
            Optional<Object> value = given.given(setting)
                    .map(Settings.Given::value)
                    .or(() -> setting.fixedDefault().map(setting::parse));
            value.ifPresent(v -> values.put(setting, v));
        }
        machineSettings();
        network();
        batchAndEpochs();
        prototypesAndQueue();
        microBatches();
        optimizer();
        colours();
        PretrainConfig config = placed(values::config);
        placed(() -> {
            ConfigurationException.throwIfAny(
                    Stream.concat(config.problemsOn(data).stream(), config.problemsOn(world).stream())
                            .toList());
            return config;
        });
        return new Resolution(config, choices, warnings(config));
    }

    private void machineSettings() {
        choose(Setting.DEVICE, machine.gpu() ? "cuda:0" : "cpu", machine.gpu() ? "a GPU is there" : "no GPU found");
        boolean bf16 = machine.bf16() || onGpu();
        choose(
                Setting.PRECISION,
                bf16 ? "bf16" : "fp32",
                bf16 ? "computed in hardware here, and faster" : "this CPU has no bfloat16 arithmetic");
        choose(Setting.THREADS, machine.cores(), "one per core");
        choose(
                Setting.WORKERS,
                onGpu() ? Math.max(1, machine.cores() - 2) : Math.max(1, machine.cores() / 4),
                onGpu() ? "all cores but two" : "one for four cores, the others train");
        long decoded = AutoRules.decodedMegabytes(data);
        boolean fits = decoded <= AutoRules.cacheMegabytes(machine);
        choose(
                Setting.CACHE_MB,
                fits ? decoded : 0,
                fits ? "all images fit, decoded once" : "the images, decoded, do not fit into a sixteenth of memory");
    }

    private void network() {
        int side = data.medianShortSide();
        String images = data.images() + " images with a short side of " + side + " px";
        choose(Setting.CROPS, AutoRules.crops(side, data.images(), machine.isLarge()), images + machineSize());
        int largestCrop = values.crops().stream().mapToInt(CropSpec::size).max().orElseThrow();
        choose(Setting.ARCH, AutoRules.architecture(data.images(), side, machine), images + machineSize());
        choose(Setting.STEM, AutoRules.stem(largestCrop, machine.isLarge()), "crops of " + largestCrop + " px");
        choose(Setting.HIDDEN, AutoRules.hidden(values.arch()), "as published for such a trunk");
    }

    private void batchAndEpochs() {
        long perImage = bytesPerImage();
        int fitting = AutoRules.batchThatFits(budget(), perImage);
        int parts = values.has(Setting.GRAD_ACCUM) ? values.whole(Setting.GRAD_ACCUM) : 1;
        boolean largeBatches = data.images() >= AutoRules.LARGE_DATA && onGpu();
        int wanted = largeBatches ? AutoRules.LARGE_BATCH : AutoRules.preferredBatch(data.images());
        int share = AutoRules.share(wanted, parts * world);
        choose(
                Setting.BATCH_SIZE,
                world * parts * Math.min(share, fitting),
                (fitting < share
                                ? "what fits the memory, at about " + (perImage >> 20) + " MiB an image"
                                : "memory suffices; at least 8 steps an epoch")
                        + (world == 1 ? "" : "; over all " + world + " processes"));
        choose(Setting.EPOCHS, AutoRules.epochs(data.images()), "for " + data.images() + " images");
        int epochs = values.whole(Setting.EPOCHS);
        choose(Setting.KNN_EVERY, Math.max(1, epochs / 20), "about 20 times in the run, where k-NN folders are given");
    }

    private void prototypesAndQueue() {
        int batch = values.whole(Setting.BATCH_SIZE);
        choose(
                Setting.PROTOTYPES,
                AutoRules.prototypes(data.images()),
                "2.3 times the square root of " + data.images() + " images");
        int most = Collections.max(values.wholes(Setting.PROTOTYPES));
        int queue = batch < most ? AutoRules.queue(data.images(), batch) : 0;
        choose(
                Setting.QUEUE_LENGTH,
                queue,
                queue > 0
                        ? "the batch of " + batch + " is smaller than the " + most + " prototypes"
                        : batch < most ? "too few images for one" : "the batch is no smaller than the prototypes");
        choose(
                Setting.QUEUE_START_EPOCH,
                AutoRules.queueStartEpoch(values.whole(Setting.EPOCHS)),
                "when features have settled");
        boolean large = data.images() >= AutoRules.LARGE_DATA;
        choose(
                Setting.EPSILON,
                large ? AutoRules.LARGE_DATA_EPSILON : AutoRules.SMALL_DATA_EPSILON,
                large ? "the paper's" : "sharper codes do not collapse on small data");
        choose(
                Setting.FREEZE_PROTOTYPES,
                AutoRules.frozenSteps(data.images(), batch),
                "the first epoch, at most as many images as the paper");
    }

    /** Cuts a given batch that does not fit the memory. */
    private void microBatches() {
        if (given.given(Setting.BATCH_SIZE).isEmpty()) {
            choose(Setting.GRAD_ACCUM, 1, "the batch was chosen to fit the memory");
            return;
        }
        int batch = values.whole(Setting.BATCH_SIZE) / world;
        long whole = batch
                * AutoRules.bytesPerImageOfHead(
                        values.arch(), values.whole(Setting.HIDDEN), values.wholes(Setting.PROTOTYPES), values.crops());
        int fitting = AutoRules.batchThatFits(Math.max(budget() / 4, budget() - whole), bytesPerImage());
        int count = MicroBatches.fewest(batch, fitting);
        choose(
                Setting.GRAD_ACCUM,
                count,
                count == 1
                        ? "the batch fits the memory"
                        : "the batch of " + batch + " does not fit the memory at about " + (bytesPerImage() >> 20)
                                + " MiB an image; " + batch / count + " at a time");
    }

    private long bytesPerImage() {
        return AutoRules.bytesPerImage(
                values.arch(),
                values.stem(),
                values.crops(),
                values.precision(),
                values.truth(Setting.CHECKPOINT_ACTIVATIONS));
    }

    /** Bytes that a training may take. */
    private long budget() {
        return onGpu() && machine.gpu()
                ? (long) (machine.gpuBytes() * AutoRules.GPU_SHARE)
                : (long) (machine.memoryBytes() * AutoRules.HOST_SHARE);
    }

    private void optimizer() {
        int batch = values.whole(Setting.BATCH_SIZE);
        boolean larc = data.images() >= AutoRules.LARGE_DATA && batch >= AutoRules.LARC_BATCH;
        choose(
                Setting.OPTIMIZER,
                larc ? "larc" : "adamw",
                larc ? "the paper's, for large batches" : "learns faster on small data and small batches");
        int epochs = values.whole(Setting.EPOCHS);
        boolean usesLarc = values.optimizer() == Kind.LARC;
        double lr = usesLarc
                ? AutoRules.LARC_LR * batch / AutoRules.LARGE_BATCH
                : AutoRules.ADAMW_LR * batch / AutoRules.BATCH;
        choose(
                Setting.BASE_LR,
                lr,
                usesLarc
                        ? "4.8 for a batch of 4096, in proportion to the batch of " + batch
                        : "2e-3 for a batch of 256, in proportion to the batch of " + batch);
        double base = values.real(Setting.BASE_LR);
        choose(Setting.FINAL_LR, usesLarc ? base * AutoRules.LARC_FINAL_SHARE : 0, "as published for this optimizer");
        int warmup = usesLarc ? Math.min(AutoRules.LARC_WARMUP_EPOCHS, Math.max(epochs > 1 ? 1 : 0, epochs / 10)) : 0;
        choose(Setting.WARMUP_EPOCHS, warmup, usesLarc ? "larc needs one" : "adamw needs none");
        choose(
                Setting.START_WARMUP,
                usesLarc ? base * AutoRules.LARC_WARMUP_SHARE : 0,
                usesLarc ? "a sixteenth of base_lr" : "without warm-up unused");
    }

    private void colours() {
        boolean mild = data.images() < AutoRules.LARGE_DATA;
        String reason = mild ? "strong colours slow learning on small data" : "the paper's";
        double strength = mild ? AutoRules.MILD_COLOURS : 0.8;
        choose(Setting.BRIGHTNESS, strength, reason);
        choose(Setting.CONTRAST, strength, reason);
        choose(Setting.SATURATION, strength, reason);
        choose(Setting.HUE, mild ? AutoRules.MILD_HUE : 0.2, reason);
        choose(Setting.BLUR, mild ? 0 : 0.5, mild ? "small images have little to blur" : reason);
    }

    private List<String> warnings(PretrainConfig config) {
        List<String> warnings = new ArrayList<>();
        Optional<Settings.Given> recipeBatch = given.replaced(Setting.BATCH_SIZE);
        Optional<Settings.Given> lr = given.given(Setting.BASE_LR);
        if (recipeBatch.isPresent()
                && lr.isPresent()
                && lr.get().layer() == recipeBatch.get().layer()) {
            long tunedFor = (Long) recipeBatch.get().value();
            double proportional = config.schedule().baseLr() * config.batchSize() / tunedFor;
            if (tunedFor != config.batchSize()) {
                warnings.add(String.format(
                        Locale.ROOT,
                        "base_lr %s was made for batches of %d; for batches of %d, --base-lr %.3g keeps the proportion",
                        SettingType.plain(config.schedule().baseLr()),
                        tunedFor,
                        config.batchSize(),
                        proportional));
            }
        }
        int most = Collections.max(config.model().prototypes());
        int codes = config.batchSize() + config.method().queueLength();
        if (most > 4 * codes) {
            warnings.add(most + " prototypes for " + codes + " embeddings (batch and queue) invite collapse;"
                    + " fewer prototypes, a larger batch or a queue help");
        }
        if (config.precision() == Precision.BF16 && !onGpu() && !machine.bf16()) {
            warnings.add("this CPU has no bfloat16 arithmetic: --precision fp32 is faster here");
        }
        return warnings;
    }

    private boolean onGpu() {
        return values.text(Setting.DEVICE).startsWith("cuda");
    }

    private String machineSize() {
        return machine.gpu() ? ", a GPU" : ", " + machine.cores() + " cores";
    }

    private void choose(Setting setting, Object value, String reason) {
        if (!values.has(setting)) {
            String text = SettingType.format(value);
            values.put(setting, setting.parse(text));
            choices.add(new Choice(setting.key(), text, reason));
        }
    }

    private PretrainConfig placed(Supplier<PretrainConfig> attempt) {
        try {
            return attempt.get();
        } catch (IllegalArgumentException e) {
            if (!(e instanceof ConfigurationException problems)) {
                throw new ConfigurationException(List.of(Problem.at("settings", e.getMessage())));
            }
            throw placed(problems);
        }
    }

    /** The same problems, each at the place its value came from. */
    private ConfigurationException placed(ConfigurationException e) {
        return new ConfigurationException(e.problems().stream()
                .map(p -> p.setting()
                        .map(s -> new Problem(p.setting(), given.place(s), p.what()))
                        .orElse(p))
                .toList());
    }
}
