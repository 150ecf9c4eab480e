package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.swav4j.comm.Collective;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.Leakage;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stage;
import org.swav4j.probe.EpochScore;
import org.swav4j.probe.LinearRecipe;
import org.swav4j.probe.LinearTraining;
import org.swav4j.probe.StageFeatures;
import org.swav4j.report.Report;

/** {@code swav linear} on crops drawn anew in every epoch: trains, can be stopped and gone on with, and reports. */
final class LinearOnCrops {
    private final LinearQuestion question;
    private final EvaluationOptions options;
    private final LinearRecipe recipe;
    private final EvaluationRanks processes;
    private final Collective ranks;
    private final Placement placement;
    private final ProgressLine progress;
    private final Optional<Path> folder;
    private final PrintWriter err;

    /**
     * @param processes that share the work
     * @param placement of the encoder, and so of the classifiers
     */
    LinearOnCrops(LinearQuestion question, EvaluationRanks processes, Placement placement, ProgressLine progress) {
        this.question = question;
        this.options = question.options();
        this.recipe = question.linear().recipe();
        this.processes = processes;
        this.ranks = processes.collective();
        this.placement = placement;
        this.progress = progress;
        this.folder = options.reportFolder(question.source());
        this.err = question.spec().commandLine().getErr();
    }

    /** Trains and reports, or stops; the exit code. Collective: every rank must call. */
    int run() throws IOException {
        Quarantine quarantine = new Quarantine("images");
        Report.Builder report = question.report("linear");
        try (StageFeatures asked = question.features(question.test(), quarantine, progress, ranks)) {
            LinearTraining.Task task = task(asked, quarantine);
            settings(report, task);
            try (LinearTraining training = new LinearTraining(task, ranks);
                    Interrupts interrupts = processes.interrupts("Stopping. Once more to end at once.")) {
                int epochs = training.run(new Shown(progress, recipe.epochs()), interrupts);
                progress.finish();
                if (epochs < recipe.epochs()) {
                    return stopped(epochs, interrupts);
                }
                question.train().share(ranks);
                question.test().share(ranks);
                if (ranks.rank() == 0) {
                    ReportOutput.unreadable(report, quarantine);
                    show(report, training);
                    training.deleteSaved();
                }
            }
        }
        return ExitCode.DONE;
    }

    private LinearTraining.Task task(StageFeatures asked, Quarantine quarantine) {
        List<Stage> stages = question.linear().stages();
        Architecture architecture = Architecture.parse(question.source().info().arch());
        // a state is gone on with by any number of ranks, so that is not in its key
        String key = String.join(
                " ",
                "1",
                question.source().fingerprint(),
                question.train().fingerprint(),
                question.test().fingerprint(),
                recipe.toString(),
                stages.toString(),
                options.view(question.source()).toString(),
                options.precision().toString(),
                Long.toString(options.seed()));
        return new LinearTraining.Task(
                question.encoder()::features,
                stages,
                stages.stream().map(stage -> architecture.features(stage)).toList(),
                question.train(),
                asked,
                recipe,
                options.view(question.source()),
                placement,
                options.workers(),
                options.seed(),
                quarantine,
                key,
                folder.map(f -> f.resolve("linear.unfinished.safetensors")));
    }

    private void settings(Report.Builder report, LinearTraining.Task task) {
        report.setting("epochs", recipe.epochs())
                .setting("learning_rate", recipe.learningRate())
                .setting("schedule", recipe.schedule().toString())
                .setting("momentum", LinearRecipe.MOMENTUM)
                .setting("weight_decay", recipe.weightDecay())
                .setting("crop_scale", recipe.minScale() + "-" + recipe.maxScale())
                .setting("batch", task.batchSize());
    }

    private int stopped(int epochs, Interrupts interrupts) {
        if (ranks.rank() == 0) {
            err.println(String.format(
                    Locale.ROOT,
                    "Stopped after %,d of %,d epochs. %s",
                    epochs,
                    recipe.epochs(),
                    folder.isPresent()
                            ? "The same command goes on."
                            : "Nothing was saved, as the encoder has no run; with --report DIR the same command"
                                    + " could go on."));
            err.flush();
        }
        return processes.exitCode(interrupts);
    }

    private void show(Report.Builder report, LinearTraining training) {
        List<Stage> stages = question.linear().stages();
        List<List<EpochScore>> scores = training.scores();
        LinearReport text = new LinearReport(report, stages);
        // epochs before a stop were read by another process
        Leakage leakage = Leakage.ofAll(question.train(), question.test(), options.workers());
        text.leaked(leakage, question.train(), question.test());
        for (int s = 0; s < stages.size(); s++) {
            int stage = s;
            text.trained(
                    stages.get(s),
                    scores.stream().map(e -> e.get(stage)).toList(),
                    training.predictions(stages.get(s)));
        }
        text.curves(scores);
        new ReportOutput(question.spec()).show(report.build(), folder, options.json());
    }

    /** How a training goes, on a progress line. */
    private static final class Shown implements LinearTraining.Watcher {
        private final ProgressLine progress;
        private final int epochs;

        Shown(ProgressLine progress, int epochs) {
            this.progress = progress;
            this.epochs = epochs;
        }

        @Override
        public void goesOn(int done) {
            progress.say(String.format(Locale.ROOT, "going on behind epoch %,d of %,d", done, epochs));
        }

        @Override
        public void step(int epoch, int step, int stepsPerEpoch) {
            progress.status(
                    () -> String.format(Locale.ROOT, "epoch %,d/%,d  step %,d/%,d", epoch, epochs, step, stepsPerEpoch),
                    false);
        }

        @Override
        public void epoch(int epoch, List<EpochScore> scores) {
            EpochScore last = scores.get(scores.size() - 1);
            progress.status(
                    () -> String.format(
                            Locale.ROOT,
                            "epoch %,d/%,d  loss %.4f  top-1 %.1f %%",
                            epoch,
                            epochs,
                            last.loss(),
                            100 * last.top1()),
                    true);
        }

        @Override
        public void warning(String message) {
            progress.warning(message);
        }
    }
}
