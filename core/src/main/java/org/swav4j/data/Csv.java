package org.swav4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Comma-separated values as RFC 4180 has them, with line feeds: fields with commas, quotes or line ends stand in quotes. */
public final class Csv {
    private Csv() {}

    /** One line, its end included. */
    public static String line(List<String> fields) {
        return fields.stream().map(Csv::field).collect(Collectors.joining(",", "", "\n"));
    }

    private static String field(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /** Every line's fields. Throws {@link DataException} where a quote is not closed or stands within a field. */
    public static List<List<String>> read(String text) {
        List<List<String>> lines = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            List<String> fields = new ArrayList<>();
            char end = ',';
            while (end == ',') {
                StringBuilder field = new StringBuilder();
                at = field(text, at, field);
                fields.add(field.toString());
                end = at < text.length() ? text.charAt(at) : '\n';
                at++;
            }
            lines.add(fields);
        }
        return lines;
    }

    /** Reads a field and returns where the comma or line end after it stands. */
    private static int field(String text, int start, StringBuilder field) {
        int at = start;
        if (at < text.length() && text.charAt(at) == '"') {
            at++;
            while (true) {
                int quote = text.indexOf('"', at);
                if (quote < 0) {
                    throw new DataException("a quote is not closed");
                }
                field.append(text, at, quote);
                at = quote + 1;
                if (at >= text.length() || text.charAt(at) != '"') {
                    break;
                }
                field.append('"');
                at++;
            }
        } else {
            while (at < text.length() && ",\"\n".indexOf(text.charAt(at)) < 0) {
                field.append(text.charAt(at++));
            }
        }
        if (at < text.length() && ",\n".indexOf(text.charAt(at)) < 0) {
            throw new DataException("a quote within a field");
        }
        return at;
    }
}
