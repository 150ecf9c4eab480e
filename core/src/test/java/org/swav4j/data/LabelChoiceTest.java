package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelChoiceTest {
    private static final LabelledImages IMAGES = new Named(
            List.of(
                    "n01/n01_1.JPEG",
                    "n01/n01_2.JPEG",
                    "n01/same.JPEG",
                    "n02/n02_1.JPEG",
                    "n02/same.JPEG",
                    "stray.JPEG"),
            new int[] {0, 0, 0, 1, 1, -1});

    @TempDir
    private Path folder;

    private Path list;

    @BeforeEach
    void list() {
        list = folder.resolve("list.txt");
    }

    @Test
    void aShareIsDrawnFromEachClassBySeed() {
        LabelledImages half = LabelChoice.parse("50%").of(IMAGES, 7);
        assertThat(names(half))
                .containsExactlyElementsOf(IntStream.of(LabelSubset.ofEachClass(IMAGES, .5, 7))
                        .mapToObj(IMAGES::name)
                        .toList());
        assertThat(half.description()).endsWith("(50%)");
        assertThat(LabelChoice.parse("0.5%").of(IMAGES, 7).size()).isEqualTo(2);
    }

    @Test
    void allLeavesOutOnlyWhatHasNoLabel() {
        assertThat(LabelChoice.parse("100%").isAll()).isTrue();
        assertThat(LabelChoice.parse("99%").isAll()).isFalse();
        assertThat(LabelChoice.ALL.of(IMAGES, 0).size()).isEqualTo(5);
        LabelledImages labelled = new Named(List.of("a/1", "b/1"), new int[] {0, 1});
        assertThat(LabelChoice.ALL.of(labelled, 0)).isSameAs(labelled);
    }

    @Test
    void aListNamesImagesByFileNameOrPathInAnyOrder() throws IOException {
        Files.writeString(list, "n02_1.JPEG\r\n\r\n n01/same.JPEG\nn01_1.JPEG\nn01_1.JPEG");
        LabelledImages chosen = LabelChoice.parse(list.toString()).of(IMAGES, 0);
        assertThat(names(chosen)).containsExactly("n01/n01_1.JPEG", "n01/same.JPEG", "n02/n02_1.JPEG");
        assertThat(chosen.label(2)).isEqualTo(1);
    }

    @Test
    void everyListedImageMustBeThereOnceAndHaveALabel() throws IOException {
        refuses("n01_1.JPEG\nn01_9.JPEG\nx\ny", "line 2: 'n01_9.JPEG' is not among the images of", "nor are 2 others");
        refuses("same.JPEG", "line 1: 'same.JPEG': several images");
        refuses("stray.JPEG", "line 1: 'stray.JPEG' has no label");
        refuses("\n\n", "names no image");
        Files.write(list, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> LabelChoice.parse(list.toString()).of(IMAGES, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("not a text in UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0%", "101%", "10", "0.1", "-5%", "1e2%", "nowhere.txt", "", "a\0b"})
    void refusesWhatIsNeitherShareNorFile(String text) {
        assertThatThrownBy(() -> LabelChoice.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10%")
                .hasMessageNotContaining("\n");
    }

    private void refuses(String text, String... parts) throws IOException {
        Files.writeString(list, text);
        LabelChoice choice = LabelChoice.parse(list.toString());
        assertThatThrownBy(() -> choice.of(IMAGES, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(parts)
                .hasMessageStartingWith(list.toString());
    }

    private static List<String> names(LabelledImages images) {
        return IntStream.range(0, images.size()).mapToObj(images::name).toList();
    }

    private record Named(List<String> names, int[] labels) implements LabelledImages {
        @Override
        public int size() {
            return names.size();
        }

        @Override
        public String name(int index) {
            return names.get(index);
        }

        @Override
        public byte[] read(int index) throws IOException {
            throw new IOException("has no bytes");
        }

        @Override
        public String fingerprint() {
            return "";
        }

        @Override
        public String description() {
            return "memory";
        }

        @Override
        public List<String> classNames() {
            return List.of("n01", "n02");
        }

        @Override
        public int label(int index) {
            return labels[index];
        }
    }
}
