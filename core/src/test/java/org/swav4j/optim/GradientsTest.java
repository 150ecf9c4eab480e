package org.swav4j.optim;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.swav4j.Tensors;
import org.swav4j.tensor.StateDict;

class GradientsTest {
    @Test
    void normIsOverAllGradientsAndLeavesOutParametersWithoutOne() {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = new StateDict()) {
            for (String name : new String[] {"a", "b", "frozen"}) {
                parameters.add(name, Tensors.floats(new double[] {1, 1}, 2).set_requires_grad(true));
            }
            assertThat(Gradients.norm(parameters).item_float()).isZero();
            parameters.get("a").mutable_grad().put(Tensors.floats(new double[] {1, 2}, 2));
            parameters.get("b").mutable_grad().put(Tensors.floats(new double[] {-4, 10}, 2));
            assertThat(Gradients.norm(parameters).item_float()).isCloseTo(11, Offset.offset(1e-5f));
        }
    }

    @Test
    void droppingLeavesNoGradientAndTheNextBackwardMakesANewOne() {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = new StateDict()) {
            parameters.add("a", Tensors.floats(new double[] {1, 3}, 2).set_requires_grad(true));
            for (int i = 0; i < 2; i++) {
                parameters.get("a").mul(parameters.get("a")).sum().backward();
                assertThat(Tensors.doubles(parameters.get("a").grad())).containsExactly(2, 6);
                Gradients.drop(parameters);
                assertThat(parameters.get("a").grad().defined()).isFalse();
            }
            assertThat(Gradients.norm(parameters).item_float()).isZero();
        }
    }

    @Test
    void namesTheParametersWhoseGradientIsNotFinite() {
        try (PointerScope scope = new PointerScope();
                StateDict parameters = new StateDict()) {
            for (String name : new String[] {"fine", "nan", "frozen", "infinite"}) {
                parameters.add(name, Tensors.floats(new double[] {1, 1}, 2).set_requires_grad(true));
            }
            parameters.get("fine").mutable_grad().put(Tensors.floats(new double[] {1, 1e30}, 2));
            parameters.get("nan").mutable_grad().put(Tensors.floats(new double[] {Double.NaN, 1}, 2));
            parameters.get("infinite").mutable_grad().put(Tensors.floats(new double[] {0, -1 / 0.0}, 2));
            assertThat(Gradients.notFinite(parameters)).containsExactly("nan", "infinite");
            assertThat(Gradients.norm(parameters).item_float()).isNaN();
        }
    }
}
