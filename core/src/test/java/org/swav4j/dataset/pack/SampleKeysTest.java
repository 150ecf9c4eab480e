package org.swav4j.dataset.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleKeysTest {
    @ParameterizedTest
    @CsvSource({
        "a/photo.JPEG, a/photo, jpg",
        "v1.2/holiday.2019.png, v1_2/holiday_2019, png",
        "x.jfif, x, jpg",
        "plain, plain, jpg",
        "a.b/plain, a_b/plain, jpg",
        "ünï/köd.TIFF, ünï/köd, tiff",
        "end., end, jpg"
    })
    void aNameStaysReadableWithOneDot(String name, String key, String extension) {
        assertThat(keys(name)).containsExactly(key);
        assertThat(SampleKeys.extension(name)).isEqualTo(extension);
    }

    @Test
    void theFirstKeepsAKeyAndTheOthersGetNumbersThatNobodyHas() {
        assertThat(keys("x.y.jpg", "x.jpg", "x.png", "x.webp", "x_2.jpg", "x_y.jpg"))
                .containsExactly("x_y", "x", "x_3", "x_4", "x_2", "x_y_2");
    }

    @Test
    void amongManyNamesThatCollideEveryKeyIsUniqueAndTheSameAgain() {
        List<String> names = new ArrayList<>();
        for (String stem : List.of("a", "a_2", "a_2_2", "b.c", "b_c")) {
            for (String extension : List.of("jpg", "jpeg", "png", "gif", "bmp")) {
                names.add(stem + "." + extension);
            }
        }
        Collections.shuffle(names, new Random(3));
        List<String> keys = keys(names.toArray(String[]::new));
        assertThat(keys).doesNotHaveDuplicates().hasSize(25).noneMatch(k -> k.contains("."));
        assertThat(keys(names.toArray(String[]::new))).isEqualTo(keys);
    }

    private static List<String> keys(String... names) {
        List<byte[]> nothing = Collections.nCopies(names.length, new byte[0]);
        SampleKeys keys = new SampleKeys(new Pictures(List.of(names), nothing));
        return IntStream.range(0, names.length).mapToObj(keys::key).toList();
    }
}
