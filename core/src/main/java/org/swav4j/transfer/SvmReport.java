package org.swav4j.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.swav4j.eval.Leakage;
import org.swav4j.report.Figure;
import org.swav4j.report.Report;
import org.swav4j.report.Section;

/** What {@link SvmProtocol} and {@link LowShot} found, as figures, tables and a chart of a report. */
public final class SvmReport {
    private final Report.Builder report;

    /** Adds to a report. */
    public SvmReport(Report.Builder report) {
        this.report = report;
    }

    /** The images, and how many of them are on both sides. */
    public void images(MultiLabelImages train, MultiLabelImages test, Leakage leakage) {
        report.data("train", train).data("test", test);
        leakage.warning(train, test).ifPresent(report::warning);
    }

    /** What one machine per class reaches. */
    public void classes(SvmProtocol protocol, SvmProtocol.Result result) {
        report.setting("costs", protocol.search().costs())
                .setting("folds", protocol.search().folds())
                .setting("positive_weight", SvmTrainer.POSITIVE_WEIGHT)
                .setting("loss", "squared hinge, L2-regularised, bias included")
                .setting("tolerance", SvmTrainer.TOLERANCE)
                .setting("features", "of unit length")
                .setting("seed", protocol.seed());
        report.figure(Figure.share(
                        "map11", "mAP, 11-point (VOC07)", result.mean().points11(), result.points11()))
                .figure(Figure.share("map", "mAP, all points", result.mean().allPoints(), result.allPoints()));
        report.section(new Section.Table(
                "classes",
                "Average precision by class",
                List.of("class", "AP 11-point", "AP", "cost", "train with", "train without", "test with"),
                result.classes().stream().map(SvmReport::row).toList()));
        named(
                result,
                one -> Double.isNaN(one.cost()),
                "no machine, as training images with or without them are missing");
        named(result, one -> one.testPositives() == 0, "no AP, as no test image shows them");
        if (protocol.search().costs().size() > 1) {
            named(
                    result,
                    one -> !one.validated() && !Double.isNaN(one.cost()),
                    "the cost " + protocol.search().without()
                            + ", as there are too few images to choose it by cross-validation");
        }
    }

    private static List<Object> row(SvmProtocol.ClassResult one) {
        return Arrays.asList(
                one.name(),
                new Section.Share(one.precision().points11()),
                new Section.Share(one.precision().allPoints()),
                one.cost(),
                one.trainPositives(),
                one.trainNegatives(),
                one.testPositives());
    }

    private void named(SvmProtocol.Result result, Predicate<SvmProtocol.ClassResult> which, String what) {
        List<String> names = result.classes().stream()
                .filter(which)
                .map(SvmProtocol.ClassResult::name)
                .toList();
        if (!names.isEmpty()) {
            report.warning("these classes have " + what + ": " + LabelFile.some(names));
        }
    }

    /** What few images reach. */
    public void lowShot(LowShot protocol, List<LowShot.Result> results) {
        report.setting("shots", protocol.shots())
                .setting("draws", protocol.draws())
                .setting("shot_cost", protocol.cost());
        List<List<Object>> rows = new ArrayList<>();
        for (LowShot.Result result : results) {
            AveragePrecision mean = result.mean();
            AveragePrecision deviation = result.standardDeviation();
            rows.add(Arrays.asList(
                    result.shots(),
                    new Section.Share(mean.points11()),
                    new Section.Share(deviation.points11()),
                    new Section.Share(mean.allPoints()),
                    new Section.Share(deviation.allPoints())));
        }
        report.section(new Section.Table(
                "low_shot",
                "From few images of each class, mean and standard deviation over " + protocol.draws() + " draws",
                List.of("images", "mAP 11-point", "deviation", "mAP", "deviation of mAP"),
                rows));
        report.section(new Section.Chart(
                "low_shot_chart",
                "mAP (11-point) against images of each class",
                "images of each class",
                "mAP",
                true,
                true,
                List.of(
                        line("mean", results, r -> r.mean().points11()),
                        line(
                                "lowest draw",
                                results,
                                r -> points11(r, stream -> stream.min().orElseThrow())),
                        line(
                                "highest draw",
                                results,
                                r -> points11(r, stream -> stream.max().orElseThrow())))));
    }

    private static double points11(LowShot.Result result, ToDoubleFunction<DoubleStream> pick) {
        return pick.applyAsDouble(result.means().stream().mapToDouble(AveragePrecision::points11));
    }

    private static Section.Line line(
            String label, List<LowShot.Result> results, ToDoubleFunction<LowShot.Result> value) {
        return new Section.Line(
                label,
                results.stream().mapToDouble(LowShot.Result::shots).toArray(),
                results.stream().mapToDouble(value).toArray());
    }
}
