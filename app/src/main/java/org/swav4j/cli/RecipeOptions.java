package org.swav4j.cli;

import java.util.List;
import org.swav4j.classify.Decay;
import org.swav4j.classify.Preset;
import org.swav4j.classify.Recipe;
import picocli.CommandLine.Option;

/** How a classifier is trained, where that is not the preset's. */
final class RecipeOptions {
    private static final int MAX_BATCH = 65_536;
    private static final int MAX_EPOCHS = 1_000_000;
    private static final int SMALL_IMAGE = 96;
    private static final double FEW_LABELS = 0.05;
    /** Up to so many labelled images of a small set what was pretrained is worth holding on to. */
    private static final int FEW_IMAGES = 10_000;

    @Option(
            names = "--preset",
            paramLabel = "imagenet-1|imagenet-10|small",
            description =
                    "Where all settings below come from [small for images of up to 96 pixels; otherwise imagenet-1"
                            + " for less than 5%% of the labels, or imagenet-10].")
    private String preset;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the images [20; small: 15].")
    private Integer epochs;

    @Option(
            names = "--least-steps",
            paramLabel = "N",
            description = "Few images are passed over more often, until there are so many steps [0; small: 1200].")
    private Integer leastSteps;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Images of a step; all of them where there are fewer [256; small: 128].")
    private Integer batch;

    @Option(names = "--lr", paramLabel = "X", description = "Learning rate of the encoder [of the preset].")
    private Double lr;

    @Option(names = "--head-lr", paramLabel = "X", description = "Learning rate of the classifier [of the preset].")
    private Double headLr;

    @Option(names = "--weight-decay", paramLabel = "X", description = "Of every weight [of the preset].")
    private Double weightDecay;

    @Option(
            names = "--schedule",
            paramLabel = "step|cosine",
            description = "How learning rates fall: by 0.2 after 60%% and 80%% of the steps, or along half a cosine"
                    + " [step; small and from scratch: cosine].")
    private String schedule;

    @Option(
            names = "--min-scale",
            paramLabel = "X",
            description = "Least share of an image's area that a random crop covers [0.08; small: 0.25].")
    private Double minScale;

    @Option(
            names = "--jitter",
            paramLabel = "X",
            description = "Strength of random changes of brightness, contrast and saturation; of hue a quarter [0].")
    private Double jitter;

    /** Adds what is wrong with the values themselves. */
    void check(List<String> problems) {
        EvaluationOptions.range(problems, "--epochs", epochs, 1, MAX_EPOCHS);
        EvaluationOptions.range(problems, "--least-steps", leastSteps, 0, Integer.MAX_VALUE);
        EvaluationOptions.range(problems, "--batch", batch, 2, MAX_BATCH);
        above(problems, "--lr", lr);
        above(problems, "--head-lr", headLr);
        if (weightDecay != null && !(weightDecay >= 0 && weightDecay <= 1)) {
            problems.add("--weight-decay: '" + weightDecay + "': must be from 0 to 1");
        }
        if (minScale != null && !(minScale > 0 && minScale <= 1)) {
            problems.add("--min-scale: '" + minScale + "': must be above 0 and at most 1");
        }
        if (jitter != null && !(jitter >= 0 && jitter <= 2)) {
            problems.add("--jitter: '" + jitter + "': must be from 0 to 2");
        }
        attempt(problems, "--schedule", () -> schedule == null ? null : Decay.parse(schedule));
        attempt(problems, "--preset", () -> preset == null ? null : Preset.parse(preset));
    }

    private interface Parse {
        Object run();
    }

    private static void attempt(List<String> problems, String flag, Parse parse) {
        try {
            parse.run();
        } catch (IllegalArgumentException e) {
            problems.add(flag + ": " + e.getMessage());
        }
    }

    /** Adds a problem if a learning rate that was given is none. */
    static void above(List<String> problems, String flag, Double rate) {
        if (rate != null && (!(rate > 0) || Double.isInfinite(rate))) {
            problems.add(flag + ": '" + rate + "': must be a number above 0");
        }
    }

    /**
     * The preset asked for, or the one that suits.
     *
     * @param imageSize side that images are brought to
     * @param images whose labels are used
     * @param share of the training images that these are
     */
    Preset preset(int imageSize, int images, double share) {
        if (preset != null) {
            return Preset.parse(preset);
        }
        if (imageSize <= SMALL_IMAGE) {
            return images <= FEW_IMAGES ? Preset.SMALL : Preset.SMALL_MANY;
        }
        return share < FEW_LABELS ? Preset.IMAGENET_1 : Preset.IMAGENET_10;
    }

    /** A recipe with all that was asked for. Without {@code --head-lr}, from scratch, {@code --lr} is that of the head too. */
    Recipe applied(Recipe base, boolean scratch) {
        double trunkRate = lr != null ? lr : base.trunkLr();
        double headRate = headLr != null ? headLr : scratch ? trunkRate : base.headLr();
        return withoutRates(base)
                .withRates(trunkRate, headRate)
                .withWeightDecay(weightDecay != null ? weightDecay : base.weightDecay());
    }

    /** A recipe with what was asked for but learning rates and weight decay, which suit one way to begin only. */
    Recipe withoutRates(Recipe base) {
        return base.withLength(
                        batch != null ? batch : base.batch(),
                        epochs != null ? epochs : base.epochs(),
                        leastSteps != null ? leastSteps : base.leastSteps())
                .withDecay(schedule != null ? Decay.parse(schedule) : base.decay())
                .withAugmentation(
                        minScale != null ? minScale : base.minScale(), jitter != null ? jitter : base.jitter());
    }
}
