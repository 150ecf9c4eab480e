package org.swav4j.report;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.swav4j.eval.Predictions;

/**
 * Which classes are taken for which. Up to {@link #MOST_IN_GRID} classes are a grid of radio buttons, each of which shows
 * the images behind it; that is a style rule for each. More are a small picture and a list of the worst pairs.
 */
final class ConfusionHtml {
    /** Beyond this the grid would not fit a window. */
    static final int MOST_IN_GRID = 20;

    private static final String TEST = "test";
    private static final int PER_CELL = 6;
    private static final int MOST_IMAGES = 600;
    private static final int PAIRS = 24;

    private final Predictions predictions;
    private final String id;
    private final List<ConfusedCell> cells;

    /** @param id prefix of its elements' ids: letters and digits */
    ConfusionHtml(Section.Confusion section, String id) {
        predictions = section.predictions();
        this.id = id;
        cells = ConfusedCell.of(predictions);
    }

    /** How many pictures it will ask for, at most. */
    int pictures() {
        return isGrid()
                ? cells.stream().mapToInt(c -> Math.min(perCell(), c.count())).sum()
                : PAIRS * PER_CELL;
    }

    private boolean isGrid() {
        return predictions.classes().size() <= MOST_IN_GRID;
    }

    /** Every cell has at least one image; what is left of the bound is shared equally. */
    private int perCell() {
        return Math.max(1, Math.min(PER_CELL, MOST_IMAGES / cells.size()));
    }

    /** The rules that show what belongs to the cell that is chosen. */
    String style() {
        StringBuilder rules = new StringBuilder();
        if (isGrid()) {
            for (ConfusedCell cell : cells) {
                String place = id + "-" + cell.right() + "-" + cell.said();
                rules.append(
                        String.format(Locale.ROOT, "#%1$s:has(#c%2$s:checked) #p%2$s{display:block}\n", id, place));
            }
        }
        return rules.toString();
    }

    Markup html(Thumbnails thumbnails) {
        return isGrid() ? grid(thumbnails) : pairs(thumbnails);
    }

    private Markup grid(Thumbnails thumbnails) {
        int classes = predictions.classes().size();
        boolean abstains = cells.stream().anyMatch(c -> c.said() == classes);
        int columns = classes + (abstains ? 1 : 0);
        Map<Long, ConfusedCell> byPlace = new HashMap<>();
        cells.forEach(c -> byPlace.put((long) c.right() * (classes + 1) + c.said(), c));
        List<ConfusedCell> worst = ConfusedCell.worst(cells);
        ConfusedCell chosen = worst.isEmpty() ? cells.get(0) : worst.get(0);
        Markup html = new Markup()
                .add(
                        "<p class=\"note\">Rows are the right classes, columns what the images were taken for, darker where it is"
                                + " more of the row. Choose a cell to see images behind it.</p>\n");
        html.add("<div class=\"confusion%s\" id=\"%s\">\n", classes > 12 ? " many" : "", id);
        html.add(
                "<div class=\"scroll\" tabindex=\"-1\" role=\"region\" aria-label=\"Confusion matrix\">\n<table class=\"grid\">\n");
        html.add("<thead><tr><td></td>");
        for (int said = 0; said < columns; said++) {
            html.add(
                    "<th scope=\"col\" title=\"%s\"><span><bdi>%s</bdi></span></th>",
                    name(said), Words.shortened(name(said), 24));
        }
        html.add("</tr></thead>\n<tbody>\n");
        for (int right = 0; right < classes; right++) {
            html.add(
                    "<tr><th scope=\"row\" title=\"%s\"><span><bdi>%s</bdi></span></th>",
                    name(right), Words.shortened(name(right), 24));
            for (int said = 0; said < columns; said++) {
                ConfusedCell cell = byPlace.get((long) right * (classes + 1) + said);
                html.add(cell == null ? new Markup().add("<td class=\"empty\">·</td>") : cell(cell, cell == chosen));
            }
            html.add("</tr>\n");
        }
        html.add("</tbody>\n</table>\n</div>\n<div class=\"behind\">\n");
        for (ConfusedCell cell : cells) {
            html.add("<section class=\"panel\" id=\"p%s-%d-%d\">\n<h3>", id, cell.right(), cell.said());
            html.add(words(cell))
                    .add("</h3>\n")
                    .add(images(cell, perCell(), thumbnails))
                    .add("</section>\n");
        }
        return html.add("</div>\n</div>\n");
    }

    private Markup cell(ConfusedCell cell, boolean chosen) {
        return new Markup()
                .add(
                        "<td class=\"%s l%d\"><label title=\"%s\"><input type=\"radio\" name=\"%s\" id=\"c%s-%d-%d\" aria-label=\"%s\"%s/>%s</label></td>",
                        cell.isRight() ? "right" : "wrong",
                        level(cell.share()),
                        plainWords(cell),
                        id,
                        id,
                        cell.right(),
                        cell.said(),
                        plainWords(cell),
                        new Markup().add(chosen ? " checked=\"checked\"" : ""),
                        Words.count(cell.count()));
    }

    private Markup pairs(Thumbnails thumbnails) {
        List<ConfusedCell> worst = ConfusedCell.worst(cells);
        Markup html = new Markup()
                .add("<div class=\"heat\">\n")
                .add(new HeatMap(cells, predictions.classes().size()).html())
                .add(
                        "<p class=\"note\">%s classes: rows the right ones, columns what their images were taken for, from the top left"
                                + " in the order of the classes; darker where it is more of the row.</p>\n</div>\n",
                        Words.count(predictions.classes().size()));
        if (worst.isEmpty()) {
            return html.add("<p class=\"nothing\">Nothing was confused.</p>\n");
        }
        html.add("<h3>Most often confused</h3>\n<ol class=\"pairs\">\n");
        int most = worst.get(0).count();
        for (ConfusedCell cell : worst.subList(0, Math.min(PAIRS, worst.size()))) {
            html.add(
                    "<li><details%s>\n<summary>",
                    new Markup().add(cell.count() == most && cell == worst.get(0) ? " open=\"open\"" : ""));
            html.add(words(cell))
                    .add("</summary>\n")
                    .add(images(cell, PER_CELL, thumbnails))
                    .add("</details></li>\n");
        }
        return html.add("</ol>\n");
    }

    private Markup images(ConfusedCell cell, int most, Thumbnails thumbnails) {
        Markup html = new Markup().add("<div class=\"thumbs\">");
        List<Integer> some = cell.some(most);
        for (int image : some) {
            html.add(thumbnails.show(TEST, image, plainWords(cell)));
        }
        html.add("</div>\n");
        if (cell.count() > some.size()) {
            html.add("<p class=\"note\">%d of %s</p>\n", some.size(), Words.count(cell.count()));
        }
        return html;
    }

    private Markup words(ConfusedCell cell) {
        Markup html = new Markup().add("<bdi>%s</bdi> ", Words.shortened(name(cell.right())));
        if (cell.isRight()) {
            html.add("<span class=\"verdict ok\">recognised</span>");
        } else if (cell.said() == predictions.classes().size()) {
            html.add("<span class=\"verdict bad\">without an opinion</span>");
        } else {
            html.add("<span class=\"verdict bad\">taken for</span> <bdi>%s</bdi>", Words.shortened(name(cell.said())));
        }
        return html.add(
                " <span class=\"count\">%s of %s, %s</span>",
                Words.count(cell.count()), Words.count(cell.ofClass()), Words.percent(cell.share()));
    }

    private String plainWords(ConfusedCell cell) {
        String what = cell.isRight()
                ? " recognised"
                : cell.said() == predictions.classes().size()
                        ? ", no opinion"
                        : " taken for " + Words.shortened(name(cell.said()));
        return Words.shortened(name(cell.right())) + what + ": " + Words.count(cell.count()) + " of "
                + Words.count(cell.ofClass());
    }

    private String name(int number) {
        return number == predictions.classes().size()
                ? "no opinion"
                : predictions.classes().get(number);
    }

    /** 0 to 10, by the root of the share: most confusions are a few percent of their row. */
    static int level(double share) {
        return (int) Math.rint(10 * Math.sqrt(share));
    }
}
