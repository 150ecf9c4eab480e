package org.swav4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.swav4j.Tensors;

class StateDictTest {
    @Test
    void tensorsOutliveTheScopeTheyWereMadeInAndEndWithTheDictionary() {
        long before = Pointer.totalCount();
        StateDict state = new StateDict();
        Tensor first;
        try (PointerScope scope = new PointerScope()) {
            first = state.add("0", torch.full(new long[] {3}, new Scalar(7.0)));
            for (int i = 1; i < 100; i++) {
                state.add(String.valueOf(i), torch.ones(3).mul(new Scalar((double) i)));
            }
        }
        assertThat(Tensors.doubles(first)).containsExactly(7, 7, 7);
        assertThat(Tensors.doubles(state.get("99"))).containsExactly(99, 99, 99);
        state.close();
        assertThat(first.isNull()).isTrue();
        assertThat(state.size()).isZero();
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    @Test
    void sharesATensorWithAnotherDictionary() {
        StateDict all = new StateDict();
        StateDict some = new StateDict();
        try (PointerScope scope = new PointerScope()) {
            some.add("w", all.add("w", torch.ones(2)));
        }
        all.close();
        assertThat(Tensors.doubles(some.get("w"))).containsExactly(1, 1);
        Tensor last = some.get("w");
        some.close();
        assertThat(last.isNull()).isTrue();
    }

    @Test
    void keepsInsertionOrderAndRefusesANameTwice() {
        try (PointerScope scope = new PointerScope();
                StateDict state = new StateDict()) {
            state.add("b", torch.ones(1));
            state.add("a", torch.ones(1));
            assertThat(state.names()).containsExactly("b", "a");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> state.add("a", torch.ones(1)))
                    .withMessage("'a' is there twice");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> state.get("c"))
                    .withMessage("there is no 'c'");
            assertThat(state.size()).isEqualTo(2);
        }
    }

    @Test
    void copiesInPlaceIntoTheTargetsTypeAndLayout() {
        try (PointerScope scope = new PointerScope();
                StateDict target = new StateDict();
                StateDict source = new StateDict()) {
            Tensor weight = target.add(
                    "w",
                    torch.zeros(1, 3, 2, 2)
                            .contiguous(torch.MemoryFormat.ChannelsLast)
                            .set_requires_grad(true));
            source.add("w", Tensors.gaussian(1, 1, 3, 2, 2).to(ScalarType.Double));
            target.copyFrom(source, "here");
            assertThat(Tensors.doubles(weight)).containsExactly(Tensors.doubles(source.get("w")));
            assertThat(weight.is_contiguous(torch.MemoryFormat.ChannelsLast)).isTrue();
            assertThat(weight.scalar_type().intern()).isEqualTo(ScalarType.Float);
            assertThat(weight.requires_grad()).isTrue();
            assertThat(weight.is_leaf()).isTrue();
        }
    }

    @Test
    void namesEverythingMissingAndUnexpected() {
        try (PointerScope scope = new PointerScope();
                StateDict target = new StateDict();
                StateDict source = new StateDict()) {
            for (int i = 0; i < 7; i++) {
                target.add("layer" + i, torch.zeros(1));
            }
            source.add("layer6", torch.ones(1));
            source.add("fc.weight", torch.ones(1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> target.copyFrom(source, "runs/a"))
                    .withMessage("runs/a: missing 'layer0', 'layer1', 'layer2', 'layer3', 'layer4' and 1 more;"
                            + " unexpected 'fc.weight'");
            assertThat(Tensors.doubles(target.get("layer6"))).containsExactly(0);
        }
    }

    @Test
    void namesAShapeThatDiffersAndChangesNothing() {
        try (PointerScope scope = new PointerScope();
                StateDict target = new StateDict();
                StateDict source = new StateDict()) {
            target.add("a", torch.zeros(2));
            target.add("b", torch.zeros(2, 3));
            source.add("a", torch.ones(2));
            source.add("b", torch.ones(3, 2));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> target.copyFrom(source, "runs/a"))
                    .withMessage("runs/a: 'b' is [3, 2]; this model needs [2, 3]");
            assertThat(Tensors.doubles(target.get("a"))).containsExactly(0, 0);
        }
    }
}
