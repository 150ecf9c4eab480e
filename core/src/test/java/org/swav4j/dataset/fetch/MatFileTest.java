package org.swav4j.dataset.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.swav4j.data.DataException;

class MatFileTest {
    @Test
    void rowsOfBothByteOrdersAndKinds() {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            for (boolean compressed : new boolean[] {false, true}) {
                byte[] bytes = new MatBytes(order)
                        .row("labels", compressed, false, 77, 1, 102, 60_000, 5)
                        .row("n", compressed, true, 1, -2, 8189)
                        .row("one", compressed, false, 7)
                        .bytes();
                Map<String, int[]> arrays = MatFile.read("x.mat", bytes);
                assertThat(arrays).containsOnlyKeys("labels", "n", "one");
                assertThat(arrays.get("labels")).containsExactly(77, 1, 102, 60_000, 5);
                assertThat(arrays.get("n")).containsExactly(1, -2, 8189);
                assertThat(arrays.get("one")).containsExactly(7);
            }
        }
    }

    @Test
    void variablesOfOtherKindsAreSkipped() {
        byte[] bytes = new MatBytes(ByteOrder.LITTLE_ENDIAN)
                .array("text", false, 4, 16, 5, "hello".getBytes(StandardCharsets.US_ASCII))
                .row("labels", true, false, 3)
                .bytes();
        assertThat(MatFile.read("x.mat", bytes)).containsOnlyKeys("labels");
    }

    /** Written by scipy.io.savemat of SciPy with do_compression: trnid as doubles, labels as uint8. */
    @Test
    void aFileThatSciPyWrote() {
        String base64 = "TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IFR1ZSBOb3YgMjQgMDE6MTA6NT"
                + "AgMjAyNgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0PAAAANgAA"
                + "AHic42NgYAgAYjYg5oDSIMAK5TMCMTOUBomVFOVlpgBpTiCWgKplyN3lAKaToXTBLgcAqVsG+g8AAAAvAAAAeJzjY2"
                + "BgsABiNiDmAGJOBghghfIZgZgZSoPU5CQmpeYUMzAwAUV9fdMYADxiA+4=";
        Map<String, int[]> arrays = MatFile.read("x.mat", Base64.getDecoder().decode(base64));
        assertThat(arrays.get("trnid")).containsExactly(6765, 6755, 6768);
        assertThat(arrays.get("labels")).containsExactly(77, 77, 102);
    }

    @Test
    void fractionsAndOtherFilesAreRefused() {
        byte[] half =
                new MatBytes(ByteOrder.LITTLE_ENDIAN).row("x", false, true, 0.5).bytes();
        assertThatThrownBy(() -> MatFile.read("x.mat", half))
                .isInstanceOf(DataException.class)
                .hasMessage("x.mat: 'x' holds 0.5 where a whole number belongs");
        assertThatThrownBy(() -> MatFile.read("x.mat", new byte[500]))
                .isInstanceOf(DataException.class)
                .hasMessage("x.mat: it is not a MATLAB 5 file");
        assertThatThrownBy(() -> MatFile.read("x.mat", new byte[5])).isInstanceOf(DataException.class);
    }

    @Test
    void anArrayThatClaimsFarTooMuchIsRefused() {
        byte[] huge = new MatBytes(ByteOrder.LITTLE_ENDIAN)
                .array("x", false, 6, 9, Integer.MAX_VALUE, new byte[16])
                .bytes();
        assertThatThrownBy(() -> MatFile.read("x.mat", huge))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("far larger");
    }

    @Test
    void damagedBytesGiveOneKindOfErrorOrNumbers() {
        byte[] whole = new MatBytes(ByteOrder.LITTLE_ENDIAN)
                .row("labels", false, false, 1, 2, 3, 4)
                .row("more", true, true, 5, 6, 7)
                .bytes();
        Random random = new Random(5);
        int errors = 0;
        for (int trial = 0; trial < 4000; trial++) {
            byte[] damaged = Arrays.copyOf(whole, 128 + random.nextInt(whole.length - 128));
            for (int flips = random.nextInt(4); flips > 0 && damaged.length > 128; flips--) {
                damaged[128 + random.nextInt(damaged.length - 128)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                MatFile.read("x.mat", damaged);
            } catch (DataException e) {
                errors++;
            }
        }
        assertThat(errors).isGreaterThan(1000);
    }
}
