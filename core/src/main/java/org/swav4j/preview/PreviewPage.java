package org.swav4j.preview;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.swav4j.augment.CropSpec;
import org.swav4j.data.Quarantine;
import org.swav4j.page.Html;
import org.swav4j.page.PageFrame;

/**
 * A preview as one HTML file that needs nothing else: no script, no request, pictures within it. Its content security policy
 * holds a browser to that.
 *
 * <p>Crop and box of the same number light up together. That is done in CSS, by a rule for each number.
 */
public final class PreviewPage {
    /** Every page has this within its first bytes; by it a page is told from other files. */
    public static final String MARK = "<meta name=\"generator\" content=\"swav data preview\">";

    private static final int COLOURS = 6;

    private final Preview preview;
    private final Caption caption;
    private final List<Finding> findings;
    private final Appendable page;

    private PreviewPage(Preview preview, Caption caption, Appendable page) {
        this.preview = preview;
        this.caption = caption;
        this.page = page;
        findings = Finding.in(preview);
    }

    /** Writes the page, which is to be encoded in UTF-8. */
    public static void write(Preview preview, Caption caption, Appendable page) throws IOException {
        new PreviewPage(preview, caption, page).write();
    }

    private void write() throws IOException {
        String style = PageFrame.resource(PreviewPage.class, "preview.css") + shapes() + highlights();
        PageFrame frame = new PageFrame("What the network sees of " + caption.data(), MARK, style);
        page.append(frame.opening());
        header();
        page.append("<main>\n");
        for (int number = 1; number <= preview.images().size(); number++) {
            new ImageSection(preview, number, page).write();
        }
        page.append("</main>\n").append(frame.closing());
    }

    private void header() throws IOException {
        page.append("<header>\n<h1>What the network sees</h1>\n<p class=\"data\">");
        page.append(Html.escape(caption.data())).append("</p>\n");
        format(
                "<p>%s of %,d images, each with the %d crops that training with seed %d sees in epoch %d, pixel for"
                        + " pixel. Point at a crop, tap it or reach it with the tab key to see where it lies.</p>\n",
                preview.images().size(), preview.sourceSize(), preview.crops(), caption.seed(), caption.epoch());
        recipe();
        warnings();
        page.append("<h2>Train with these settings</h2>\n<pre class=\"command\" tabindex=\"0\"><code>");
        page.append(Html.escape(caption.command())).append("</code></pre>\n");
        contents();
        page.append("</header>\n");
    }

    private void recipe() throws IOException {
        page.append("<ul class=\"recipe\">\n");
        for (int r = 0; r < preview.specs().size(); r++) {
            CropSpec spec = preview.specs().get(r);
            format(
                    "<li class=\"%s\"><b>%d × %d px</b> covering %s of the image</li>\n",
                    colour(r), spec.count(), spec.size(), share(spec));
        }
        Caption.SettingLine crops = caption.settings().get(0);
        format(
                "</ul>\n<p class=\"origin\"><code>%s %s</code> (%s)</p>\n",
                Html.escape(crops.name()), Html.escape(crops.value()), Html.escape(crops.origin()));
        page.append("<details>\n<summary>All settings and where they come from</summary>\n");
        page.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Settings\"><table>\n<thead><tr>"
                + "<th scope=\"col\">setting</th><th scope=\"col\">value</th><th scope=\"col\">comes from</th>"
                + "<th scope=\"col\">meaning</th></tr></thead>\n<tbody>\n");
        for (Caption.SettingLine line : caption.settings()) {
            format(
                    "<tr><th scope=\"row\"><code>%s</code></th><td>%s</td><td>%s</td><td>%s</td></tr>\n",
                    Html.escape(line.name()),
                    Html.escape(line.value()),
                    Html.escape(line.origin()),
                    Html.escape(line.meaning()));
        }
        page.append("</tbody>\n</table></div>\n</details>\n");
    }

    private void warnings() throws IOException {
        if (findings.isEmpty() && caption.warnings().isEmpty()) {
            return;
        }
        page.append("<section class=\"warnings\" aria-labelledby=\"warnings\">\n<h2 id=\"warnings\">Before you"
                + " train</h2>\n<ul>\n");
        for (String warning : caption.warnings()) {
            format("<li>%s</li>\n", Html.escape(warning));
        }
        for (Finding finding : findings) {
            page.append("<li>").append(Html.escape(finding.text()));
            for (Finding.Place place : finding.places()) {
                format(" <a href=\"#crop-%1$d-%2$d\">image %1$d, crop %2$d</a>", place.image(), place.crop());
            }
            page.append("</li>\n");
        }
        page.append("</ul>\n");
        if (!preview.unreadable().isEmpty()) {
            page.append("<details>\n<summary>Unreadable images</summary>\n<ul class=\"unreadable\">\n");
            for (Quarantine.Entry entry : preview.unreadable()) {
                format("<li><bdi>%s</bdi>: %s</li>\n", Html.escape(entry.name()), Html.escape(entry.reason()));
            }
            page.append("</ul>\n</details>\n");
        }
        page.append("</section>\n");
    }

    private void contents() throws IOException {
        if (preview.images().size() < 2) {
            return;
        }
        page.append("<nav aria-label=\"Images\">Images");
        for (int i = 1; i <= preview.images().size(); i++) {
            format(" <a href=\"#image-%1$d\">%1$d</a>", i);
        }
        page.append("</nav>\n");
    }

    /** The originals' shapes, so that each fills what room there is and boxes stay where they belong. */
    private String shapes() {
        StringBuilder rules = new StringBuilder();
        for (int i = 0; i < preview.images().size(); i++) {
            PreviewImage image = preview.images().get(i);
            rules.append(
                    String.format(Locale.ROOT, "#image-%d{--w:%d;--h:%d}\n", i + 1, image.width(), image.height()));
        }
        return rules.toString();
    }

    /** What is pointed at wins over what has the focus, so that never two boxes are lit. */
    private String highlights() {
        return IntStream.rangeClosed(1, preview.crops())
                .mapToObj(n -> String.format(
                        Locale.ROOT,
                        ".image:has([data-crop=\"%1$d\"]:hover) [data-crop=\"%1$d\"],"
                                + ".image:not(:has([data-crop]:hover)):has([data-crop=\"%1$d\"]:focus)"
                                + " [data-crop=\"%1$d\"]{--lit:1}\n",
                        n))
                .collect(Collectors.joining());
    }

    private void format(String html, Object... values) throws IOException {
        page.append(String.format(Locale.ROOT, html, values));
    }

    /** The class of a resolution's colour. */
    static String colour(int resolution) {
        return "c" + resolution % COLOURS;
    }

    private static String share(CropSpec spec) {
        String least = percent(spec.minScale());
        String most = percent(spec.maxScale());
        return least.equals(most) ? most + " %" : least + " to " + most + " %";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share).replaceFirst("\\.0$", "");
    }
}
