package org.swav4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.swav4j.report.Section;

/** A table for a terminal: columns as wide as their widest cell, numbers to the right. */
final class TextTable {
    private static final int MOST_ROWS = 40;

    private TextTable() {}

    static List<String> lines(Section.Table table) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(table.header());
        for (List<Object> row :
                table.rows().subList(0, Math.min(MOST_ROWS, table.rows().size()))) {
            cells.add(row.stream().map(TextTable::text).toList());
        }
        int columns = table.header().size();
        List<String> lines = new ArrayList<>();
        for (List<String> row : cells) {
            StringBuilder line = new StringBuilder(" ");
            for (int c = 0; c < columns; c++) {
                int column = c;
                int width = cells.stream()
                        .mapToInt(r -> r.get(column).length())
                        .max()
                        .orElse(0);
                boolean left = c == 0;
                String cell = row.get(c);
                line.append(' ')
                        .append(left ? cell : " ".repeat(width - cell.length()))
                        .append(left ? " ".repeat(width - cell.length()) : cell)
                        .append(' ');
            }
            lines.add(line.toString().stripTrailing());
        }
        int left = table.rows().size() - MOST_ROWS;
        if (left > 0) {
            lines.add("  and " + left + " more, in the report");
        }
        return lines;
    }

    private static String text(Object cell) {
        if (cell == null) {
            return "";
        }
        if (cell instanceof Section.Share share) {
            return Double.isNaN(share.value()) ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * share.value());
        }
        if (cell instanceof Double value) {
            return value.isNaN() ? "-" : String.format(Locale.ROOT, "%.4g", value);
        }
        return cell instanceof Integer || cell instanceof Long
                ? String.format(Locale.ROOT, "%,d", ((Number) cell).longValue())
                : cell.toString();
    }
}
