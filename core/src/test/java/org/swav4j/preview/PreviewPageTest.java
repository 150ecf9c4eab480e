package org.swav4j.preview;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropBox;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.Quarantine;
import org.swav4j.loader.MemoryImages;

class PreviewPageTest {
    private static final String HOSTILE = "<script>alert('x')</script>\"&\u0007\uD800.jpg";
    private static final MultiCrop RECIPE =
            new MultiCrop(CropSpec.parseAll("2x40@0.3-1,3x9@0.05-0.3"), Augmentation.SWAV);

    @Test
    void everyCropHasItsPictureAndItsBoxInTheImagesPixels() throws IOException {
        Preview preview = Preview.of(new MemoryImages(3, Set.of()), RECIPE, 4, 2, 3);
        String page = page(preview, List.of());
        assertThat(count(page, "<img ")).isEqualTo(3 * 6);
        assertThat(count(page, "<li class=\"crop ")).isEqualTo(3 * 5);
        for (PreviewImage image : preview.images()) {
            assertThat(page).contains(image.original().uri(), "viewBox=\"0 0 " + image.width() + " " + image.height());
            for (PreviewCrop crop : image.crops()) {
                CropBox b = crop.view().box();
                assertThat(page)
                        .contains(crop.pixels().uri())
                        .contains(String.format(
                                "<rect class=\"edge\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                                b.x(), b.y(), b.width(), b.height()));
            }
        }
        assertThat(page).contains("seed 4 sees in epoch 2").contains("smaller than the crops of 40 px");
    }

    @Test
    void namesAndReasonsFromOutsideAreTextOnly() throws IOException {
        Preview plain = Preview.of(new MemoryImages(1, Set.of()), RECIPE, 4, 0, 1);
        PreviewImage image = plain.images().get(0);
        PreviewImage hostile =
                new PreviewImage(0, HOSTILE, image.width(), image.height(), image.original(), image.crops());
        Preview preview = new Preview(
                plain.specs(),
                1,
                List.of(hostile),
                List.of(new Quarantine.Entry("test", HOSTILE, HOSTILE, Quarantine.NO_STEP)));
        String page = page(preview, List.of(HOSTILE));
        assertThat(page).doesNotContain("<script", "\u0007").doesNotContainPattern("\\p{Cs}");
        // title, data, the first setting's name, value and origin twice and its meaning, command, warning, finding,
        // heading, unreadable name and reason
        assertThat(count(page, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\uFFFD\uFFFD.jpg"))
                .isEqualTo(15);
    }

    @Test
    void nothingIsLoadedFromElsewhereAndThePolicyAllowsOnlyThePagesOwnStyle()
            throws IOException, NoSuchAlgorithmException {
        String page = page(Preview.of(new MemoryImages(2, Set.of()), RECIPE, 4, 0, 2), List.of());
        assertThat(page).doesNotContain("http:", "https:", "url(", "@import", "<script", " style=\"");
        Matcher style = Pattern.compile("<style>(.*)</style>", Pattern.DOTALL).matcher(page);
        assertThat(style.find()).isTrue();
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(style.group(1).getBytes(StandardCharsets.UTF_8));
        assertThat(page)
                .contains("default-src 'none'; img-src data:; style-src 'sha256-"
                        + Base64.getEncoder().encodeToString(digest) + "'\"");
    }

    @Test
    void thePageIsMarkedAsOneWithinItsFirstBytes() throws IOException {
        String page = page(Preview.of(new MemoryImages(1, Set.of()), RECIPE, 4, 0, 1), List.of());
        assertThat(page.indexOf(PreviewPage.MARK)).isBetween(0, 400);
    }

    private static String page(Preview preview, List<String> warnings) throws IOException {
        Caption.SettingLine line = new Caption.SettingLine(HOSTILE, HOSTILE, HOSTILE, HOSTILE);
        Caption caption = warnings.isEmpty()
                ? new Caption(
                        "photos: 3 images",
                        4,
                        2,
                        List.of(new Caption.SettingLine("--crops", "2x40", "crops", "given")),
                        "swav pretrain",
                        warnings)
                : new Caption(HOSTILE, 4, 2, List.of(line), HOSTILE, warnings);
        StringBuilder page = new StringBuilder();
        PreviewPage.write(preview, caption, page);
        return page.toString();
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
