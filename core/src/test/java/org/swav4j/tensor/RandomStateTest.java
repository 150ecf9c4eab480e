package org.swav4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.swav4j.Tensors;

class RandomStateTest {
    @Test
    void continuesWhereItWasCaptured() {
        RandomState.seed(3);
        draw();
        byte[] captured = RandomState.capture();
        double[] expected = draw();
        assertThat(draw()).isNotEqualTo(expected);
        RandomState.restore(captured);
        assertThat(draw()).containsExactly(expected);
        RandomState.seed(4);
        RandomState.restore(captured);
        assertThat(draw()).containsExactly(expected);
    }

    @Test
    void aSeedGivesTheSameNumbers() {
        RandomState.seed(3);
        double[] expected = draw();
        RandomState.seed(4);
        assertThat(draw()).isNotEqualTo(expected);
        RandomState.seed(3);
        assertThat(draw()).containsExactly(expected);
    }

    @Test
    void bytesThatAreNoStateAreRefused() {
        RandomState.seed(3);
        byte[] before = RandomState.capture();
        assertThatThrownBy(() -> RandomState.restore(new byte[] {1, 2, 3})).isInstanceOf(RuntimeException.class);
        assertThat(RandomState.capture()).isEqualTo(before);
    }

    /** An odd number of normals: the generator then holds one in reserve, which is state too. */
    private static double[] draw() {
        try (PointerScope scope = new PointerScope()) {
            return Tensors.doubles(torch.randn(5));
        }
    }
}
