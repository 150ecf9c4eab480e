package org.swav4j.cli;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.swav4j.nn.Stage;
import org.swav4j.probe.CachedProbe;
import org.swav4j.probe.CachedProbe.Solver;
import org.swav4j.probe.LinearRecipe;
import picocli.CommandLine.Option;

/** How {@code swav linear} fits its classifiers. */
final class LinearOptions {
    static final List<Double> LBFGS_DECAYS = List.of(1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0);
    private static final List<Double> SGD_DECAYS = List.of(0.0, 1e-5, 1e-4, 1e-3);
    private static final List<Double> SGD_RATES = List.of(0.01, 0.03, 0.1, 0.3);
    private static final int SGD_EPOCHS = 30;
    private static final int MAX_EPOCHS = 1_000_000;
    private static final int MAX_BATCH = 1 << 20;

    @Option(
            names = "--cached",
            description =
                    "Compute the features once, without augmentation, and fit on those: seconds instead of hours.")
    private boolean cached;

    @Option(
            names = "--solver",
            paramLabel = "lbfgs|sgd",
            description = "With --cached: to the minimum of the regularised loss, or SGD with momentum 0.9 [lbfgs].")
    private String solver;

    @Option(
            names = "--stage",
            paramLabel = "NAME[,NAME...]",
            split = ",",
            defaultValue = "layer4",
            description = "Stages whose features are classified, averaged over all places: layer1 to layer4 [layer4].")
    private List<String> stages;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description =
                    "Recipe of the training: imagenet, places205, inat18 (the paper's), or small, for small images"
                            + " and sets [imagenet].")
    private String preset;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training images [the recipe's; 30 for sgd].")
    private Integer epochs;

    @Option(
            names = "--lr",
            paramLabel = "X[,X...]",
            split = ",",
            description = "Learning rate at the beginning [the recipe's; 0.01,0.03,0.1,0.3 for sgd, to choose from].")
    private List<Double> rates;

    @Option(
            names = "--weight-decay",
            paramLabel = "X[,X...]",
            split = ",",
            description = "Weight decay [the recipe's; with --cached some to choose from].")
    private List<Double> decays;

    @Option(names = "--batch", paramLabel = "N", description = "Images a step [256].")
    private Integer batch;

    @Option(
            names = "--crop-scale",
            paramLabel = "MIN-MAX",
            description = "Share of the image's area that a training crop covers [the recipe's].")
    private String cropScale;

    /** Adds what is wrong with the values themselves. */
    void check(List<String> problems) {
        for (String stage : stages) {
            attempt(problems, "--stage", () -> Stage.parse(stage));
        }
        if (new HashSet<>(stages).size() < stages.size()) {
            problems.add("--stage: '" + String.join(",", stages) + "': names a stage twice");
        }
        EvaluationOptions.range(problems, "--epochs", epochs, 1, MAX_EPOCHS);
        EvaluationOptions.range(problems, "--batch", batch, 1, MAX_BATCH);
        numbers(problems, "--lr", rates, false);
        numbers(problems, "--weight-decay", decays, true);
        if (solver != null) {
            attempt(problems, "--solver", () -> Solver.parse(solver));
        }
        if (preset != null && !LinearRecipe.presets().containsKey(preset)) {
            problems.add("--preset: '" + preset + "': must be one of "
                    + String.join(", ", LinearRecipe.presets().keySet()));
        }
        boolean sgd = cached && "sgd".equals(solver);
        if (cached) {
            Stream.of("--preset", "--crop-scale")
                    .filter(flag -> flag.equals("--preset") ? preset != null : cropScale != null)
                    .forEach(flag -> problems.add(flag + ": is for training on crops; leave it or --cached out"));
            if (!sgd && (rates != null || epochs != null || batch != null)) {
                problems.add((rates != null ? "--lr" : epochs != null ? "--epochs" : "--batch")
                        + ": L-BFGS has none; add --solver sgd, or leave it out");
            }
        } else {
            if (solver != null) {
                problems.add("--solver: is for --cached; training on crops is by sgd");
            }
            if (rates != null && rates.size() > 1 || decays != null && decays.size() > 1) {
                problems.add((rates != null && rates.size() > 1 ? "--lr" : "--weight-decay")
                        + ": several values can be tried with --cached only");
            }
            if (cropScale != null && !cropScale.matches("\\d*\\.?\\d+-\\d*\\.?\\d+")) {
                problems.add("--crop-scale: '" + cropScale + "': expected MIN-MAX, such as 0.08-1");
            }
            if (problems.isEmpty()) {
                attempt(problems, "--crop-scale", this::recipe);
            }
        }
    }

    /**
     * Refuses a number of processes that cannot share the batch of a training on crops.
     *
     * @param images to train on
     */
    void requireShared(int images, int world) {
        int size = cached ? 0 : recipe().batchSize(images);
        if (size % world == 0) {
            return;
        }
        int below = size / world * world;
        String sizes = IntStream.of(below, below + world)
                .filter(n -> n > 0 && n <= images)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" or "));
        throw new UsageException("--batch: '" + recipe().batchSize() + "': "
                + (size < recipe().batchSize()
                        ? "more than the " + images + " training images, which are therefore one batch; that "
                        : "")
                + "is the batch of all processes together, and must be divisible by the " + world + " there are; "
                + (sizes.isEmpty() ? "start at most " + images : "try " + sizes));
    }

    /** What must be the same for all processes that share the work, as lines of a name and a value. */
    String shared() {
        String stagesAndWay = "stages: " + stages + "\nfeatures: " + (cached ? "cached" : "of crops") + "\n";
        if (cached) {
            return stagesAndWay;
        }
        LinearRecipe recipe = recipe();
        return stagesAndWay + "epochs: " + recipe.epochs() + "\nlearning rate: " + recipe.learningRate()
                + "\nweight decay: " + recipe.weightDecay() + "\nbatch: " + recipe.batchSize() + "\ncrop scale: "
                + recipe.minScale() + "-" + recipe.maxScale() + "\n";
    }

    private static void attempt(List<String> problems, String flag, Runnable parse) {
        try {
            parse.run();
        } catch (IllegalArgumentException e) {
            problems.add(flag + ": " + e.getMessage());
        }
    }

    private static void numbers(List<String> problems, String flag, List<Double> values, boolean zero) {
        for (double value : values == null ? List.<Double>of() : values) {
            if (!(zero ? value >= 0 : value > 0) || Double.isInfinite(value)) {
                problems.add(flag + ": '" + value + "': must be " + (zero ? "0 or more" : "above 0"));
            }
        }
    }

    boolean cached() {
        return cached;
    }

    List<Stage> stages() {
        return stages.stream().map(Stage::parse).toList();
    }

    /** How classifiers are fitted on cached features. */
    CachedProbe probe(long seed) {
        boolean sgd = "sgd".equals(solver);
        return new CachedProbe(
                sgd ? Solver.SGD : Solver.LBFGS,
                !sgd ? List.of() : rates != null ? rates : SGD_RATES,
                decays != null ? decays : sgd ? SGD_DECAYS : LBFGS_DECAYS,
                epochs != null ? epochs : SGD_EPOCHS,
                batch != null ? batch : LinearRecipe.IMAGENET.batchSize(),
                seed);
    }

    /** How they are trained on crops. */
    LinearRecipe recipe() {
        LinearRecipe base = LinearRecipe.presets().get(preset != null ? preset : "imagenet");
        String[] scale = cropScale == null ? null : cropScale.split("-");
        return new LinearRecipe(
                epochs != null ? epochs : base.epochs(),
                rates != null ? rates.get(0) : base.learningRate(),
                base.drops(),
                decays != null ? decays.get(0) : base.weightDecay(),
                batch != null ? batch : base.batchSize(),
                scale == null ? base.minScale() : Double.parseDouble(scale[0]),
                scale == null ? base.maxScale() : Double.parseDouble(scale[1]));
    }
}
