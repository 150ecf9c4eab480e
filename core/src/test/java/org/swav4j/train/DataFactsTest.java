package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;
import org.swav4j.source.ImageFolder;

class DataFactsTest {
    @TempDir
    private Path directory;

    @Test
    void theMedianIsOfTheShorterSidesAndSkipsWhatIsNoImage() throws IOException {
        draw("a.png", 40, 30);
        draw("b.png", 20, 90);
        draw("c.png", 500, 400);
        Files.writeString(directory.resolve("d.png"), "text");

        assertThat(DataFacts.of(ImageFolder.open(directory))).isEqualTo(new DataFacts(4, 30));
    }

    @Test
    void aFolderOfBrokenImagesIsRefusedByName() throws IOException {
        Files.writeString(directory.resolve("d.png"), "text");
        ImageFolder folder = ImageFolder.open(directory);

        assertThatThrownBy(() -> DataFacts.of(folder))
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith("1 image, but none of the 1 looked at can be read as an image, such as d.png");
    }

    private void draw(String name, int width, int height) throws IOException {
        ImageIO.write(
                new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB),
                "png",
                directory.resolve(name).toFile());
    }
}
