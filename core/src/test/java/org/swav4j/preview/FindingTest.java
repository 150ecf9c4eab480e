package org.swav4j.preview;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.swav4j.augment.CropBox;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.View;
import org.swav4j.data.Quarantine;
import org.swav4j.page.Picture;

class FindingTest {
    private static final List<CropSpec> SPECS = CropSpec.parseAll("1x32@0.5-1,1x8@0.1-0.5");

    @Test
    void ordinaryImagesGiveNoFinding() {
        assertThat(Finding.in(preview(List.of(), image("a.jpg", 32, 40, 20, 50))))
                .isEmpty();
    }

    @Test
    void imagesSmallerThanTheLargestCropsAreSaidWithTheirEnlargement() {
        List<Finding> findings = Finding.in(preview(
                List.of(),
                image("a.jpg", 100, 31, 16, 50),
                image("b.jpg", 64, 64, 64, 50),
                image("c.jpg", 20, 90, 10, 50)));
        assertThat(findings)
                .singleElement()
                .satisfies(f -> assertThat(f.text())
                        .startsWith("2 of 3 images are smaller than the crops of 32 px, such as c.jpg with 20 × 90 px.")
                        .contains("up to ×3.2;"));
    }

    @Test
    void flatCropsAreSaidWithTheirPlaces() {
        List<Finding> findings =
                Finding.in(preview(List.of(), image("a.jpg", 64, 64, 32, 50), image("b.jpg", 64, 64, 32, 3.9)));
        assertThat(findings).singleElement().satisfies(f -> {
            assertThat(f.text()).startsWith("1 of 4 crops is nearly flat");
            assertThat(f.places()).containsExactly(new Finding.Place(2, 2));
        });
    }

    @Test
    void unreadableImagesAreCounted() {
        Quarantine.Entry broken = new Quarantine.Entry("test", "x.jpg", "why", Quarantine.NO_STEP);
        assertThat(Finding.in(preview(List.of(broken), image("a.jpg", 64, 64, 32, 50))))
                .singleElement()
                .satisfies(f -> assertThat(f.text()).startsWith("1 of the 2 images looked at could not be read."));
    }

    private static Preview preview(List<Quarantine.Entry> unreadable, PreviewImage... images) {
        return new Preview(SPECS, 9, List.of(images), unreadable);
    }

    /** An image whose crops have square boxes of {@code box} pixels; the second crop's spread is given. */
    private static PreviewImage image(String name, int width, int height, int box, double spread) {
        View view = new View(new CropBox(0, 0, box, box), List.of());
        return new PreviewImage(
                0,
                name,
                width,
                height,
                new Picture(width, height, "data:,"),
                List.of(
                        new PreviewCrop(1, 0, view, new Picture(32, 32, "data:,"), 4),
                        new PreviewCrop(2, 1, view, new Picture(8, 8, "data:,"), spread)));
    }
}
