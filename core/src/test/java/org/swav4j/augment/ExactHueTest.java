package org.swav4j.augment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.swav4j.format.NpyFile;

class ExactHueTest {

    /** 4,096 colours and what PIL 9.4 makes of them on the way to HSV and back. */
    @Test
    void aShiftByNothingIsPilsWayToHsvAndBack() throws IOException, URISyntaxException {
        byte[] rgb = table("g7_hsv_rgb_in.npy");
        byte[] expected = table("g7_hsv_back_rgb.npy");
        assertThat(rgb).hasSize(64 * 64 * 3).isNotEqualTo(expected);
        ExactHue.shift(rgb, (byte) 0);
        assertThat(rgb).isEqualTo(expected);
    }

    @Test
    void greysStayAndPureColoursTurn() {
        byte[] rgb = {7, 7, 7, (byte) 255, 0, 0};
        ExactHue.shift(rgb, (byte) 85);
        assertThat(rgb).containsExactly(7, 7, 7, 0, (byte) 255, 0);
    }

    private static byte[] table(String name) throws IOException, URISyntaxException {
        ByteBuffer data = NpyFile.read(Path.of(
                        ExactHueTest.class.getResource("/golden/" + name).toURI()))
                .data();
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return bytes;
    }
}
