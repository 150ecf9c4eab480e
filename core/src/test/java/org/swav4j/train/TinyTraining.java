package org.swav4j.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.data.ImageSource;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.SwavConfig;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.Stem;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.optim.ScheduleConfig;
import org.swav4j.profile.ProfileReport;
import org.swav4j.runlog.RunDirectory;
import org.swav4j.tensor.Precision;

/** A whole training that takes about a second: what varies between tests, and what happened. */
final class TinyTraining implements TrainingListener {
    static final int BATCH = 8;

    private final RunDirectory run;
    private PretrainConfig config = new PretrainConfig(
            new ModelConfig(Architecture.parse("resnet18w0.125"), Stem.SMALL_STRIDE2, 16, 8, List.of(10)),
            CropSpec.parseAll("2x16@0.3-1,2x8@0.1-0.3"),
            Augmentation.SWAV,
            new SwavConfig(0.05, 3, 0.1, List.of(0, 1), 2 * BATCH, 1, 4),
            new OptimizerConfig(OptimizerConfig.Kind.LARC, 1e-6, 0.9, 0.02, false),
            new ScheduleConfig(0.5, 0.01, 1, 0.1),
            3,
            0,
            BATCH,
            1,
            false,
            Precision.FP32,
            "cpu",
            1,
            2,
            31,
            0,
            false,
            0,
            AugmentOn.CPU,
            SafetyConfig.DEFAULT,
            RanksConfig.DEFAULT);
    private EpochEvaluation evaluation;
    private int profiledSteps;
    private boolean acceptDataChange;
    private Collective collective = new Alone();
    private final List<ProfileReport> profiles = new ArrayList<>();
    private long stopAfter = Long.MAX_VALUE;
    private BooleanSupplier stopWhen = () -> false;
    private long done;
    private Runnable afterStep = () -> {};
    private final List<StepReport> steps = new ArrayList<>();
    private final List<Double> knn = new ArrayList<>();
    private final List<Path> saved = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** Makes the run's directory, unless an earlier process has. */
    TinyTraining(Path out) {
        try {
            boolean again = Files.exists(out.resolve(RunDirectory.METRICS));
            this.run = again ? RunDirectory.elsewhere(out) : RunDirectory.create(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Other settings, {@code key=value} with spaces between them. */
    TinyTraining with(String settings) {
        Values values = Values.of(config);
        for (String each : settings.split(" ")) {
            String[] parts = each.split("=", 2);
            Setting setting = Setting.ofKey(parts[0]).orElseThrow();
            values.put(setting, setting.parse(parts[1]));
        }
        config = values.config();
        return this;
    }

    TinyTraining evaluated(EpochEvaluation by) {
        evaluation = by;
        return this;
    }

    TinyTraining acceptingOtherImages() {
        acceptDataChange = true;
        return this;
    }

    TinyTraining profiled(int steps) {
        profiledSteps = steps;
        return this;
    }

    List<ProfileReport> profiles() {
        return profiles;
    }

    TinyTraining stopAfter(long step) {
        stopAfter = step;
        return this;
    }

    /** Makes the codes of a step be no numbers, and with them its loss, if asked so after that many steps. */
    TinyTraining poisonedAfter(LongPredicate steps) {
        collective = new Poison(() -> steps.test(done));
        return this;
    }

    private record Poison(BooleanSupplier now) implements Collective {
        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int world() {
            return 1;
        }

        @Override
        public void sum(Tensor tensor) {}

        @Override
        public void max(Tensor tensor) {
            if (now.getAsBoolean()) {
                tensor.fill_(new Scalar(Double.NaN));
            }
        }

        @Override
        public void broadcast(Tensor tensor, int root) {}

        @Override
        public Collective groups(int size) {
            return this;
        }
    }

    /** One of several ranks. */
    TinyTraining on(Collective ranks) {
        collective = ranks;
        return this;
    }

    TinyTraining stopWhen(BooleanSupplier asked) {
        stopWhen = asked;
        return this;
    }

    TinyTraining afterStep(Runnable action) {
        afterStep = action;
        return this;
    }

    TrainingResult run(ImageSource images) {
        return run(images, null);
    }

    TrainingResult run(ImageSource images, Checkpoint resume) {
        steps.clear();
        done = resume == null ? 0 : resume.progress().step();
        Pretraining.Job job = new Pretraining.Job(
                config, images, run, resume, null, evaluation, profiledSteps, acceptDataChange, "tiny");
        try {
            return new Pretraining(job, collective, this, () -> done >= stopAfter || stopWhen.getAsBoolean()).run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RunDirectory directory() {
        return run;
    }

    PretrainConfig config() {
        return config;
    }

    List<StepReport> steps() {
        return steps;
    }

    List<Double> knn() {
        return knn;
    }

    List<Path> saved() {
        return saved;
    }

    List<String> warnings() {
        return warnings;
    }

    @Override
    public void step(StepReport report) {
        steps.add(report);
        done = report.step();
        afterStep.run();
    }

    @Override
    public void rewound(long step, String why) {
        warnings.add(why);
        done = step;
    }

    @Override
    public void warning(String message) {
        warnings.add(message);
    }

    @Override
    public void knn(int epoch, double top1) {
        knn.add(top1);
    }

    @Override
    public void profiled(ProfileReport report) {
        profiles.add(report);
    }

    @Override
    public void saved(Path checkpoint, long step) {
        saved.add(checkpoint);
    }
}
