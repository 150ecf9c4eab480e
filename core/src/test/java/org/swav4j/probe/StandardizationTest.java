package org.swav4j.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class StandardizationTest {
    @Test
    void byHandAndLeavesWhatDoesNotVary() {
        try (PointerScope scope = new PointerScope()) {
            Tensor features = FeatureRows.doubles(new double[] {1, 7.1, 3, 7.1, 5, 7.1, 7, 7.1}, 0, 4, 2)
                    .to(ScalarType.Float);
            Standardization found = Standardization.of(features);
            // (1 + 3 + 5 + 7) / 4 = 4; (9 + 1 + 1 + 9) / 4 = 5
            assertThat(found.mean()).containsExactly(new double[] {4, 7.1}, within(1e-6));
            assertThat(found.deviation()).containsExactly(new double[] {Math.sqrt(5), 1}, within(1e-6));
            float[] rows = new float[8];
            new FloatPointer(found.apply(features).data_ptr()).get(rows);
            float a = (float) (3 / Math.sqrt(5));
            float b = (float) (1 / Math.sqrt(5));
            assertThat(rows).containsExactly(new float[] {-a, 0, -b, 0, b, 0, a, 0}, within(1e-6f));
        }
    }
}
