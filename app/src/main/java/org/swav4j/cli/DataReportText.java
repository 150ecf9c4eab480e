package org.swav4j.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.swav4j.dataset.Bytes;
import org.swav4j.dataset.Percent;
import org.swav4j.dataset.check.Advice;
import org.swav4j.dataset.check.DataReport;
import org.swav4j.dataset.check.DataReport.ClassCount;
import org.swav4j.dataset.check.SizeReport;
import org.swav4j.dataset.check.SizeReport.Range;

/** A data set's report for people and for programs. */
final class DataReportText {
    private static final int LISTED = 10;

    private DataReportText() {}

    static List<String> lines(DataReport report) {
        List<String> lines = new ArrayList<>();
        lines.add(report.description());
        lines.add("");
        row(lines, "readable", format("%,d of %,d", report.readable(), report.images()));
        row(lines, "formats", joined(report.formats()));
        row(
                lines,
                "on disk",
                Bytes.text(report.bytes()) + ", " + Bytes.text(report.bytes() / report.images()) + " an image");
        report.sizes().ifPresent(sizes -> {
            row(lines, "width", range(sizes.width()));
            row(lines, "height", range(sizes.height()));
            row(lines, "shorter side", range(sizes.shorter()));
            for (SizeReport.Smaller smaller : sizes.smaller()) {
                row(lines, "  below " + smaller.limit(), share(smaller.images(), report.readable()));
            }
            row(lines, "aspect", format("%.2f to %.2f (width / height)", sizes.leastAspect(), sizes.greatestAspect()));
        });
        row(lines, "grey", share(report.grey(), report.readable()));
        if (report.oneColour() > 0) {
            row(lines, "one colour", share(report.oneColour(), report.readable()));
        }
        classes(report, lines);
        row(lines, "duplicates", duplicates(report));
        row(lines, "broken", share(report.broken().size(), report.images()));
        broken(report, lines);
        List<String> advice = Advice.of(report);
        if (!advice.isEmpty()) {
            lines.add("");
            advice.forEach(a -> lines.add("* " + a));
        }
        return lines;
    }

    private static void classes(DataReport report, List<String> lines) {
        if (report.classes().isEmpty()) {
            return;
        }
        Comparator<ClassCount> bySize = Comparator.comparingInt(ClassCount::images);
        ClassCount smallest = report.classes().stream().min(bySize).orElseThrow();
        ClassCount largest = report.classes().stream().max(bySize).orElseThrow();
        String text = smallest.images() == largest.images()
                ? format("%,d of %,d images each", report.classes().size(), largest.images())
                : format(
                        "%,d of %,d (%s) to %,d images (%s)",
                        report.classes().size(), smallest.images(), smallest.name(), largest.images(), largest.name());
        String rest = report.unlabelled() == 0 ? "" : format("; %,d images without", report.unlabelled());
        row(lines, "classes", text + rest);
    }

    private static String duplicates(DataReport report) {
        if (report.duplicates().isEmpty()) {
            return "none";
        }
        int sets = report.duplicates().size();
        return share(report.superfluous(), report.readable())
                + format(" repeat others byte for byte (%,d set%s, such as ", sets, sets == 1 ? "" : "s")
                + report.duplicates().get(0).names().stream().limit(2).collect(Collectors.joining(" = ")) + ")";
    }

    private static void broken(DataReport report, List<String> lines) {
        report.reasons().forEach((reason, images) -> lines.add(format("  %,8d  %s", images, reason)));
        if (report.broken().isEmpty()) {
            return;
        }
        lines.add("");
        report.broken().stream().limit(LISTED).forEach(b -> lines.add("broken: " + b.name() + ": " + b.reason()));
        if (report.broken().size() > LISTED) {
            lines.add(
                    format("... and %,d more; --json lists all", report.broken().size() - LISTED));
        }
    }

    private static void row(List<String> lines, String name, String value) {
        lines.add(format("%-14s%s", name, value));
    }

    private static String joined(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .map(e -> format("%s %,d", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String range(Range range) {
        return range.single()
                ? format("%,d (all)", range.least())
                : format("%,d to %,d, median %,d", range.least(), range.greatest(), range.median());
    }

    private static String share(int part, int whole) {
        return part == 0 ? "none" : format("%,d (%s)", part, Percent.of(part, whole));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    static Map<String, Object> fields(DataReport report) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("data", report.description());
        fields.put("images", report.images());
        fields.put("readable", report.readable());
        fields.put("bytes", report.bytes());
        fields.put("formats", report.formats());
        report.sizes().ifPresent(sizes -> fields.put("sizes", sizes(sizes)));
        fields.put("grey", report.grey());
        fields.put("one_colour", report.oneColour());
        fields.put("classes", counts(report.classes(), ClassCount::name, ClassCount::images));
        fields.put("unlabelled", report.unlabelled());
        fields.put("superfluous", report.superfluous());
        fields.put(
                "duplicates",
                report.duplicates().stream()
                        .map(d -> {
                            Map<String, Object> set = new LinkedHashMap<>();
                            set.put("sha256", d.sha256());
                            set.put("several_classes", d.severalClasses());
                            set.put("images", d.names());
                            return set;
                        })
                        .toList());
        fields.put("broken", report.broken().size());
        fields.put("broken_reasons", report.reasons());
        fields.put(
                "broken_images",
                report.broken().stream()
                        .map(b -> Map.of("name", b.name(), "reason", b.reason()))
                        .toList());
        fields.put("advice", Advice.of(report));
        return fields;
    }

    private static Map<String, Object> sizes(SizeReport sizes) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("width", range3(sizes.width()));
        fields.put("height", range3(sizes.height()));
        fields.put("shorter_side", range3(sizes.shorter()));
        fields.put("least_aspect", sizes.leastAspect());
        fields.put("greatest_aspect", sizes.greatestAspect());
        fields.put("shorter_side_below", counts(sizes.smaller(), s -> "" + s.limit(), SizeReport.Smaller::images));
        fields.put(
                "shorter_side_histogram",
                sizes.histogram().stream()
                        .map(b -> Map.of("from", b.from(), "to", b.to(), "images", b.images()))
                        .toList());
        return fields;
    }

    private static Map<String, Integer> range3(Range range) {
        Map<String, Integer> fields = new LinkedHashMap<>();
        fields.put("least", range.least());
        fields.put("median", range.median());
        fields.put("greatest", range.greatest());
        return fields;
    }

    private static <T> Map<String, Integer> counts(
            List<T> items, Function<T, String> name, Function<T, Integer> images) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        items.forEach(item -> counts.put(name.apply(item), images.apply(item)));
        return counts;
    }
}
