package org.swav4j.train;

import static org.swav4j.train.SettingType.notNegative;
import static org.swav4j.train.SettingType.parsed;
import static org.swav4j.train.SettingType.positive;
import static org.swav4j.train.SettingType.real;
import static org.swav4j.train.SettingType.truth;
import static org.swav4j.train.SettingType.whole;
import static org.swav4j.train.SettingType.wholes;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.comm.GradientCompression;
import org.swav4j.method.SwavConfig;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.Stem;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.tensor.Precision;

/**
 * Every setting of a pretraining run. This one table makes the flags, the YAML keys, their parsing and checking, the
 * help, and the answers to misspelt names; {@link PretrainConfig} is what they add up to.
 *
 * <p>A constant's name is its YAML key in lower case and its flag with hyphens: {@code BASE_LR}, {@code base_lr},
 * {@code --base-lr}. A default in the table holds for all data; settings without one are chosen by {@link AutoConfig}.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are copies, and the parsers hold no state
public enum Setting {
    ARCH(
            parsed(Architecture::parse),
            "NAME",
            null,
            "",
            "trunk: resnet10, 18, 34, 50, 101, 152, with a width as in resnet50w2 or resnet18w0.5"),
    STEM(
            parsed(Stem::parse),
            "NAME",
            null,
            "",
            "how the trunk begins: imagenet (7x7 stride 2, max-pool), small (3x3), small-stride2"),
    CROPS(
            parsed(CropSpec::parseAll),
            "LIST",
            null,
            "size_crops nmb_crops min_scale_crops max_scale_crops",
            "crops of each image, COUNTxSIZE@MINSCALE-MAXSCALE, as in 2x224@0.14-1,6x96@0.05-0.14"),
    PROTOTYPES(
            wholes(2, 10_000_000), "K", null, "nmb_prototypes", "number of prototypes; several heads: 3000,3000,3000"),
    HIDDEN(
            whole(0, 1 << 20),
            "N",
            null,
            "hidden_mlp",
            "width of the projection head's hidden layer; 0: linear projection"),
    DIM(whole(1, 1 << 20), "N", "128", "feat_dim", "length of the embedding"),
    EPSILON(
            real(SwavConfig.MIN_EPSILON, 10),
            "X",
            null,
            "",
            "smoothness of the codes; lower helps on small data and against collapse"),
    TEMPERATURE(real(1e-3, 10), "X", "0.1", "", "softmax temperature of the scores"),
    SINKHORN_ITERATIONS(whole(1, 1000), "N", "3", "", "rounds of the Sinkhorn-Knopp normalisation"),
    CROPS_FOR_ASSIGN(wholes(0, 1000), "LIST", "0,1", "", "crops that get codes, counted from 0"),
    QUEUE_LENGTH(whole(0, 1 << 24), "N", null, "", "past embeddings kept for the codes; 0: no queue"),
    QUEUE_START_EPOCH(
            whole(0, 1_000_000), "N", null, "epoch_queue_starts", "epoch the queue starts in, counted from 0"),
    FREEZE_PROTOTYPES(
            whole(0, Long.MAX_VALUE),
            "STEPS",
            null,
            "freeze_prototypes_niters",
            "steps during which the prototypes are not trained"),
    EPOCHS(whole(1, 1_000_000), "N", null, "", "passes over the images"),
    MAX_STEPS(whole(0, Long.MAX_VALUE), "N", "0", "", "stop after so many steps; 0: after the last epoch"),
    BATCH_SIZE(
            whole(2, 1 << 20), "N", null, "", "images per step, over all processes (the original counts per process)"),
    GRAD_ACCUM(
            whole(1, 1 << 19),
            "N",
            null,
            "",
            "micro-batches a step's images go through the trunk in, to save memory; codes and loss are the whole batch's"),
    CHECKPOINT_ACTIVATIONS(
            truth(),
            "true|false",
            "false",
            "",
            "compute the trunk's activations again in the backward pass, to save memory; the same result, slower"),
    OPTIMIZER(parsed(OptimizerConfig.Kind::parse), "NAME", null, "", "larc (around SGD, the paper's) or adamw"),
    BASE_LR(positive(), "X", null, "", "learning rate after warm-up"),
    FINAL_LR(notNegative(), "X", null, "", "learning rate the cosine ends at"),
    WARMUP_EPOCHS(whole(0, 1_000_000), "N", null, "", "epochs of linear warm-up"),
    START_WARMUP(notNegative(), "X", null, "", "learning rate the warm-up starts from"),
    WEIGHT_DECAY(notNegative(), "X", "1e-6", "wd", "weight decay"),
    MOMENTUM(real(0, 0.9999), "X", "0.9", "", "momentum of SGD under larc"),
    TRUST_COEFFICIENT(positive(), "X", "0.001", "", "trust coefficient of larc"),
    EXCLUDE_BIAS_AND_NORM(
            truth(), "true|false", "false", "", "leave biases and norms out of larc's scaling and of weight decay"),
    PRECISION(parsed(Precision::parse), "NAME", null, "use_fp16", "fp32 or bf16"),
    DEVICE(parsed(Setting::device), "NAME", null, "", "cpu, or cuda:0 for the first GPU"),
    THREADS(whole(1, 4096), "N", null, "", "threads of libtorch"),
    WORKERS(whole(1, 1024), "N", null, "", "threads that load and augment images"),
    CACHE_MB(whole(0, 1 << 24), "MB", null, "", "memory for decoded images, kept from epoch to epoch; 0: none"),
    SEED(whole(0, Long.MAX_VALUE), "N", "31", "", "seed of everything random"),
    KNN_EVERY(whole(0, 1_000_000), "EPOCHS", null, "", "epochs between k-NN evaluations; 0: none"),
    PROBE(
            truth(),
            "true|false",
            "false",
            "",
            "train a linear classifier on the trunk's features beside, for the metrics; needs labels, changes nothing else"),
    CHECKPOINT_EVERY(
            parsed(CheckpointEvery::parse),
            "INTERVAL",
            "auto",
            "checkpoint_freq",
            "how often to save: 30m, 90s, 500steps, 1epoch; auto: at epochs' ends and every 10 minutes within one"),
    KEEP(whole(1, 1_000_000), "N", "3", "", "checkpoints to keep, the newest; the best by k-NN is kept besides"),
    ON_DIVERGENCE(
            parsed(OnDivergence::parse),
            "HOW",
            "stop",
            "",
            "when loss or gradients diverge: stop, or rewind:N to go back to the newest checkpoint and leave the batch out"),
    SYNCBN_GROUP(
            whole(0, 1 << 20),
            "N",
            "0",
            "syncbn_process_group_size",
            "of several processes, how many share batch norm's statistics; 0: all, 1: each its own"),
    GRADIENT_COMPRESSION(
            parsed(GradientCompression::parse),
            "NAME",
            "none",
            "",
            "how gradients travel between processes: none (as they are) or bf16 (half the bytes)"),
    FLIP(real(0, 1), "P", "0.5", "", "probability of a horizontal flip"),
    JITTER_PROBABILITY(real(0, 1), "P", "0.8", "", "probability of colour jitter"),
    BRIGHTNESS(real(0, 10), "X", null, "", "jitter of brightness, 1-X to 1+X"),
    CONTRAST(real(0, 10), "X", null, "", "jitter of contrast, 1-X to 1+X"),
    SATURATION(real(0, 10), "X", null, "", "jitter of saturation, 1-X to 1+X"),
    HUE(real(0, 0.5), "X", null, "", "jitter of hue, -X to X of a turn"),
    GRAYSCALE(real(0, 1), "P", "0.2", "", "probability of greyscale"),
    BLUR(real(0, 1), "P", null, "", "probability of Gaussian blur"),
    BLUR_SIGMA(parsed(Span::parse), "MIN-MAX", "0.1-2", "", "sigma of the blur in pixels"),
    AUGMENT(
            parsed(Augmentation.Fidelity::parse),
            "HOW",
            "fast",
            "",
            "how hue and blur are computed: fast, or exact (PIL's bits; slower)"),
    AUGMENT_ON(
            parsed(AugmentOn::parse),
            "WHERE",
            "cpu",
            "",
            "where images are cropped and augmented: cpu (the workers) or device (with the training)");

    /** What may differ between the ranks of a training, as it changes nothing that is learned but the last bits. */
    static final List<Setting> OF_A_MACHINE = List.of(THREADS, WORKERS, CACHE_MB);

    private static final Pattern DEVICE_NAME = Pattern.compile("cpu|cuda(:\\d{1,3})?");

    private final SettingType type;
    private final String placeholder;
    private final String fixedDefault;
    private final List<String> originalNames;
    private final String help;

    Setting(SettingType type, String placeholder, String fixedDefault, String originalNames, String help) {
        this.type = type;
        this.placeholder = placeholder;
        this.fixedDefault = fixedDefault;
        this.originalNames = originalNames.isEmpty() ? List.of() : List.of(originalNames.split(" "));
        this.help = help;
    }

    /** The name in YAML: {@code base_lr}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The name on the command line: {@code --base-lr}. */
    public String flag() {
        return "--" + key().replace('_', '-');
    }

    /** What stands for the value in the help: {@code N}. */
    public String placeholder() {
        return placeholder;
    }

    /** Whether the flag may stand alone, for "true". */
    public boolean isTruth() {
        return placeholder.startsWith("true");
    }

    /** One line of help: meaning, default, and the original's name where that is another. */
    public String help() {
        String original = originalNames.isEmpty() ? "" : "; original: " + String.join(", ", originalNames);
        return help + " [" + fixedDefault().orElse("auto") + original + "]";
    }

    /** The value used whatever the data, if there is one. */
    public Optional<String> fixedDefault() {
        return Optional.ofNullable(fixedDefault);
    }

    /** The setting of a YAML key. */
    public static Optional<Setting> ofKey(String key) {
        return Arrays.stream(values()).filter(s -> s.key().equals(key)).findFirst();
    }

    /** The setting that the original implementation calls by another name. */
    public static Optional<Setting> ofOriginalName(String name) {
        return Arrays.stream(values())
                .filter(s -> s.originalNames.contains(name))
                .findFirst();
    }

    /** The value of a text: Long, Double, Boolean, a list, or the type the configuration has. */
    Object parse(String text) {
        return type.parse().apply(text.strip());
    }

    private static String device(String name) {
        if (!DEVICE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "': must be cpu, cuda or cuda:N");
        }
        return name.equals("cuda") ? "cuda:0" : name;
    }
}
