package org.swav4j.dataset.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;
import org.swav4j.data.Images;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class PictureTest {
    @TempDir
    private Path folder;

    @Test
    void anSvgShowsFortyEightImagesSpreadEvenlyWithTheirNames() throws Exception {
        Document svg = svg(images(480, "class <&>/image "));
        NodeList shown = svg.getElementsByTagName("image");
        assertThat(shown.getLength()).isEqualTo(48);
        for (int i = 0; i < 48; i++) {
            Element image = (Element) shown.item(i);
            assertThat(image.getTextContent()).isEqualTo("class <&>/image " + 10 * i);
            assertThat(image.getAttribute("xlink:href")).startsWith("data:image/jpeg;base64,/9j/");
        }
        assertThat(texts(svg))
                .contains("480 of 480", "96-pixel crops", "48 of 480 images, spread evenly", "60×40, class <&>");
    }

    @Test
    void fewAndBrokenImagesLeaveNoHoles() throws Exception {
        MemoryImages images = images(3, "a");
        images.with("broken", -1, new byte[5]);
        Document svg = svg(images);
        assertThat(svg.getElementsByTagName("image").getLength()).isEqualTo(3);
        assertThat(texts(svg)).contains("3 of 4");
    }

    @Test
    void brokenPlacesTakeTheNextImage() throws Exception {
        MemoryImages images = new MemoryImages();
        for (int i = 0; i < 96; i++) {
            images.with("i" + i, -1, i % 2 == 0 ? new byte[5] : photo(i));
        }
        assertThat(svg(images).getElementsByTagName("image").getLength()).isEqualTo(48);
    }

    @Test
    void namesThatXmlCannotHoldAreShownAllTheSame() throws Exception {
        MemoryImages images = new MemoryImages().with("bell\u0007\ud800.png", -1, photo(1));
        assertThat(((Element) svg(images).getElementsByTagName("image").item(0)).getTextContent())
                .isEqualTo("bell\ufffd\ufffd.png");
    }

    @Test
    void nothingReadableIsAPictureWithoutHistogram() throws Exception {
        Document svg = svg(new MemoryImages().with("x", -1, new byte[5]));
        assertThat(texts(svg)).contains("0 of 1").doesNotContain("Shorter side in pixels");
    }

    @Test
    void aPngHasThePixelsOfItsThumbnails() throws IOException {
        Path file = folder.resolve("report.PNG");
        MemoryImages images = images(10, "a");
        Picture.into(file).draw(images, DataCheck.run(images, 1, done -> {}));
        BufferedImage png = ImageIO.read(new ByteArrayInputStream(Files.readAllBytes(file)));
        assertThat(png.getWidth()).isEqualTo((int) Math.ceil(1.5 * (2 * 32 + 8 * 128 + 7 * 14)));
        assertThat(png.getRGB(0, 0)).isEqualTo(0xFFFFFFFF);
        int coloured = 0;
        for (int x = 0; x < png.getWidth(); x++) {
            int rgb = png.getRGB(x, (int) (1.5 * (84 + 240 + 46 + 64)));
            coloured += rgb == 0xFFFFFFFF ? 0 : 1;
        }
        assertThat(coloured).isEqualTo(8 * 192);
    }

    @Test
    void otherNamesAndMissingFoldersAreRefusedBeforeTheWork() {
        assertThatThrownBy(() -> Picture.into(folder.resolve("report.pdf")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("must end in .png or .svg");
        assertThatThrownBy(() -> Picture.into(folder.resolve("missing/report.svg")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("there is no folder");
    }

    private Document svg(MemoryImages images) throws Exception {
        Path file = folder.resolve("report.svg");
        Picture.into(file).draw(images, DataCheck.run(images, 1, done -> {}));
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    private static List<String> texts(Document svg) {
        NodeList nodes = svg.getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }

    private static MemoryImages images(int count, String name) {
        MemoryImages images = new MemoryImages();
        for (int i = 0; i < count; i++) {
            images.with(name + i, -1, photo(i));
        }
        return images;
    }

    private static byte[] photo(int seed) {
        return Images.encoded(".png", 60, 40, CV_8UC3, seed);
    }
}
