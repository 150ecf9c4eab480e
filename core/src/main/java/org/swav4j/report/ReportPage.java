package org.swav4j.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.EncoderSource;
import org.swav4j.eval.Interval;
import org.swav4j.page.PageFrame;

/**
 * A report as one HTML file that holds everything it shows: no script, no request, and pictures of at most some 3.5 MB. The
 * same report gives the same bytes.
 */
final class ReportPage {
    /** Every page has this within its first bytes. */
    static final String MARK = "<meta name=\"generator\" content=\"swav report\"/>";

    private static final long PICTURE_BYTES = 3_500_000;
    private static final int OPEN_SETTINGS = 6;
    private static final int FINGERPRINT = 12;
    private static final int SECTIONS_FOR_CONTENTS = 3;

    private final Report report;
    private final Map<Integer, ConfusionHtml> confusions = new LinkedHashMap<>();

    ReportPage(Report report) {
        this.report = report;
        for (int i = 0; i < report.sections().size(); i++) {
            if (report.sections().get(i) instanceof Section.Confusion confusion) {
                confusions.put(i, new ConfusionHtml(confusion, "m" + i));
            }
        }
    }

    String html() {
        StringBuilder style = new StringBuilder(style());
        confusions.values().forEach(c -> style.append(c.style()));
        PageFrame frame = new PageFrame(report.title(), MARK, style.toString());
        Markup body = new Markup();
        body.add("<header>\n<p class=\"kind\">swav %s</p>\n<h1>%s</h1>\n", report.name(), report.title());
        warnings(body);
        figures(body);
        command(body);
        inputs(body);
        contents(body);
        body.add("</header>\n<main>\n");
        sections(body);
        body.add("</main>\n");
        return frame.opening() + body + frame.closing();
    }

    /** What all pages of reports look like. */
    static String style() {
        return PageFrame.resource(ReportPage.class, "chart-file.css")
                + LineChart.STYLE
                + PageFrame.resource(ReportPage.class, "report.css");
    }

    private void warnings(Markup body) {
        if (report.warnings().isEmpty()) {
            return;
        }
        body.add(
                "<section class=\"warnings\" aria-labelledby=\"warnings\">\n<h2 id=\"warnings\">Before you believe the figures</h2>\n<ul>\n");
        report.warnings().forEach(w -> body.add("<li><bdi>%s</bdi></li>\n", Words.shortened(w, 1000)));
        body.add("</ul>\n</section>\n");
    }

    private void figures(Markup body) {
        if (report.figures().isEmpty()) {
            return;
        }
        Optional<Integer> classes = Optional.ofNullable(report.data().get("test"))
                .map(d -> d.classNames().size())
                .filter(c -> c > 0);
        body.add("<dl class=\"figures\">\n");
        for (Figure figure : report.figures()) {
            body.add("<div><dt>%s</dt><dd><span class=\"value\">%s</span>", figure.label(), Words.value(figure));
            figure.interval().ifPresent(i -> body.add(interval(i, figure.value())));
            FigureWords.of(figure, classes).ifPresent(words -> body.add("<span class=\"meaning\">%s</span>", words));
            body.add("</dd></div>\n");
        }
        body.add("</dl>\n");
        if (report.figures().stream().anyMatch(f -> f.interval().isPresent())) {
            body.add(
                    "<p class=\"note\">95 %%: where a figure would lie on other test images of the same kind (bootstrap). It says"
                            + " nothing of other training images or seeds.</p>\n");
        }
    }

    private static Markup interval(Interval interval, double value) {
        double low = 100 * Math.max(0, Math.min(1, interval.low()));
        double high = 100 * Math.max(0, Math.min(1, interval.high()));
        Markup markup = new Markup();
        if (Double.isFinite(low) && Double.isFinite(high) && Double.isFinite(value)) {
            markup.add(
                    "<svg class=\"span\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path class=\"track\" d=\"M0 5H100\"/>"
                            + "<path class=\"range\" d=\"M%s 5H%s\"/><path class=\"at\" d=\"M%s 0V10\"/></svg>",
                    tenth(low), tenth(Math.max(high, low + .4)), tenth(100 * value));
        }
        return markup.add(
                "<span class=\"interval\">95 %%: %s to %s</span>", unbroken(interval.low()), unbroken(interval.high()));
    }

    /** In percent, with a space at which no line ends. */
    private static String unbroken(double share) {
        return Words.percent(share).replace(' ', '\u00a0');
    }

    private static String tenth(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private void command(Markup body) {
        if (!report.command().isBlank()) {
            body.add(
                    "<h2>The command</h2>\n<pre class=\"command\" tabindex=\"0\"><code>%s</code></pre>\n",
                    report.command());
        }
    }

    /** Which encoders and images, and what the evaluation was told. */
    private void inputs(Markup body) {
        if (!report.encoders().isEmpty() || !report.data().isEmpty()) {
            body.add(
                    "<h2>Of what</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Encoder and images\">\n<table class=\"inputs\">\n<tbody>\n");
            report.encoders().forEach((part, encoder) -> encoder(body, part, encoder));
            report.data().forEach((part, images) -> images(body, part, images));
            body.add("</tbody>\n</table>\n</div>\n");
        }
        Map<String, Object> settings = report.settings();
        if (settings.isEmpty()) {
            return;
        }
        body.add(
                "<details class=\"settings\"%s>\n<summary>Settings</summary>\n<dl>\n",
                new Markup().add(settings.size() <= OPEN_SETTINGS ? " open=\"open\"" : ""));
        settings.forEach((key, value) ->
                body.add("<div><dt>%s</dt><dd><bdi>%s</bdi></dd></div>\n", key, Words.shortened(setting(value), 300)));
        body.add("</dl>\n</details>\n");
    }

    private static String setting(Object value) {
        if (value instanceof Iterable<?> many) {
            List<String> parts = new ArrayList<>();
            many.forEach(one -> parts.add(setting(one)));
            return String.join(", ", parts);
        }
        return value == null ? "–" : String.valueOf(value);
    }

    private static void encoder(Markup body, String part, EncoderSource encoder) {
        body.add(
                "<tr><th scope=\"row\">%s</th><td><bdi>%s</bdi></td><td>%s</td><td><code title=\"%s\">%s</code></td></tr>\n",
                part,
                encoder.description(),
                encoder.info().arch() + ", " + encoder.info().stem() + " stem, "
                        + encoder.info().imageSize() + " px",
                encoder.fingerprint(),
                brief(encoder.fingerprint()));
    }

    private static void images(Markup body, String part, LabelledImages images) {
        body.add(
                "<tr><th scope=\"row\">%s</th><td><bdi>%s</bdi></td><td>%s images, %s classes</td><td><code title=\"%s\">%s</code></td></tr>\n",
                part,
                images.description(),
                Words.count(images.size()),
                Words.count(images.classNames().size()),
                images.fingerprint(),
                brief(images.fingerprint()));
    }

    /** Enough of a hash to tell it from another; what is words stays whole. */
    private static String brief(String fingerprint) {
        return fingerprint.matches("[0-9a-f]{16,}")
                ? fingerprint.substring(0, FINGERPRINT)
                : Words.shortened(fingerprint, 40);
    }

    private void contents(Markup body) {
        if (report.sections().size() < SECTIONS_FOR_CONTENTS) {
            return;
        }
        body.add("<nav aria-label=\"On this page\">\n");
        for (int i = 0; i < report.sections().size(); i++) {
            body.add(
                    "<a href=\"#s%d\">%s</a>\n",
                    i, Words.shortened(report.sections().get(i).title()));
        }
        body.add("</nav>\n");
    }

    private void sections(Markup body) {
        int pictures =
                confusions.values().stream().mapToInt(ConfusionHtml::pictures).sum();
        for (Section section : report.sections()) {
            pictures += section instanceof Section.Gallery gallery ? new GalleryHtml(gallery).pictures() : 0;
        }
        try (Thumbnails thumbnails = new Thumbnails(report.data(), pictures, PICTURE_BYTES)) {
            for (int i = 0; i < report.sections().size(); i++) {
                Section section = report.sections().get(i);
                body.add(
                        "<section class=\"part\" id=\"s%d\" aria-labelledby=\"h%d\">\n<h2 id=\"h%d\">%s</h2>\n",
                        i, i, i, section.title());
                body.add(content(section, i, thumbnails));
                body.add("</section>\n");
            }
            if (thumbnails.refused() > 0) {
                body.add(
                        "<p class=\"note\">%s more pictures would have made this page too large.</p>\n",
                        Words.count(thumbnails.refused()));
            }
        }
    }

    private Markup content(Section section, int number, Thumbnails thumbnails) {
        if (section instanceof Section.Table table) {
            return new TableHtml(table).html();
        }
        if (section instanceof Section.Chart chart) {
            return new Markup()
                    .add("<figure class=\"plot\">\n")
                    .add(LineChart.inline(chart, false))
                    .add(LineChart.inline(chart, true))
                    .add("</figure>\n");
        }
        if (section instanceof Section.Gallery gallery) {
            return new GalleryHtml(gallery).html(thumbnails);
        }
        return confusions.get(number).html(thumbnails);
    }
}
