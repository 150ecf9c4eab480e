package org.swav4j.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;

/** A table of a page: numbers to the right, shares with bars where a column is made of them, long ones folded. */
final class TableHtml {
    private static final int OPEN_ROWS = 30;
    private static final int MOST_ROWS = 2000;
    private static final int LEAST_ROWS_FOR_BARS = 3;
    private static final int MOST_COLUMNS_OF_BARS = 2;

    private final Section.Table table;
    private final boolean[] numeric;
    private final boolean[] bars;

    TableHtml(Section.Table table) {
        this.table = table;
        int columns = table.header().size();
        numeric = new boolean[columns];
        bars = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            List<Object> cells = column(c);
            numeric[c] = !cells.isEmpty()
                    && cells.stream().allMatch(cell -> cell instanceof Number || cell instanceof Section.Share);
            bars[c] = numeric[c]
                    && table.rows().size() >= LEAST_ROWS_FOR_BARS
                    && cells.stream().allMatch(Section.Share.class::isInstance);
        }
        if (IntStream.range(0, columns).filter(c -> bars[c]).count() > MOST_COLUMNS_OF_BARS) {
            Arrays.fill(bars, false);
        }
    }

    private List<Object> column(int c) {
        return table.rows().stream()
                .map(row -> c < row.size() ? row.get(c) : null)
                .filter(Objects::nonNull)
                .toList();
    }

    Markup html() {
        int rows = table.rows().size();
        Markup html = new Markup();
        if (rows == 0) {
            return html.add("<p class=\"nothing\">No rows.</p>\n");
        }
        boolean folded = rows > OPEN_ROWS;
        if (folded) {
            html.add("<details>\n<summary>%s rows</summary>\n", Words.count(rows));
        }
        html.add(
                "<div class=\"scroll%s\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n<table>\n<thead><tr>",
                folded ? " tall" : "", table.title());
        for (int c = 0; c < table.header().size(); c++) {
            html.add(
                    "<th scope=\"col\" class=\"%s\">%s</th>",
                    kind(c), table.header().get(c));
        }
        html.add("</tr></thead>\n<tbody>\n");
        for (List<Object> row : table.rows().subList(0, Math.min(rows, MOST_ROWS))) {
            html.add("<tr>");
            for (int c = 0; c < table.header().size(); c++) {
                cell(html, c, c < row.size() ? row.get(c) : null);
            }
            html.add("</tr>\n");
        }
        html.add("</tbody>\n</table>\n</div>\n");
        if (rows > MOST_ROWS) {
            html.add(
                    "<p class=\"note\">The first %s of %s rows; the JSON has all.</p>\n",
                    Words.count(MOST_ROWS), Words.count(rows));
        }
        if (folded) {
            html.add("</details>\n");
        }
        return html;
    }

    private String kind(int column) {
        return bars[column] ? "number bars" : numeric[column] ? "number" : "text";
    }

    private void cell(Markup html, int column, Object cell) {
        String text = Words.shortened(Words.cell(cell), 300);
        if (column == 0 && !numeric[0]) {
            html.add("<th scope=\"row\"><bdi>%s</bdi></th>", text);
        } else if (bars[column] && cell instanceof Section.Share share) {
            html.add("<td class=\"%s\">%s%s</td>", kind(column), bar(share.value()), text);
        } else if (numeric[column]) {
            html.add("<td class=\"number\">%s</td>", text);
        } else {
            html.add("<td class=\"text\"><bdi>%s</bdi></td>", text);
        }
    }

    private static Markup bar(double share) {
        double width = Double.isFinite(share) ? Math.max(0, Math.min(100, 100 * share)) : 0;
        return new Markup()
                .add(
                        "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                                + "<rect class=\"track\" width=\"100\" height=\"8\"/><rect class=\"fill\" width=\"%s\" height=\"8\"/></svg>",
                        String.format(Locale.ROOT, "%.1f", width));
    }
}
