package org.swav4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.Leakage;
import org.swav4j.eval.Predictions;
import org.swav4j.nn.Stage;
import org.swav4j.probe.CachedProbe;
import org.swav4j.probe.CachedProbe.Fitted;
import org.swav4j.probe.CachedProbe.Tried;
import org.swav4j.probe.EpochScore;
import org.swav4j.report.Figure;
import org.swav4j.report.Report;
import org.swav4j.report.Section;
import org.swav4j.report.Section.Share;

/** What a report of linear classifiers says in numbers. */
final class LinearReport {
    private static final int TOP = 5;

    private final Report.Builder report;
    private final List<Stage> stages;
    private Leakage leakage = new Leakage(List.of(), 0);

    /** @param stages that are reported; of one alone the figures' names do not name it */
    LinearReport(Report.Builder report, List<Stage> stages) {
        this.report = report;
        this.stages = stages;
    }

    /** Adds how many test images are training images too, and from then on the accuracy without them. */
    void leaked(Leakage found, LabelledImages train, LabelledImages test) {
        leakage = found;
        report.figure(
                Figure.count("leaked", "test images in train", found.copies().size()));
        found.warning(train, test).ifPresent(report::warning);
    }

    private String name(Stage stage, String figure) {
        return stages.size() == 1 ? figure : stage + "_" + figure;
    }

    private String label(Stage stage, String figure) {
        return stages.size() == 1 ? figure : stage + ": " + figure;
    }

    /** Adds a stage whose classifier was fitted on cached features. */
    void cached(Stage stage, Fitted fitted, Predictions test) {
        accuracy(stage, "", "", test);
        Tried chosen = fitted.chosen();
        boolean sgd = !Double.isNaN(chosen.learningRate());
        if (fitted.tried().size() > 1) {
            report.figure(Figure.share(
                    name(stage, "held_out_top1"),
                    label(stage, "top-1 on held-out train images"),
                    chosen.heldOutTop1()));
            report.figure(Figure.count(
                    name(stage, "held_out_images"), label(stage, "held-out images"), fitted.heldOutImages()));
        }
        report.figure(Figure.number(name(stage, "weight_decay"), label(stage, "weight decay"), chosen.weightDecay()));
        if (sgd) {
            report.figure(
                    Figure.number(name(stage, "learning_rate"), label(stage, "learning rate"), chosen.learningRate()));
        }
        if (fitted.tried().size() > 1) {
            sweep(stage, fitted, sgd);
            edge(stage, fitted);
        }
        details(stage, test);
    }

    private void sweep(Stage stage, Fitted fitted, boolean sgd) {
        List<List<Object>> rows = new ArrayList<>();
        for (Tried tried : fitted.tried()) {
            List<Object> row = new ArrayList<>();
            if (sgd) {
                row.add(tried.learningRate());
            }
            row.add(tried.weightDecay());
            row.add(new Share(tried.heldOutTop1()));
            row.add(tried.heldOutLoss());
            row.add(tried.equals(fitted.chosen()) ? "chosen" : null);
            rows.add(row);
        }
        List<String> header = new ArrayList<>(List.of("weight decay", "held-out top-1", "held-out loss", ""));
        if (sgd) {
            header.add(0, "lr");
        }
        report.section(new Section.Table(
                name(stage, "sweep"), label(stage, "Settings tried on held-out train images"), header, rows));
        List<Double> lines = fitted.tried().stream()
                .map(t -> sgd ? t.weightDecay() : Double.NaN)
                .distinct()
                .toList();
        report.section(new Section.Chart(
                name(stage, "sweep_curve"),
                label(stage, "Accuracy on held-out train images"),
                sgd ? "learning rate" : "weight decay",
                "top-1",
                true,
                true,
                lines.stream().map(line -> line(fitted, sgd, line)).toList()));
    }

    private static Section.Line line(Fitted fitted, boolean sgd, double decay) {
        List<Tried> points = fitted.tried().stream()
                .filter(t -> sgd ? t.weightDecay() == decay : t.weightDecay() > 0)
                .toList();
        return new Section.Line(
                sgd ? String.format(Locale.ROOT, "weight decay %.3g", decay) : "top-1",
                points.stream()
                        .mapToDouble(t -> sgd ? t.learningRate() : t.weightDecay())
                        .toArray(),
                points.stream().mapToDouble(Tried::heldOutTop1).toArray());
    }

    private void edge(Stage stage, Fitted fitted) {
        double chosen = fitted.chosen().weightDecay();
        double least =
                fitted.tried().stream().mapToDouble(Tried::weightDecay).min().orElseThrow();
        double most =
                fitted.tried().stream().mapToDouble(Tried::weightDecay).max().orElseThrow();
        boolean atEnd = least < most && (chosen == most || (chosen == least && least > 0));
        if (atEnd) {
            report.warning(label(
                    stage,
                    "the chosen weight decay is the " + (chosen == most ? "largest" : "smallest")
                            + " that was tried; give others by --weight-decay"));
        }
    }

    /**
     * Adds a stage whose classifier was trained on crops.
     *
     * @param scores after each epoch
     * @param last what it says of the test images after the last
     */
    void trained(Stage stage, List<EpochScore> scores, Predictions last) {
        accuracy(stage, "last_", " after the last epoch", last);
        int best = IntStream.range(0, scores.size())
                .reduce((a, b) -> scores.get(b).top1() > scores.get(a).top1() ? b : a)
                .orElseThrow();
        report.figure(Figure.share(
                name(stage, "best_top1"),
                label(stage, "best top-1 (chosen on test)"),
                scores.get(best).top1()));
        report.figure(Figure.share(
                name(stage, "best_top5"),
                label(stage, "top-5 then"),
                scores.get(best).top5()));
        report.figure(Figure.count(name(stage, "best_epoch"), label(stage, "best epoch"), best + 1));
        details(stage, last);
    }

    /** Adds the curves over epochs; per epoch, per stage, the score. */
    void curves(List<List<EpochScore>> scores) {
        double[] epochs =
                IntStream.rangeClosed(1, scores.size()).asDoubleStream().toArray();
        List<Section.Line> accuracies = new ArrayList<>();
        List<Section.Line> losses = new ArrayList<>();
        for (int s = 0; s < stages.size(); s++) {
            int stage = s;
            String name = stages.get(s).toString();
            accuracies.add(new Section.Line(
                    name,
                    epochs,
                    scores.stream().mapToDouble(e -> e.get(stage).top1()).toArray()));
            losses.add(new Section.Line(
                    name,
                    epochs,
                    scores.stream().mapToDouble(e -> e.get(stage).loss()).toArray()));
        }
        report.section(new Section.Chart(
                "accuracy_by_epoch", "Top-1 on test images", "epoch", "top-1", false, true, accuracies));
        report.section(new Section.Chart(
                "loss_by_epoch", "Cross-entropy on training crops", "epoch", "loss", false, false, losses));
    }

    private void accuracy(Stage stage, String prefix, String suffix, Predictions test) {
        report.figure(Figure.share(
                name(stage, prefix + "top1"), label(stage, "top-1" + suffix), test.top(1), test.interval(1)));
        report.figure(Figure.share(
                name(stage, prefix + "top5"), label(stage, "top-5" + suffix), test.top(TOP), test.interval(TOP)));
        if (!leakage.copies().isEmpty()) {
            leakage.unseen(test)
                    .ifPresent(rest -> report.figure(Figure.share(
                            name(stage, prefix + "top1_without_leaked"),
                            label(stage, "top-1 without those"),
                            rest.top(1),
                            rest.interval(1))));
        }
    }

    private void details(Stage stage, Predictions test) {
        double[] accuracy = test.perClass();
        int[][] confusion = test.confusion();
        List<List<Object>> rows = new ArrayList<>();
        for (int c = 0; c < accuracy.length; c++) {
            List<Object> row = new ArrayList<>();
            row.add(test.classes().get(c));
            row.add(IntStream.of(confusion[c]).sum());
            row.add(Double.isNaN(accuracy[c]) ? null : new Share(accuracy[c]));
            rows.add(row);
        }
        report.section(new Section.Table(
                name(stage, "classes"), label(stage, "By class"), List.of("class", "images", "top-1"), rows));
        report.section(new Section.Confusion(
                name(stage, "confusion"), label(stage, "Which classes are taken for which"), test));
    }

    /** Notes how cached features were classified. */
    static void settings(Report.Builder report, CachedProbe probe) {
        report.setting("solver", probe.solver().toString())
                .setting("features", "cached, no augmentation, standardised per dimension on train")
                .setting("weight_decays", probe.weightDecays())
                .setting("held_out", CachedProbe.HELD_OUT);
        if (probe.solver() == CachedProbe.Solver.SGD) {
            report.setting("learning_rates", probe.learningRates())
                    .setting("epochs", probe.epochs())
                    .setting("batch", probe.batchSize());
        }
    }
}
