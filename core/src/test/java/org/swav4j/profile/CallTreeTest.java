package org.swav4j.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CallTreeTest {
    private static final List<Span<Phase>> PHASES = List.of(
            new Span<>(Phase.FORWARD, 100, 200),
            new Span<>(Phase.LOSS, 200, 260),
            new Span<>(Phase.BACKWARD, 300, 400));

    private static Operation op(String name, long start, long end) {
        return new Operation(name, Operation.RECORDING_THREAD, start, end);
    }

    private static PlacedOperation placed(Operation operation, Phase phase, boolean outermost, long self) {
        return new PlacedOperation(operation, phase, outermost, self);
    }

    /** libtorch writes an operation when it ends, so after those it called. */
    @Test
    void anOperationsOwnTimeIsWithoutThatOfThoseItCalled() {
        Operation leaf = op("leaf", 115, 125);
        Operation first = op("first", 110, 130);
        Operation second = op("second", 130, 145);
        Operation outer = op("outer", 105, 150);
        Operation next = op("next", 150, 160);
        assertThat(CallTree.place(List.of(leaf, first, second, outer, next), PHASES))
                .containsExactly(
                        placed(outer, Phase.FORWARD, true, 45 - 20 - 15),
                        placed(first, Phase.FORWARD, false, 10),
                        placed(leaf, Phase.FORWARD, false, 10),
                        placed(second, Phase.FORWARD, false, 15),
                        placed(next, Phase.FORWARD, true, 10));
    }

    @Test
    void ofTwoThatTookEquallyLongTheLaterWrittenIsTheCaller() {
        Operation inner = op("inner", 110, 120);
        Operation outer = op("outer", 110, 120);
        assertThat(CallTree.place(List.of(inner, outer), PHASES))
                .containsExactly(placed(outer, Phase.FORWARD, true, 0), placed(inner, Phase.FORWARD, false, 10));
    }

    @Test
    void whatReachesOverTheEdgeOfItsPhaseIsCutThereWithAllItCalled() {
        List<PlacedOperation> placed = CallTree.place(
                List.of(op("inner", 98, 110), op("early", 98, 150), op("late", 180, 203), op("last", 204, 204)),
                PHASES);
        assertThat(placed)
                .containsExactly(
                        placed(op("early", 100, 150), Phase.FORWARD, true, 40),
                        placed(op("inner", 100, 110), Phase.FORWARD, false, 10),
                        placed(op("late", 180, 200), Phase.FORWARD, true, 20),
                        placed(op("last", 204, 204), Phase.LOSS, true, 0));
    }

    @Test
    void whatIsInNoPhaseIsLeftOutWithAllItCalled() {
        List<PlacedOperation> placed = CallTree.place(
                List.of(op("before", 10, 20), op("a", 282, 285), op("between", 270, 299), op("after", 401, 500)),
                PHASES);
        assertThat(placed).isEmpty();
    }

    @Test
    void threadsDoNotCallEachOther() {
        Operation mine = op("mine", 310, 390);
        Operation other = new Operation("other", 7, 320, 330);
        assertThat(CallTree.place(List.of(other, mine), PHASES))
                .containsExactly(placed(mine, Phase.BACKWARD, true, 80), placed(other, Phase.BACKWARD, true, 10));
    }
}
