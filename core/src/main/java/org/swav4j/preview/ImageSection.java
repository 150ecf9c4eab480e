package org.swav4j.preview;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.swav4j.augment.CropBox;
import org.swav4j.augment.CropSpec;
import org.swav4j.page.Html;
import org.swav4j.page.Picture;

/** One image's part of the page: the original with the boxes, and the crops. */
final class ImageSection {
    /** Pictures smaller than this are shown enlarged, every pixel as a square. */
    private static final int LEAST_CROP_SIDE = 96;

    /** Up to this side, an original is shown so too: it is spread over the width that is there. */
    private static final int PIXELATED_ORIGINAL_SIDE = 128;

    private final PreviewImage image;
    private final int number;
    private final Preview preview;
    private final Appendable page;

    /** @param number which of the preview's images, from 1 */
    ImageSection(Preview preview, int number, Appendable page) {
        this.preview = preview;
        this.image = preview.images().get(number - 1);
        this.number = number;
        this.page = page;
    }

    void write() throws IOException {
        format("<section class=\"image\" id=\"image-%1$d\" aria-labelledby=\"name-%1$d\">\n", number);
        format(
                "<h2 id=\"name-%d\"><span class=\"number\">%d</span> <bdi>%s</bdi></h2>\n",
                number, number, Html.escape(image.name()));
        page.append("<div class=\"sides\">\n");
        original();
        page.append("<div class=\"crops\">\n");
        for (int r = 0; r < preview.specs().size(); r++) {
            crops(r);
        }
        page.append("</div>\n</div>\n</section>\n");
    }

    private void original() throws IOException {
        Picture picture = image.original();
        boolean tiny = Math.max(picture.width(), picture.height()) <= PIXELATED_ORIGINAL_SIDE;
        page.append("<figure class=\"original\">\n<div class=\"boxed\">");
        format(
                "<img%s src=\"%s\" width=\"%d\" height=\"%d\" alt=\"The whole image\">",
                tiny ? " class=\"pixels\"" : "", picture.uri(), picture.width(), picture.height());
        format(
                "<svg class=\"boxes\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"group\""
                        + " aria-label=\"Where the crops lie\">\n",
                image.width(), image.height());
        // the largest first, so that the small ones lie above and can be pointed at
        List<PreviewCrop> largestFirst = image.crops().stream()
                .sorted(Comparator.comparingLong((PreviewCrop c) -> -area(c)))
                .toList();
        for (PreviewCrop crop : largestFirst) {
            box(crop);
        }
        page.append("</svg><svg class=\"tags\" aria-hidden=\"true\">\n");
        for (PreviewCrop crop : largestFirst) {
            tag(crop);
        }
        page.append("</svg></div>\n");
        format(
                "<figcaption>%d × %d px, number %,d of %,d</figcaption>\n",
                image.width(), image.height(), image.index() + 1, preview.sourceSize());
        page.append("</figure>\n");
    }

    /** In the image's own pixels, with everything around it as a shade that shows when the crop is pointed at. */
    private void box(PreviewCrop crop) throws IOException {
        CropBox b = crop.view().box();
        format(
                "<a class=\"box %s\" data-crop=\"%d\" href=\"#crop-%d-%d\" aria-label=\"Crop %d: %s\">",
                PreviewPage.colour(crop.resolution()),
                crop.number(),
                number,
                crop.number(),
                crop.number(),
                place(crop));
        format(
                "<path class=\"shade\" d=\"M0 0H%dV%dH0ZM%d %dV%dH%dV%dZ\"/>",
                image.width(), image.height(), b.x(), b.y(), b.y() + b.height(), b.x() + b.width(), b.y());
        for (String line : new String[] {"halo", "edge"}) {
            format(
                    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                    line, b.x(), b.y(), b.width(), b.height());
        }
        page.append("</a>\n");
    }

    /** The crop's number at its box's corner, as large however small the image is shown. */
    private void tag(PreviewCrop crop) throws IOException {
        CropBox b = crop.view().box();
        int width = 12 + 7 * String.valueOf(crop.number()).length();
        format(
                "<svg class=\"tag %s\" data-crop=\"%d\" x=\"%.3f%%\" y=\"%.3f%%\"><rect width=\"%d\" height=\"18\"/>"
                        + "<text x=\"%d\" y=\"13\">%d</text></svg>\n",
                PreviewPage.colour(crop.resolution()),
                crop.number(),
                100.0 * b.x() / image.width(),
                100.0 * b.y() / image.height(),
                width,
                width / 2,
                crop.number());
    }

    private void crops(int resolution) throws IOException {
        CropSpec spec = preview.specs().get(resolution);
        int zoom = zoom(spec.size(), LEAST_CROP_SIDE);
        format(
                "<h3 class=\"%s\">%d × %d px%s</h3>\n<ol class=\"%s\">\n",
                PreviewPage.colour(resolution),
                spec.count(),
                spec.size(),
                zoom > 1 ? ", shown " + zoom + " times as large" : "",
                spec.size() * zoom > 160 ? "wide" : "narrow");
        for (PreviewCrop crop : image.crops()) {
            if (crop.resolution() == resolution) {
                crop(crop, zoom);
            }
        }
        page.append("</ol>\n");
    }

    private void crop(PreviewCrop crop, int zoom) throws IOException {
        String words = String.join(", ", TransformWords.of(crop.view().transforms()));
        format(
                "<li class=\"crop %s\" id=\"crop-%d-%d\" data-crop=\"%d\" tabindex=\"0\" aria-label=\"Crop %d\">",
                PreviewPage.colour(crop.resolution()), number, crop.number(), crop.number(), crop.number());
        format(
                "<img%s src=\"%s\" width=\"%d\" height=\"%d\" alt=\"Crop %d: %s\">",
                zoom > 1 ? " class=\"pixels\"" : "",
                crop.pixels().uri(),
                zoom * crop.pixels().width(),
                zoom * crop.pixels().height(),
                crop.number(),
                words.isEmpty() ? "unchanged" : words);
        format(
                "<div class=\"facts\"><p><b>%d</b> %s</p><p class=\"place\"><span>%s,</span> <span>%s</span></p>",
                crop.number(), share(crop), place(crop), scale(crop));
        page.append("<ul>");
        if (words.isEmpty()) {
            page.append("<li class=\"none\">no other change</li>");
        }
        for (String word : TransformWords.of(crop.view().transforms())) {
            format("<li>%s</li>", word);
        }
        page.append("</ul>");
        if (crop.isFlat()) {
            format("<p class=\"flat\">nearly flat: varies by %.1f of 255 levels</p>", crop.spread());
        }
        page.append("</div></li>\n");
    }

    private String share(PreviewCrop crop) {
        double share = (double) area(crop) / ((double) image.width() * image.height());
        return String.format(Locale.ROOT, "%.1f %% of the image", 100 * share);
    }

    private static String place(PreviewCrop crop) {
        CropBox b = crop.view().box();
        return String.format(Locale.ROOT, "%d × %d px at (%d, %d)", b.width(), b.height(), b.x(), b.y());
    }

    private static String scale(PreviewCrop crop) {
        double factor = crop.enlargement();
        return String.format(Locale.ROOT, factor > 1 ? "enlarged ×%.2f" : "reduced ×%.2f", factor);
    }

    private static long area(PreviewCrop crop) {
        return (long) crop.view().box().width() * crop.view().box().height();
    }

    /** The smallest whole factor that makes a side at least so long. */
    private static int zoom(int side, int least) {
        return Math.max(1, (least + side - 1) / side);
    }

    private void format(String html, Object... values) throws IOException {
        page.append(String.format(Locale.ROOT, html, values));
    }
}
