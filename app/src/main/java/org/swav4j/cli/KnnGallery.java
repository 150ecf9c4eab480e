package org.swav4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.swav4j.eval.LabelledFeatures;
import org.swav4j.eval.NearestImages;
import org.swav4j.eval.NearestImages.Neighbours;
import org.swav4j.eval.Predictions;
import org.swav4j.report.Report;
import org.swav4j.report.Section;
import org.swav4j.report.Section.Item;
import org.swav4j.report.Section.Mark;

/** Some test images that k-NN classified rightly and some that it did not, with their nearest neighbours. */
final class KnnGallery {
    private static final int ROWS = 6;
    private static final int NEIGHBOURS = 8;

    private final LabelledFeatures bank;
    private final LabelledFeatures asked;

    KnnGallery(LabelledFeatures bank, LabelledFeatures asked) {
        this.bank = bank;
        this.asked = asked;
    }

    /** Adds a part for right ones and one for wrong ones, as far as there are any. */
    void fill(Report.Builder report, Predictions predictions) {
        add(report, predictions, true);
        add(report, predictions, false);
    }

    private void add(Report.Builder report, Predictions predictions, boolean right) {
        int[] all = IntStream.range(0, predictions.size())
                .filter(i -> predictions.isRight(i, 1) == right)
                .toArray();
        if (all.length == 0) {
            return;
        }
        int[] shown = spread(all);
        Neighbours[] nearest = new NearestImages(bank, NEIGHBOURS).of(asked, shown);
        int[] bankImages = bank.images();
        int[] bankLabels = bank.labels();
        List<Section.Row> rows = new ArrayList<>();
        for (int i = 0; i < shown.length; i++) {
            int test = shown[i];
            int label = predictions.labels()[test];
            List<Item> items = new ArrayList<>();
            items.add(new Item(
                    "test",
                    predictions.images()[test],
                    predictions.classes().get(label),
                    right ? Mark.RIGHT : Mark.WRONG));
            for (int n = 0; n < nearest[i].size(); n++) {
                int row = nearest[i].row(n);
                items.add(new Item(
                        "train",
                        bankImages[row],
                        String.format(
                                Locale.ROOT,
                                "%s %.2f",
                                predictions.classes().get(bankLabels[row]),
                                nearest[i].similarity(n)),
                        bankLabels[row] == label ? Mark.RIGHT : Mark.WRONG));
            }
            int[] said = predictions.ranked()[test];
            String taken = said.length == 0 ? "nothing" : predictions.classes().get(said[0]);
            rows.add(new Section.Row(right ? taken : predictions.classes().get(label) + ", taken for " + taken, items));
        }
        report.section(new Section.Gallery(
                right ? "right" : "wrong",
                right ? "Rightly classified" : "Wrongly classified",
                "A test image, and the training images whose features are most similar, with their cosines.",
                rows));
    }

    /** A few, evenly spread: sources lie in the order of their classes. */
    private static int[] spread(int[] all) {
        int count = Math.min(ROWS, all.length);
        return IntStream.range(0, count)
                .map(i -> all[(int) ((2L * i + 1) * all.length / (2L * count))])
                .toArray();
    }
}
