package org.swav4j.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.swav4j.report.Figure;
import org.swav4j.report.Report;
import org.swav4j.report.Section;
import org.swav4j.report.Section.Item;
import org.swav4j.report.Section.Mark;
import org.swav4j.report.Section.Row;
import org.swav4j.report.Section.Share;

/** What an evaluation found as figures, warnings and sections of a report, whose images are called {@code data}. */
public final class ClusterReport {
    /** What the images are called in {@link Report.Builder#data}. */
    public static final String DATA = "data";

    private static final int FULLEST = 10;
    private static final int EMPTIEST = 5;
    private static final int NAMED = 20;

    private final Clusters clusters;
    private final Assignments assignments;
    private final Usage usage;
    private final List<List<Integer>> nearest;
    private final int[] byFill;
    private final int used;

    public ClusterReport(Clusters clusters) {
        this.clusters = clusters;
        assignments = clusters.assignments();
        usage = clusters.usage();
        nearest = assignments.nearest();
        byFill = usage.byFill();
        used = byFill.length - usage.empty().length;
    }

    /**
     * Adds everything to a report.
     *
     * @param prototypesShown rows of the gallery at most, the fullest prototypes; 0 for no gallery
     * @param imagesEach images in each row at most, those of the highest scores
     */
    public void addTo(Report.Builder report, int prototypesShown, int imagesEach) {
        warnings().forEach(report::warning);
        usageFigures(report);
        clusters.labels().ifPresent(labels -> labelFigures(report, labels));
        clusters.labels().ifPresent(labels -> report.section(agreement(labels)));
        if (usage.empty().length + usage.overfull().length > 0) {
            report.section(unusual());
        }
        report.section(chart());
        int fullest = Math.min(FULLEST, used);
        report.section(prototypes("fullest", "Fullest prototypes", Arrays.copyOf(byFill, fullest)));
        int emptiest = Math.min(EMPTIEST, used - fullest);
        if (emptiest > 0) {
            report.section(prototypes(
                    "emptiest",
                    "Prototypes with the fewest images, but some",
                    Arrays.copyOfRange(byFill, used - emptiest, used)));
        }
        if (prototypesShown > 0) {
            report.section(gallery(Math.min(prototypesShown, used), imagesEach));
        }
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        int prototypes = assignments.prototypes();
        if (prototypes > assignments.size()) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "%,d prototypes for %,d image%s: at least %,d must be empty; look at more images",
                    prototypes,
                    assignments.size(),
                    assignments.size() == 1 ? "" : "s",
                    prototypes - assignments.size()));
        }
        if (used == 1 && prototypes > 1 && assignments.size() > 1) {
            warnings.add("all images belong to prototype " + byFill[0]
                    + ": the training has collapsed, or these images are nothing like those it saw");
        }
        boolean haveClasses = !clusters.images().classNames().isEmpty();
        if (haveClasses && clusters.labels().isEmpty()) {
            warnings.add("the labelled images are of fewer than two classes, so agreement with labels is left out");
        }
        clusters.labels()
                .filter(labels -> labels.images() < assignments.size())
                .ifPresent(labels -> warnings.add(String.format(
                        Locale.ROOT,
                        "%,d of %,d images have no label; agreement with labels is of the others",
                        assignments.size() - labels.images(),
                        assignments.size())));
        return warnings;
    }

    private void usageFigures(Report.Builder report) {
        report.figure(Figure.count("images", "images", assignments.size()))
                .figure(Figure.count("prototypes", "prototypes", assignments.prototypes()))
                .figure(Figure.count("empty", "empty prototypes", usage.empty().length))
                .figure(Figure.count("overfull", "overfull prototypes", usage.overfull().length))
                .figure(Figure.number("entropy", "entropy of usage, nats", usage.entropy()))
                .figure(Figure.share("entropy_share", "entropy of what is possible", usage.evenness()))
                .figure(Figure.number("effective_prototypes", "effective prototypes", usage.effective()))
                .figure(Figure.number("confidence", "mean confidence", mean(assignments.confidence())))
                .figure(Figure.number("margin", "mean margin", mean(assignments.margin())));
        number(report, "silhouette", "silhouette of prototypes", clusters.silhouette());
        clusters.stability()
                .ifPresent(s -> report.figure(Figure.share("stable", "same prototype in two augmentations", s.same()))
                        .figure(Figure.number("stability_ami", "AMI of two augmentations", s.ami())));
    }

    private static void labelFigures(Report.Builder report, LabelQuality labels) {
        report.figure(Figure.number(
                        "nmi",
                        "NMI of prototypes with labels",
                        labels.prototypes().nmi()))
                .figure(Figure.number(
                        "ami",
                        "AMI of prototypes with labels",
                        labels.prototypes().ami()))
                .figure(Figure.number(
                        "ari",
                        "ARI of prototypes with labels",
                        labels.prototypes().ari()))
                .figure(Figure.share(
                        "purity", "purity of prototypes", labels.prototypes().purity()))
                .figure(Figure.number(
                        "group_nmi",
                        "NMI of groups with labels",
                        labels.grouped().nmi()))
                .figure(Figure.number(
                        "group_ami",
                        "AMI of groups with labels",
                        labels.grouped().ami()))
                .figure(Figure.number(
                        "group_ari",
                        "ARI of groups with labels",
                        labels.grouped().ari()))
                .figure(Figure.share(
                        "group_purity", "purity of groups", labels.grouped().purity()))
                .figure(Figure.share(
                        "group_accuracy", "accuracy of groups", labels.accuracy(), labels.accuracyInterval()));
        number(report, "silhouette_groups", "silhouette of groups", labels.silhouetteOfGroups());
        number(report, "silhouette_classes", "silhouette of classes", labels.silhouetteOfClasses());
    }

    private static void number(Report.Builder report, String name, String label, OptionalDouble value) {
        value.ifPresent(v -> report.figure(Figure.number(name, label, v)));
    }

    private static double mean(float[] values) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> values[i])
                .average()
                .orElse(Double.NaN);
    }

    private Section unusual() {
        List<List<Object>> rows = new ArrayList<>();
        unusual(rows, "empty: no image", usage.empty());
        unusual(
                rows,
                String.format(Locale.ROOT, "overfull: over %.0f images, %d fair shares", usage.limit(), Usage.OVERFULL),
                usage.overfull());
        return new Section.Table(
                "unusual", "Empty and overfull prototypes", List.of("prototypes", "how many", "which"), rows);
    }

    private static void unusual(List<List<Object>> rows, String what, int[] which) {
        if (which.length > 0) {
            String first = Arrays.stream(which)
                    .limit(NAMED)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(" "));
            rows.add(List.of(
                    what,
                    which.length,
                    first + (which.length > NAMED ? " and " + (which.length - NAMED) + " more" : "")));
        }
    }

    private Section chart() {
        int[] counts = Arrays.stream(byFill).map(p -> usage.counts()[p]).toArray();
        double[] rank =
                IntStream.rangeClosed(1, counts.length).mapToDouble(i -> i).toArray();
        double fair = (double) assignments.size() / counts.length;
        double[] ends = {1, counts.length};
        return new Section.Chart(
                "usage",
                "Images of each prototype, fullest first",
                "prototypes",
                "images",
                false,
                false,
                List.of(
                        new Section.Line(
                                "images",
                                rank,
                                Arrays.stream(counts).asDoubleStream().toArray()),
                        new Section.Line("fair share", ends, new double[] {fair, fair})));
    }

    /** What labels say of prototypes, groups of them, and of the classes themselves. */
    private Section agreement(LabelQuality labels) {
        List<List<Object>> rows = new ArrayList<>();
        rows.add(agreement("prototypes", used, labels.prototypes(), null, clusters.silhouette()));
        rows.add(agreement(
                "groups of prototypes",
                labels.groups(),
                labels.grouped(),
                new Share(labels.accuracy()),
                labels.silhouetteOfGroups()));
        rows.add(Arrays.asList(
                "the classes themselves",
                labels.classes(),
                null,
                null,
                null,
                null,
                null,
                cell(labels.silhouetteOfClasses())));
        return new Section.Table(
                "agreement",
                "Agreement with labels, which neither clusters nor groups have seen",
                List.of("clusters", "how many", "NMI", "AMI", "ARI", "purity", "accuracy", "silhouette"),
                rows);
    }

    private static List<Object> agreement(
            String what, int count, Agreement agreement, Share accuracy, OptionalDouble silhouette) {
        return Arrays.asList(
                what,
                count,
                agreement.nmi(),
                agreement.ami(),
                agreement.ari(),
                new Share(agreement.purity()),
                accuracy,
                cell(silhouette));
    }

    private static Object cell(OptionalDouble value) {
        return value.isPresent() ? (Object) value.getAsDouble() : null;
    }

    private Section prototypes(String name, String title, int[] which) {
        List<String> header = new ArrayList<>(List.of("prototype", "images", "of all", "confidence"));
        clusters.labels().ifPresent(labels -> header.addAll(List.of("most frequent", "its share")));
        List<List<Object>> rows = new ArrayList<>();
        for (int p : which) {
            List<Object> row = new ArrayList<>();
            row.add(Integer.toString(p));
            row.add(usage.counts()[p]);
            row.add(new Share((double) usage.counts()[p] / assignments.size()));
            row.add(assignments.meanConfidence(nearest.get(p)));
            clusters.labels().ifPresent(labels -> {
                row.add(dominant(labels, p));
                row.add(new Share(labels.dominantShare()[p]));
            });
            rows.add(row);
        }
        return new Section.Table(name, title, header, rows);
    }

    private String dominant(LabelQuality labels, int prototype) {
        int label = labels.dominant()[prototype];
        return label < 0 ? "-" : clusters.images().classNames().get(label);
    }

    private Section gallery(int shown, int imagesEach) {
        List<Row> rows = Arrays.stream(byFill)
                .limit(shown)
                .mapToObj(p -> new Row(
                        rowLabel(p),
                        nearest.get(p).stream()
                                .limit(imagesEach)
                                .map(i -> item(p, i))
                                .toList()))
                .toList();
        String text = "A row for each prototype, fullest first"
                + (shown < used ? ", the first " + shown + " of " + used + " that have images" : "")
                + ": its images of the highest scores, with those."
                + (clusters.labels().isPresent()
                        ? " Marked as wrong are images of another class than the prototype's most frequent one."
                        : "");
        return new Section.Gallery("gallery", "What the prototypes stand for", text, rows);
    }

    private String rowLabel(int prototype) {
        int images = usage.counts()[prototype];
        String label =
                String.format(Locale.ROOT, "prototype %d: %,d image%s", prototype, images, images == 1 ? "" : "s");
        return label
                + clusters.labels()
                        .filter(labels -> labels.dominant()[prototype] >= 0)
                        .map(labels -> String.format(
                                Locale.ROOT,
                                ", %.0f %% %s",
                                100 * labels.dominantShare()[prototype],
                                dominant(labels, prototype)))
                        .orElse("");
    }

    private Item item(int prototype, int position) {
        int image = assignments.images()[position];
        int label = clusters.images().label(image);
        String score = String.format(Locale.ROOT, "%.2f", assignments.score()[position]);
        String caption = label < 0 ? score : clusters.images().classNames().get(label) + " " + score;
        boolean other = label >= 0
                && clusters.labels().isPresent()
                && label != clusters.labels().get().dominant()[prototype];
        return new Item(DATA, image, caption, other ? Mark.WRONG : Mark.NONE);
    }
}
