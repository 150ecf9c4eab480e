package org.swav4j.dataset.pack;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarSampleTest {
    private static final byte[] CONTENT = "the image".getBytes(US_ASCII);

    @Test
    void aHeaderTellsNothingOfWhoPackedWhen() {
        byte[] blocks = TarSample.of("cat/one", "jpg", CONTENT, 12, 9, false).blocks();
        assertThat(blocks).hasSize(4 * TarSample.BLOCK);
        assertThat(text(blocks, 0, 100)).isEqualTo("cat/one.jpg");
        assertThat(text(blocks, 100, 8).trim()).isEqualTo("0000644");
        assertThat(text(blocks, 108, 8).trim()).isEqualTo("0000000");
        assertThat(text(blocks, 116, 8).trim()).isEqualTo("0000000");
        assertThat(text(blocks, 124, 12).trim()).isEqualTo("00000000011");
        assertThat(text(blocks, 136, 12).trim()).isEqualTo("00000000000");
        assertThat(text(blocks, 156, 1)).isEqualTo("0");
        assertThat(text(blocks, 257, 6)).isEqualTo("ustar");
        assertThat(text(blocks, 265, 64)).isEmpty();
        assertThat(text(blocks, 512, 512)).isEqualTo("the image");
        assertThat(text(blocks, 1024, 100)).isEqualTo("cat/one.cls");
        assertThat(text(blocks, 1536, 512)).isEqualTo("12");
    }

    @Test
    void withoutLabelThereIsTheImageAlone() {
        TarSample sample = TarSample.of("one", "png", CONTENT, -1, 9, false);
        assertThat(sample.length()).isEqualTo(2 * TarSample.BLOCK);
        assertThat(sample.image().label()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 94, 95, 96, 99, 100, 150, 300, 2000})
    void longNamesAndThoseBeyondAsciiAreReadAsTheyWere(int length) throws IOException {
        for (String letter : new String[] {"a", "ü", "猫"}) {
            String key = "folder/" + letter.repeat(length);
            TarSample sample = TarSample.of(key, "jpg", CONTENT, 3, 9, false);
            byte[] blocks = sample.blocks();
            try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(blocks), "UTF-8")) {
                TarArchiveEntry image = tar.getNextEntry();
                assertThat(image.getName()).isEqualTo(key + ".jpg");
                assertThat(tar.readAllBytes()).isEqualTo(CONTENT);
                assertThat(tar.getNextEntry().getName()).isEqualTo(key + ".cls");
            }
            int offset = (int) sample.image().offset();
            assertThat(Arrays.copyOfRange(blocks, offset, offset + CONTENT.length))
                    .isEqualTo(CONTENT);
            assertThat(TarSample.of(key, "jpg", CONTENT, 3, 9, false).blocks()).isEqualTo(blocks);
        }
    }

    @Test
    void aTarEndsWithTwoBlocksOfZerosAndAWholeRecord() {
        assertThat(TarSample.tarBytes(0)).isEqualTo(10240);
        assertThat(TarSample.tarBytes(10240 - 1024)).isEqualTo(10240);
        assertThat(TarSample.tarBytes(10240 - 512)).isEqualTo(20480);
    }

    private static String text(byte[] bytes, int from, int length) {
        String text = new String(bytes, from, length, US_ASCII);
        return text.indexOf('\0') < 0 ? text : text.substring(0, text.indexOf('\0'));
    }
}
