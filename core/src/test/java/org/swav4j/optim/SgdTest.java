package org.swav4j.optim;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.swav4j.tensor.StateDict;

class SgdTest {
    @Test
    void twoStepsByHand() {
        try (StateDict parameters = new StateDict();
                PointerScope scope = new PointerScope()) {
            Tensor p = parameters.add(
                    "p", torch.full(new long[] {1}, new Scalar(2.0)).set_requires_grad(true));
            try (Sgd sgd = new Sgd(.9, .1, parameters)) {
                // the gradient of 3·p is 3; v = 3 + .1·2 = 3.2; p = 2 − .5·3.2 = .4
                p.mul(new Scalar(3.0)).sum().backward();
                sgd.step(.5);
                assertThat(p.item_double()).isCloseTo(.4, org.assertj.core.data.Offset.offset(1e-6));
                sgd.zeroGradients();
                // v = .9·3.2 + 3 + .1·.4 = 5.92; p = .4 − .5·5.92 = −2.56
                p.mul(new Scalar(3.0)).sum().backward();
                sgd.step(.5);
                assertThat(p.item_double()).isCloseTo(-2.56, org.assertj.core.data.Offset.offset(1e-6));
            }
        }
    }
}
