package org.swav4j.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.Interval;
import org.swav4j.eval.Knn;
import org.swav4j.eval.Leakage;
import org.swav4j.eval.Predictions;
import org.swav4j.report.Figure;
import org.swav4j.report.Report;
import org.swav4j.report.Section;
import org.swav4j.report.Section.Share;

/** What a report of k-NN says in numbers: accuracy by k and by class, what is taken for what, and what leaked. */
final class KnnReport {
    private static final int TOP = 5;

    private final LabelledImages train;
    private final LabelledImages test;

    KnnReport(LabelledImages train, LabelledImages test) {
        this.train = train;
        this.test = test;
    }

    /** Adds it; the first result is the headline. */
    void fill(Report.Builder report, List<Knn.Result> results, Leakage leakage) {
        Knn.Result headline = results.get(0);
        Predictions predictions = headline.predictions();
        report.figure(Figure.share("top1", "top-1 (k " + headline.k() + ")", headline.top1(), predictions.interval(1)));
        report.figure(
                Figure.share("top5", "top-5 (k " + headline.k() + ")", headline.top5(), predictions.interval(TOP)));
        report.figure(Figure.count("train_images", "training images", headline.trainImages()));
        report.figure(Figure.count("test_images", "test images", headline.testImages()));
        report.figure(Figure.count(
                "leaked", "test images among them", leakage.copies().size()));
        leakage.warning(train, test).ifPresent(text -> {
            report.warning(text);
            leakage.unseen(predictions)
                    .ifPresent(rest -> report.figure(
                            Figure.share("top1_without_leaked", "top-1 without those", rest.top(1), rest.interval(1))));
        });
        report.section(byK(results));
        report.section(byClass(predictions));
        report.section(new Section.Confusion("confusion", "What is taken for what", predictions));
    }

    private static Section.Table byK(List<Knn.Result> results) {
        List<List<Object>> rows = new ArrayList<>();
        results.stream().sorted(Comparator.comparingInt(Knn.Result::k)).forEach(result -> {
            Interval one = result.predictions().interval(1);
            Interval five = result.predictions().interval(TOP);
            rows.add(List.of(
                    result.k(),
                    new Share(result.top1()),
                    new Share(one.low()),
                    new Share(one.high()),
                    new Share(result.top5()),
                    new Share(five.low()),
                    new Share(five.high())));
        });
        return new Section.Table(
                "by_k",
                "By the number of neighbours, with 95 % intervals",
                List.of("k", "top-1", "from", "to", "top-5", "top-5 from", "top-5 to"),
                rows);
    }

    private static Section.Table byClass(Predictions predictions) {
        int[][] confusion = predictions.confusion();
        double[] accuracy = predictions.perClass();
        int classes = accuracy.length;
        List<List<Object>> rows = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            int[] said = confusion[c];
            int right = c;
            int mistaken = IntStream.range(0, classes)
                    .filter(other -> other != right && said[other] > 0)
                    .boxed()
                    .max(Comparator.<Integer>comparingInt(other -> said[other])
                            .thenComparing(Comparator.reverseOrder()))
                    .orElse(-1);
            List<Object> row = new ArrayList<>();
            row.add(predictions.classes().get(c));
            row.add(IntStream.of(said).sum());
            row.add(new Share(accuracy[c]));
            row.add(mistaken < 0 ? null : predictions.classes().get(mistaken));
            row.add(mistaken < 0 ? null : said[mistaken]);
            rows.add(row);
        }
        return new Section.Table(
                "classes", "By class", List.of("class", "images", "top-1", "most taken for", "times"), rows);
    }
}
