package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.swav4j.checkpoint.Progress;
import org.swav4j.checkpoint.Progress.Share;
import org.swav4j.data.EpochOrder.Stretch;

class EpochSharesTest {
    private static Progress at(int batch, Share... shares) {
        return new Progress(20, 3, batch, 9, "", "", List.of(shares));
    }

    @Test
    void whoGoesOnInTheSameNumberHasNoOthersBefore() {
        assertThat(EpochShares.of(at(0), 2).shares()).isEmpty();
        assertThat(EpochShares.of(at(4), 1).shares()).isEmpty();
        assertThat(EpochShares.of(at(4, new Share(2, 4)), 2).shares()).isEmpty();
        assertThat(EpochShares.NONE.with(1, 4)).isEmpty();
        assertThat(EpochShares.NONE.with(2, 4)).containsExactly(new Share(2, 4));
    }

    @Test
    void everyChangeWithinAnEpochIsRemembered() {
        EpochShares two = EpochShares.of(at(4), 2);
        assertThat(two.stretches(12)).containsExactly(new Stretch(1, 48));
        assertThat(two.with(2, 4)).containsExactly(new Share(1, 4));
        List<Share> saved = two.with(2, 6);
        assertThat(saved).containsExactly(new Share(1, 4), new Share(2, 6));
        EpochShares again = EpochShares.of(at(6, saved.toArray(Share[]::new)), 2);
        assertThat(again.with(2, 7)).containsExactly(new Share(1, 4), new Share(2, 7));
        EpochShares one = EpochShares.of(at(6, saved.toArray(Share[]::new)), 1);
        assertThat(one.with(1, 7)).containsExactly(new Share(1, 4), new Share(2, 6), new Share(1, 7));
        assertThat(one.stretches(2)).containsExactly(new Stretch(1, 8), new Stretch(2, 12));
    }
}
