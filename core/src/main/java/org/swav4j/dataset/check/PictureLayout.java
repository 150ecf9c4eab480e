package org.swav4j.dataset.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.swav4j.dataset.Bytes;
import org.swav4j.dataset.Percent;
import org.swav4j.dataset.check.Canvas.Anchor;
import org.swav4j.dataset.check.Canvas.TextStyle;

/** Where everything lies on the picture. */
final class PictureLayout {
    private static final int MARGIN = 32;
    private static final int COLUMNS = 8;
    private static final int GAP = 14;
    private static final int CAPTION = 34;
    private static final int TITLE = 84;
    private static final int PANEL = 240;
    private static final int HEADING = 46;
    private static final int FIGURES = 400;

    private static final int INK = 0x1F2933;
    private static final int SOFT = 0x6B7785;
    private static final int FAINT = 0xEEF1F4;
    private static final int RULE = 0xD5DBE1;
    private static final int BAR = 0x3B7DB8;
    private static final int MARK = 0xC2562D;

    private static final TextStyle LARGE = new TextStyle(22, true, INK);
    private static final TextStyle SECTION = new TextStyle(14, true, INK);
    private static final TextStyle BODY = new TextStyle(13, false, INK);
    private static final TextStyle LABEL = new TextStyle(13, false, SOFT);
    private static final TextStyle SMALL = new TextStyle(10.5, false, SOFT);
    private static final TextStyle NAME = new TextStyle(10.5, false, INK);
    private static final TextStyle MARKED = new TextStyle(10.5, false, MARK);

    private final DataReport report;
    private final List<Thumbnail> thumbnails;

    PictureLayout(DataReport report, List<Thumbnail> thumbnails) {
        this.report = report;
        this.thumbnails = thumbnails;
    }

    int width() {
        return 2 * MARGIN + COLUMNS * Picture.THUMBNAIL + (COLUMNS - 1) * GAP;
    }

    int height() {
        int rows = (thumbnails.size() + COLUMNS - 1) / COLUMNS;
        return TITLE + PANEL + HEADING + rows * (Picture.THUMBNAIL + CAPTION) + MARGIN;
    }

    void drawOn(Canvas canvas) {
        canvas.text(report.description(), MARGIN, 50, LARGE, Anchor.LEFT, width() - 2 * MARGIN);
        figures(canvas, MARGIN, TITLE);
        report.sizes()
                .ifPresent(sizes -> histogram(canvas, sizes, MARGIN + FIGURES, TITLE, width() - 2 * MARGIN - FIGURES));
        sheet(canvas, TITLE + PANEL);
    }

    private void figures(Canvas canvas, int x, int y) {
        canvas.text("Figures", x, y + 12, SECTION, Anchor.LEFT, FIGURES);
        double line = y + 38;
        for (Map.Entry<String, String> figure : figures()) {
            canvas.text(figure.getKey(), x, line, LABEL, Anchor.LEFT, 110);
            canvas.text(figure.getValue(), x + 112, line, BODY, Anchor.LEFT, FIGURES - 112 - 30);
            line += 21;
        }
    }

    private List<Map.Entry<String, String>> figures() {
        List<Map.Entry<String, String>> figures = new ArrayList<>();
        figures.add(
                Map.entry("readable", String.format(Locale.ROOT, "%,d of %,d", report.readable(), report.images())));
        figures.add(Map.entry(
                "formats",
                report.formats().entrySet().stream()
                        .map(e -> String.format(Locale.ROOT, "%s %,d", e.getKey(), e.getValue()))
                        .collect(Collectors.joining(", "))));
        figures.add(Map.entry("on disk", Bytes.text(report.bytes())));
        report.sizes().ifPresent(sizes -> {
            figures.add(Map.entry("width", range(sizes.width())));
            figures.add(Map.entry("height", range(sizes.height())));
            figures.add(Map.entry(
                    "aspect",
                    sizes.leastAspect() == sizes.greatestAspect()
                            ? String.format(Locale.ROOT, "%.2f", sizes.leastAspect())
                            : String.format(Locale.ROOT, "%.2f to %.2f", sizes.leastAspect(), sizes.greatestAspect())));
        });
        if (!report.classes().isEmpty()) {
            figures.add(Map.entry(
                    "classes",
                    String.format(Locale.ROOT, "%,d", report.classes().size())));
        }
        figures.add(Map.entry("grey", share(report.grey())));
        figures.add(Map.entry("duplicates", share(report.superfluous())));
        figures.add(Map.entry(
                "broken", String.format(Locale.ROOT, "%,d", report.broken().size())));
        return figures;
    }

    private String share(int images) {
        return images == 0
                ? "0"
                : String.format(Locale.ROOT, "%,d (%s)", images, Percent.of(images, report.readable()));
    }

    private static String range(SizeReport.Range range) {
        return range.single()
                ? String.format(Locale.ROOT, "%,d", range.least())
                : String.format(Locale.ROOT, "%,d to %,d, median %,d", range.least(), range.greatest(), range.median());
    }

    /** Bars over a logarithmic axis; dashed lines where common crops begin to be larger than images. */
    private void histogram(Canvas canvas, SizeReport sizes, double x, double y, double width) {
        canvas.text("Shorter side in pixels", x, y + 12, SECTION, Anchor.LEFT, width);
        List<SizeReport.Bin> bins = sizes.histogram();
        double from = log2(bins.get(0).from()) - 1;
        double to = log2(bins.get(bins.size() - 1).to()) + 1;
        double perOctave = width / Math.max(4, to - from);
        double left = x + (width - perOctave * (to - from)) / 2;
        double top = y + 52;
        double floor = y + PANEL - 44;
        int most = bins.stream().mapToInt(SizeReport.Bin::images).max().orElseThrow();
        canvas.fill(x, floor, width, 1, RULE);
        for (int limit : SizeReport.LIMITS) {
            double at = left + perOctave * (log2(limit) - from);
            if (at > x && at < x + width) {
                canvas.dashedVertical(at, y + 36, floor, MARK);
                canvas.text(limit + "-pixel crops", at, y + 31, MARKED, Anchor.CENTRE, 3 * perOctave);
            }
        }
        for (SizeReport.Bin bin : bins) {
            if (bin.images() == 0) {
                continue;
            }
            double barLeft = left + perOctave * (log2(bin.from()) - from);
            double barWidth = perOctave / 2;
            double barHeight = Math.max(1, (floor - top) * bin.images() / most);
            canvas.fill(barLeft + 1, floor - barHeight, barWidth - 2, barHeight, BAR);
            String count = String.format(Locale.ROOT, "%,d", bin.images());
            double backing = 7 * count.length() + 4;
            canvas.fill(barLeft + barWidth / 2 - backing / 2, floor - barHeight - 15, backing, 13, 0xFFFFFF);
            canvas.text(count, barLeft + barWidth / 2, floor - barHeight - 5, SMALL, Anchor.CENTRE, 3 * barWidth);
        }
        for (int octave = (int) Math.ceil(from); octave < to; octave++) {
            double at = left + perOctave * (octave - from);
            canvas.fill(at, floor, 1, 4, SOFT);
            canvas.text(
                    String.format(Locale.ROOT, "%,d", 1L << Math.max(0, octave)),
                    at,
                    floor + 18,
                    SMALL,
                    Anchor.CENTRE,
                    perOctave);
        }
    }

    private void sheet(Canvas canvas, int y) {
        canvas.text(
                String.format(Locale.ROOT, "%,d of %,d images, spread evenly", thumbnails.size(), report.images()),
                MARGIN,
                y + 26,
                SECTION,
                Anchor.LEFT,
                width() - 2 * MARGIN);
        int side = Picture.THUMBNAIL;
        for (int i = 0; i < thumbnails.size(); i++) {
            Thumbnail image = thumbnails.get(i);
            int x = MARGIN + i % COLUMNS * (side + GAP);
            int top = y + HEADING + i / COLUMNS * (side + CAPTION);
            canvas.fill(x, top, side, side, FAINT);
            canvas.image(image, x + (side - image.drawnWidth()) / 2, top + (side - image.drawnHeight()) / 2);
            canvas.text(lastPart(image.name()), x, top + side + 12, NAME, Anchor.LEFT, side);
            canvas.text(
                    image.originalWidth() + "×" + image.originalHeight() + folders(image.name()),
                    x,
                    top + side + 24,
                    SMALL,
                    Anchor.LEFT,
                    side);
        }
    }

    private static String lastPart(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static String folders(String name) {
        int end = name.lastIndexOf('/');
        return end < 0 ? "" : ", " + name.substring(0, end);
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }
}
