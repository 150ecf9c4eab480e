package org.swav4j.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.swav4j.classify.Cell;
import org.swav4j.classify.Comparison;
import org.swav4j.classify.Method;
import org.swav4j.classify.Recipe;
import org.swav4j.classify.TrainingTask;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.EvaluationSplit;
import org.swav4j.eval.Interval;
import org.swav4j.eval.Leakage;
import org.swav4j.report.Figure;
import org.swav4j.report.Report;
import org.swav4j.report.Section;

/** What a comparison found, as a report and as a table in Markdown. */
final class CompareReport {
    private final Comparison comparison;
    private final List<Cell> cells;
    private final List<String> labels;
    private final List<Method> methods;

    CompareReport(Comparison comparison, List<Cell> cells) {
        this.comparison = comparison;
        this.cells = List.copyOf(cells);
        Set<String> shares = new LinkedHashSet<>();
        cells.forEach(cell -> shares.add(cell.labels()));
        this.labels = List.copyOf(shares);
        this.methods = Stream.of(Method.values())
                .filter(method -> cells.stream().anyMatch(cell -> cell.method() == method))
                .toList();
    }

    private List<Cell> cells(String share, Method method) {
        return cells.stream()
                .filter(cell -> cell.labels().equals(share) && cell.method() == method)
                .toList();
    }

    /** Mean over the seeds. */
    private double top1(String share, Method method) {
        return cells(share, method).stream().mapToDouble(Cell::top1).average().orElse(Double.NaN);
    }

    /** Of several seeds, from the lowest end to the highest: wider than either alone. */
    private Interval interval(String share, Method method) {
        List<Cell> all = cells(share, method);
        return new Interval(
                all.stream().mapToDouble(cell -> cell.interval().low()).min().orElse(Double.NaN),
                all.stream().mapToDouble(cell -> cell.interval().high()).max().orElse(Double.NaN));
    }

    private double gain(String share) {
        return top1(share, Method.FINE_TUNED) - top1(share, Method.FROM_SCRATCH);
    }

    private Cell trained(String share) {
        return cells(share, Method.FINE_TUNED).get(0);
    }

    Report report(String command, int threads) {
        TrainingTask task = comparison.tuned();
        EncoderSource fresh = EncoderSource.untrained(task.start().info(), task.seed());
        Report.Builder report = Report.builder(
                        "compare", "Accuracy against the share of labels, with pretraining and without")
                .command(command)
                .encoder("pretrained", task.start())
                .encoder("from scratch", fresh)
                .data("train", task.train())
                .data("test", task.test())
                .setting("labels", labels)
                .setting("seed", task.seed())
                .setting("seeds", comparison.seeds());
        int images = task.train().size();
        ClassifierRun.settings(report, "tuned_", task.recipe(), images);
        ofEachShare(report, "tuned_lr", Recipe::trunkLr);
        ofEachShare(report, "tuned_head_lr", Recipe::headLr);
        ofEachShare(report, "tuned_weight_decay", Recipe::weightDecay);
        ClassifierRun.settings(report, "scratch_", comparison.scratch(), images);
        report.setting("least_steps", task.recipe().leastSteps());
        comparison.frozen().ifPresent(frozen -> report.setting("linear", frozen.settings()));
        report.setting("image_size", task.view().size())
                .setting("precision", task.precision().toString())
                .setting("threads", threads);
        for (String share : labels) {
            String name = "gain" + ClassifierRun.suffix(share).replace('-', '_').replace('.', '_');
            report.figure(Figure.number(
                    name, "fine-tuned over from scratch with " + share + " of the labels, points", 100 * gain(share)));
            if (gain(share) <= 0) {
                report.warning("with " + share + " of the labels pretraining did not help: fine-tuned "
                        + percent(top1(share, Method.FINE_TUNED)) + ", from scratch "
                        + percent(top1(share, Method.FROM_SCRATCH)));
            }
        }
        new EvaluationSplit(task.train(), task.test()).warnings().forEach(report::warning);
        Leakage.between(task.train(), task.test(), task.workers())
                .warning(task.train(), task.test())
                .ifPresent(report::warning);
        ReportOutput.unreadable(report, task.quarantine());
        return report.section(table()).section(chart()).section(everyCell()).build();
    }

    /** A setting of fine-tuning that depends on how many labels there are, in the order of the shares. */
    private void ofEachShare(Report.Builder report, String name, ToDoubleFunction<Recipe> setting) {
        report.setting(
                name,
                labels.stream()
                        .map(share ->
                                comparison.tunedRecipe().apply(trained(share).images()))
                        .map(setting::applyAsDouble)
                        .toList());
    }

    private Section.Table table() {
        List<String> header = new ArrayList<>(List.of("labels", "images", "steps"));
        methods.forEach(method -> header.add(method.toString()));
        List<List<Object>> rows = new ArrayList<>();
        for (String share : labels) {
            List<Object> row = new ArrayList<>(
                    List.of(share, trained(share).images(), trained(share).steps()));
            methods.forEach(method -> row.add(new Section.Share(top1(share, method))));
            rows.add(row);
        }
        return new Section.Table("top1", "Top-1 after the last epoch", header, rows);
    }

    /** The picture: a line a method, with whiskers. */
    Section.Chart chart() {
        int images = comparison.tuned().train().size();
        double[] x = labels.stream()
                .mapToDouble(share -> (double) trained(share).images() / images)
                .toArray();
        List<Section.Line> lines = methods.stream()
                .map(method -> new Section.Line(
                        method.toString(),
                        x,
                        ofEach(share -> top1(share, method)),
                        ofEach(share -> interval(share, method).low()),
                        ofEach(share -> interval(share, method).high())))
                .toList();
        return new Section.Chart(
                "top1_by_labels", "Top-1 against labels", "share of the labels", "top-1", true, true, true, lines);
    }

    private double[] ofEach(ToDoubleFunction<String> value) {
        return labels.stream().mapToDouble(value).toArray();
    }

    private Section.Table everyCell() {
        List<List<Object>> rows = new ArrayList<>();
        for (Cell cell : cells) {
            rows.add(List.of(
                    cell.labels(),
                    cell.method().toString(),
                    cell.seed(),
                    new Section.Share(cell.top1()),
                    new Section.Share(cell.interval().low()),
                    new Section.Share(cell.interval().high()),
                    new Section.Share(cell.top5())));
        }
        return new Section.Table(
                "cells",
                "Every training, with the interval that 95 % of resamples of the test images lie in",
                List.of("labels", "method", "seed", "top-1", "from", "to", "top-5"),
                rows);
    }

    /** The table, with intervals. */
    String markdown() {
        StringBuilder text = new StringBuilder("| labels | images | steps |");
        methods.forEach(method -> text.append(' ').append(method).append(" |"));
        text.append("\n|---:|---:|---:|").append("---:|".repeat(methods.size())).append('\n');
        for (String share : labels) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %,d |",
                    share,
                    trained(share).images(),
                    trained(share).steps()));
            for (Method method : methods) {
                Interval interval = interval(share, method);
                text.append(String.format(
                        Locale.ROOT,
                        " %.1f (%.1f–%.1f) |",
                        100 * top1(share, method),
                        100 * interval.low(),
                        100 * interval.high()));
            }
            text.append('\n');
        }
        return text.append('\n')
                .append("Top-1 in percent after the last epoch, ")
                .append(comparison.seeds() == 1 ? "one seed" : "mean over " + comparison.seeds() + " seeds")
                .append("; in brackets the 95 % bootstrap interval over test images")
                .append(comparison.seeds() == 1 ? ".\n" : ", from the lowest seed's to the highest's.\n")
                .toString();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
