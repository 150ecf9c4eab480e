package org.swav4j.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TensorBytesTest {
    @Test
    void refusesAShapeThatDoesNotFitTheBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(8);
        assertThatThrownBy(() -> new TensorBytes(DType.F32, new long[] {3}, bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("F32 [3] takes 12 bytes; the buffer has 8");
        assertThatThrownBy(() -> new TensorBytes(DType.U8, new long[] {-1, -8}, bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape [-1, -8]: dimension -1 is negative");
        // (2^62 + 2) elements of 4 bytes would wrap around to 8 bytes
        assertThatThrownBy(() -> new TensorBytes(DType.F32, new long[] {(1L << 62) + 2}, bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("overflow");
    }

    @Test
    void takesABuffersRemainingBytesAndSharesNoStateWithCallers() {
        ByteBuffer buffer =
                ByteBuffer.wrap(new byte[] {9, 1, 0, 0, 0, 9}).position(1).limit(5);
        long[] shape = {1, 1};
        TensorBytes tensor = new TensorBytes(DType.I32, shape, buffer);
        shape[0] = 5;
        buffer.position(0);
        tensor.shape()[1] = 5;
        tensor.data().position(3);

        assertThat(tensor.shape()).containsExactly(1, 1);
        assertThat(tensor.data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(tensor.data().getInt()).isEqualTo(1);
        assertThat(tensor.elements()).isEqualTo(1);
        assertThat(tensor).hasToString("I32 [1, 1]");
    }
}
