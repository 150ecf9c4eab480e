package org.swav4j.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.data.ImageSize;

class ShorterSideTest {
    @ParameterizedTest
    @CsvSource({
        "500, 375, 256, 341, 256",
        "375, 500, 256, 256, 341",
        "300, 300, 256, 256, 256",
        "256, 900, 256, 256, 900",
        "255, 9, 256, 255, 9",
        "100000, 10, 9, 90000, 9"
    })
    void theSizeIsThatOfTorchvisionAndNeverLarger(int width, int height, int length, int toWidth, int toHeight) {
        assertThat(ShorterSide.sizeFor(new ImageSize(width, height), length))
                .isEqualTo(new ImageSize(toWidth, toHeight));
    }

    @Test
    void aLineHalvedIsWeightedByATriangleTwoPixelsWide() {
        int[] line = {0, 100, 200, 100};
        byte[] pixels = new byte[4 * 4 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) line[i / 3 % 4];
        }
        try (Mat image = new Mat(4, 4, CV_8UC3);
                ShorterSide half = new ShorterSide(2)) {
            image.data().put(pixels);
            Mat small = half.apply(image);
            byte[] found = new byte[2 * 2 * 3];
            small.data().get(found);
            // (.75·0 + .75·100 + .25·200) / 1.75 and its mirror (.25·100 + .75·200 + .75·100) / 1.75
            assertThat(found).containsExactly(71, 71, 71, 143, 143, 143, 71, 71, 71, 143, 143, 143);
        }
    }

    @Test
    void anImageSmallEnoughIsHandedBack() {
        try (Mat image = new Mat(4, 9, CV_8UC3);
                ShorterSide side = new ShorterSide(4)) {
            assertThat(side.apply(image)).isSameAs(image);
        }
    }

    @Test
    void noLengthBelowOne() {
        assertThatThrownBy(() -> new ShorterSide(0)).hasMessageContaining("at least 1 pixel, found 0");
    }
}
