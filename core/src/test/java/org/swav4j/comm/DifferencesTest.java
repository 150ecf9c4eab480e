package org.swav4j.comm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DifferencesTest {
    @Test
    void ranksThatAgreeDoNotDiffer() {
        assertThat(Differences.between(List.of("a: 1\nb: x: y", "a: 1\nb: x: y"), rank -> "h"))
                .isEmpty();
    }

    @Test
    void valuesAreNamedWithTheirRanksAndTheRanksWithTheirHosts() {
        String differences = Differences.between(
                List.of(
                        "version: 1\nimages: 9\nseed: 0",
                        "version: 2\nimages: 9\nseed: 0",
                        "version: 1\nimages: 9",
                        "version: 2\nimages: 9\nseed: 3"),
                rank -> "host" + rank);
        assertThat(differences).isEqualTo("""
                        rank 0 (host0) and rank 1 (host1), rank 2 (host2), rank 3 (host3) were not started alike:
                          version: 1 on rank 0 2, 2 on rank 1 3
                          seed: 0 on rank 0 1, nothing on rank 2, 3 on rank 3""");
    }
}
