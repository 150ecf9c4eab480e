package org.swav4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LaunchedRankTest {
    @Test
    void whatIsToldIsReadAndWhatAnotherLauncherToldIsForgotten() {
        assertThat(LaunchedRank.of(Map.of("RANK", "1"))).isEmpty();
        Map<String, String> environment = new HashMap<>();
        LaunchedRank told = new LaunchedRank(true, Optional.of("rank 1 was killed"));
        told.putInto(environment);
        assertThat(LaunchedRank.of(environment)).contains(told);
        LaunchedRank other = new LaunchedRank(false, Optional.empty());
        other.putInto(environment);
        assertThat(LaunchedRank.of(environment)).contains(other);
    }
}
