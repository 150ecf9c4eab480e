package org.swav4j.report;

import java.util.List;

/** Rows of images with words, framed by what they show: right or wrong is said by a sign too, not by colour alone. */
final class GalleryHtml {
    private static final int OPEN_ROWS = 40;
    private static final int MOST_ROWS = 1000;
    private static final int MOST_IN_ROW = 60;

    private final Section.Gallery gallery;

    GalleryHtml(Section.Gallery gallery) {
        this.gallery = gallery;
    }

    /** How many pictures it will ask for. */
    int pictures() {
        return gallery.rows().stream()
                .limit(MOST_ROWS)
                .mapToInt(r -> Math.min(MOST_IN_ROW, r.items().size()))
                .sum();
    }

    Markup html(Thumbnails thumbnails) {
        Markup html = new Markup();
        if (!gallery.text().isBlank()) {
            html.add("<p class=\"note\">%s</p>\n", gallery.text());
        }
        List<Section.Row> rows = gallery.rows();
        if (rows.isEmpty()) {
            return html.add("<p class=\"nothing\">No images.</p>\n");
        }
        int shown = Math.min(MOST_ROWS, rows.size());
        for (int r = 0; r < shown; r++) {
            if (r == OPEN_ROWS) {
                html.add("<details>\n<summary>%s more rows</summary>\n", Words.count(shown - OPEN_ROWS));
            }
            row(html, rows.get(r), thumbnails);
        }
        if (shown > OPEN_ROWS) {
            html.add("</details>\n");
        }
        if (rows.size() > shown) {
            html.add("<p class=\"note\">The first %s of %s rows.</p>\n", Words.count(shown), Words.count(rows.size()));
        }
        return html;
    }

    private static void row(Markup html, Section.Row row, Thumbnails thumbnails) {
        html.add(
                "<div class=\"row\">\n<h3><bdi>%s</bdi></h3>\n<ul class=\"items\">\n",
                Words.shortened(row.label(), 120));
        for (Section.Item item :
                row.items().subList(0, Math.min(MOST_IN_ROW, row.items().size()))) {
            String caption = Words.shortened(item.caption(), 120);
            html.add(
                    "<li class=\"item %s\">",
                    item.mark() == Section.Mark.RIGHT
                            ? "right"
                            : item.mark() == Section.Mark.WRONG ? "wrong" : "plain");
            html.add("<span class=\"frame\">").add(thumbnails.show(item.source(), item.image(), caption));
            if (item.mark() != Section.Mark.NONE) {
                boolean right = item.mark() == Section.Mark.RIGHT;
                html.add(
                        "<span class=\"sign\" role=\"img\" aria-label=\"%s\">%s</span>",
                        right ? "right" : "wrong", right ? "✓" : "✗");
            }
            html.add("</span>");
            if (!caption.isBlank()) {
                html.add("<bdi class=\"caption\">%s</bdi>", caption);
            }
            html.add("</li>\n");
        }
        html.add("</ul>\n</div>\n");
    }
}
