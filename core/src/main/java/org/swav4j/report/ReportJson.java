package org.swav4j.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.Predictions;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A report as JSON, format 1. The same inputs give the same bytes: it holds no time and no duration. In this order:
 *
 * <pre>
 * format       1
 * evaluation   the report's name, as its files'
 * title        for people
 * headline     the first figure in words, for people; absent without figures
 * command      the command line; absent if there was none
 * settings     by name
 * encoders     by part: from, fingerprint, arch, stem, trained_image_size
 * data         by part: description, images, classes, fingerprint
 * figures      by name, shares from 0 to 1; NAME_interval95: [low, high] where it was estimated
 * warnings     texts
 * </pre>
 *
 * and the sections by their names: a table is a list of rows, each by the columns' headers, with shares from 0 to 1; a chart
 * is its lines by label, each a list of [x, y] or, with intervals, [x, y, low, high]; a confusion is {@code classes},
 * {@code per_class} (the share of each class's images that is right) and, up to {@link #MOST_IN_MATRIX} classes,
 * {@code right_by_said} (a row for each right class, a column for each class said and a last one for no opinion), beyond
 * that {@code right_said_count} (a triple for each pair that occurs). Galleries are for people only. null stands where there
 * is no number.
 */
public final class ReportJson {
    static final int FORMAT = 1;

    /** Names of what every report has. */
    static final Set<String> FIELDS = Set.of(
            "format",
            "evaluation",
            "title",
            "headline",
            "command",
            "settings",
            "encoders",
            "data",
            "figures",
            "warnings");

    /** Beyond this a matrix is mostly zeros. */
    static final int MOST_IN_MATRIX = 1000;

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ReportJson() {}

    static byte[] bytes(Report report) {
        return MAPPER.writeValueAsBytes(fields(report));
    }

    /** The report's content as maps, lists, strings and numbers. */
    public static Map<String, Object> fields(Report report) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("format", FORMAT);
        fields.put("evaluation", report.name());
        fields.put("title", report.title());
        report.figures().stream().findFirst().ifPresent(f -> fields.put("headline", Words.line(f)));
        if (!report.command().isEmpty()) {
            fields.put("command", report.command());
        }
        fields.put("settings", report.settings());
        Map<String, Object> encoders = new LinkedHashMap<>();
        report.encoders().forEach((part, encoder) -> encoders.put(part, encoder(encoder)));
        fields.put("encoders", encoders);
        Map<String, Object> data = new LinkedHashMap<>();
        report.data().forEach((part, images) -> {
            Map<String, Object> about = new LinkedHashMap<>();
            about.put("description", images.description());
            about.put("images", images.size());
            about.put("classes", images.classNames().size());
            about.put("fingerprint", images.fingerprint());
            data.put(part, about);
        });
        fields.put("data", data);
        Map<String, Object> figures = new LinkedHashMap<>();
        for (Figure figure : report.figures()) {
            figures.put(figure.name(), number(figure.value()));
            figure.interval()
                    .ifPresent(i ->
                            figures.put(figure.name() + "_interval95", List.of(number(i.low()), number(i.high()))));
        }
        fields.put("figures", figures);
        fields.put("warnings", report.warnings());
        for (Section section : report.sections()) {
            section(section, fields);
        }
        return fields;
    }

    private static Map<String, Object> encoder(EncoderSource encoder) {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("from", encoder.description());
        about.put("fingerprint", encoder.fingerprint());
        about.put("arch", encoder.info().arch());
        about.put("stem", encoder.info().stem());
        about.put("trained_image_size", encoder.info().imageSize());
        return about;
    }

    private static void section(Section section, Map<String, Object> fields) {
        if (section instanceof Section.Table table) {
            fields.put(
                    table.name(),
                    table.rows().stream().map(row -> row(table.header(), row)).toList());
        } else if (section instanceof Section.Chart chart) {
            Map<String, Object> lines = new LinkedHashMap<>();
            chart.lines().forEach(line -> lines.put(line.label(), points(line)));
            fields.put(chart.name(), lines);
        } else if (section instanceof Section.Confusion confusion) {
            fields.put(confusion.name(), confusion(confusion.predictions()));
        }
    }

    private static Map<String, Object> confusion(Predictions predictions) {
        List<ConfusedCell> cells = ConfusedCell.of(predictions);
        int classes = predictions.classes().size();
        Double[] right = new Double[classes];
        for (ConfusedCell cell : cells) {
            if (cell.isRight()) {
                right[cell.right()] = cell.share();
            } else if (right[cell.right()] == null) {
                right[cell.right()] = 0.0;
            }
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("classes", predictions.classes());
        fields.put("per_class", right);
        if (classes <= MOST_IN_MATRIX) {
            fields.put("right_by_said", predictions.confusion());
        } else {
            fields.put(
                    "right_said_count",
                    cells.stream()
                            .map(c -> List.of(c.right(), c.said(), c.count()))
                            .toList());
        }
        return fields;
    }

    private static Map<String, Object> row(List<String> header, List<Object> row) {
        Map<String, Object> cells = new LinkedHashMap<>();
        for (int i = 0; i < header.size() && i < row.size(); i++) {
            Object cell = row.get(i);
            cells.put(
                    header.get(i),
                    cell instanceof Section.Share share
                            ? number(share.value())
                            : cell instanceof Double || cell instanceof Float
                                    ? number(((Number) cell).doubleValue())
                                    : cell);
        }
        return cells;
    }

    private static List<List<Object>> points(Section.Line line) {
        List<List<Object>> points = new ArrayList<>();
        for (int i = 0; i < line.x().length; i++) {
            List<Object> point = new ArrayList<>();
            point.add(number(line.x()[i]));
            point.add(number(line.y()[i]));
            if (line.low().length > 0) {
                point.add(number(line.low()[i]));
                point.add(number(line.high()[i]));
            }
            points.add(point);
        }
        return points;
    }

    /** JSON has no word for what is not a number; null says that there is none. */
    private static Object number(double value) {
        return Double.isFinite(value) ? (Object) value : null;
    }
}
