package org.swav4j.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.Predictions;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A report as JSON, format 1. The same inputs give the same bytes: it holds no time and no duration. */
public final class ReportJson {
    private static final int FORMAT = 1;
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
            Predictions predictions = confusion.predictions();
            Map<String, Object> matrix = new LinkedHashMap<>();
            matrix.put("classes", predictions.classes());
            matrix.put("right_by_said", predictions.confusion());
            fields.put(confusion.name(), matrix);
        }
    }

    private static Map<String, Object> row(List<String> header, List<Object> row) {
        Map<String, Object> cells = new LinkedHashMap<>();
        for (int i = 0; i < row.size(); i++) {
            Object cell = row.get(i);
            cells.put(
                    header.get(i),
                    cell instanceof Section.Share share
                            ? number(share.value())
                            : cell instanceof Double value ? number(value) : cell);
        }
        return cells;
    }

    private static List<List<Object>> points(Section.Line line) {
        List<List<Object>> points = new ArrayList<>();
        for (int i = 0; i < line.x().length; i++) {
            List<Object> point = new ArrayList<>();
            point.add(number(line.x()[i]));
            point.add(number(line.y()[i]));
            points.add(point);
        }
        return points;
    }

    /** JSON has no word for what is not a number; null says that there is none. */
    private static Object number(double value) {
        return Double.isFinite(value) ? (Object) value : null;
    }
}
