package org.swav4j.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.comm.Alone;
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
            0,
            AugmentOn.CPU,
            SafetyConfig.DEFAULT);
    private EpochEvaluation evaluation;
    private int profiledSteps;
    private boolean acceptDataChange;
    private final List<ProfileReport> profiles = new ArrayList<>();
    private long stopAfter = Long.MAX_VALUE;
    private Runnable afterStep = () -> {};
    private final List<StepReport> steps = new ArrayList<>();
    private final List<Double> knn = new ArrayList<>();
    private final List<Path> saved = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    TinyTraining(Path out) {
        try {
            this.run = RunDirectory.create(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TinyTraining with(UnaryOperator<PretrainConfig> change) {
        config = change.apply(config);
        return this;
    }

    TinyTraining evaluated(EpochEvaluation by) {
        evaluation = by;
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

    TinyTraining afterStep(Runnable action) {
        afterStep = action;
        return this;
    }

    TrainingResult run(ImageSource images) {
        return run(images, null);
    }

    TrainingResult run(ImageSource images, Checkpoint resume) {
        steps.clear();
        Pretraining.Job job = new Pretraining.Job(
                config, images, run, resume, null, evaluation, profiledSteps, acceptDataChange, "tiny");
        try {
            return new Pretraining(job, new Alone(), this, () -> lastStep() >= stopAfter).run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long lastStep() {
        return steps.isEmpty() ? 0 : steps.get(steps.size() - 1).step();
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
    public void started(TrainingPlan plan) {}

    @Override
    public void step(StepReport report) {
        steps.add(report);
        afterStep.run();
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
