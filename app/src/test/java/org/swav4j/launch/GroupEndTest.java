package org.swav4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GroupEndTest {
    private static RankEnd end(int rank, int code) {
        return new RankEnd(rank, 100 + rank, code, false, List.of("the last line"), Optional.empty());
    }

    private static RankEnd ended(int rank) {
        return new RankEnd(rank, 100 + rank, 137, true, List.of(), Optional.empty());
    }

    private static GroupEnd group(RankEnd... inOrder) {
        return new GroupEnd(List.of(inOrder));
    }

    @Test
    void theFirstRanksCodeIsTheGroups() {
        assertThat(group(end(1, 0), end(0, 0)).code()).isZero();
        // only one was sent the signal, and all stopped
        assertThat(group(end(1, 143), end(0, 130)).code()).isEqualTo(130);
        assertThat(group(end(1, 143), end(0, 130)).culprit()).isEmpty();
        assertThat(group(end(0, 130)).message()).isEmpty();
    }

    @Test
    void oneThatIsKilledIsTheCauseAndWorthARestart() {
        GroupEnd end = group(end(1, 137), end(2, 75), end(0, 1), ended(3));
        assertThat(end.summary()).contains("rank 1 (process 101) was killed by signal 9 (KILL); the others were ended");
        assertThat(end.mayBeStartedAgain()).isTrue();
        assertThat(end.code()).isEqualTo(1);
        assertThat(group(end(0, 139)).message()).contains("rank 0 (process 100) was killed by signal 11 (SEGV)");
    }

    /** The others may notice that it leaves before it has ended. */
    @Test
    void oneThatGivesUpIsTheCauseWhateverTheOthersSawFirst() {
        GroupEnd end = group(end(0, 75), end(1, 1), ended(2));
        assertThat(end.culprit()).contains(end(1, 1));
        assertThat(end.mayBeStartedAgain()).isFalse();
        assertThat(end.message())
                .contains("rank 1 (process 101) ended with code 1; the others were ended. Its last lines:"
                        + "\n  the last line");
    }

    @Test
    void wrongUsageIsToldByTheFirstRankAlone() {
        GroupEnd end = group(end(1, 2), end(0, 2));
        assertThat(end.code()).isEqualTo(2);
        assertThat(end.message()).isEmpty();
        assertThat(end.mayBeStartedAgain()).isFalse();
    }

    @Test
    void ofOneThatIsStuckTheOthersTell() {
        GroupEnd end = group(end(0, 75), ended(1));
        assertThat(end.summary()).contains("rank 0 (process 100) lost another; the others were ended");
        assertThat(end.message()).as("its output was shown").isEmpty();
        assertThat(end.mayBeStartedAgain()).isTrue();
        assertThat(group(end(1, 75), ended(0)).message()).get().asString().contains("the last line");
    }
}
