package org.swav4j.comm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RankEnvironmentTest {
    private static Map<String, String> torchrun() {
        return new HashMap<>(Map.of(
                "MASTER_ADDR",
                "node0",
                "MASTER_PORT",
                "29500",
                "RANK",
                "5",
                "WORLD_SIZE",
                "8",
                "LOCAL_RANK",
                "1",
                "LOCAL_WORLD_SIZE",
                "4"));
    }

    @Test
    void readsWhatTorchrunSets() {
        Map<String, String> environment = torchrun();
        assertThat(RankEnvironment.of(environment)).contains(new RankEnvironment("node0", 29500, 5, 8, 1, 4));
        environment.put("TORCHELASTIC_USE_AGENT_STORE", "True");
        environment.put("TORCHELASTIC_RESTART_COUNT", "2");
        assertThat(RankEnvironment.of(environment))
                .contains(new RankEnvironment("node0", 29500, 5, 8, 1, 4, "2", true));
        environment.keySet().removeIf(name -> name.startsWith("LOCAL") || name.startsWith("TORCH"));
        assertThat(RankEnvironment.of(environment)).contains(new RankEnvironment("node0", 29500, 5, 8, 0, 1));
    }

    @Test
    void oneProcessNeedsNoOthers() {
        assertThat(RankEnvironment.of(Map.of())).isEmpty();
        assertThat(RankEnvironment.of(Map.of("MASTER_ADDR", "node0", "LOCAL_RANK", "3")))
                .isEmpty();
        assertThat(RankEnvironment.of(Map.of("RANK", "0", "WORLD_SIZE", "1"))).isEmpty();
    }

    @Test
    void everythingWrongIsToldAtOnce() {
        assertThatThrownBy(() -> RankEnvironment.of(Map.of("RANK", "x", "LOCAL_RANK", "-1", "MASTER_PORT", "1e4")))
                .hasMessage("""
                        WORLD_SIZE: is not set; RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT go together
                        RANK: 'x' is no whole number from 0 on
                        LOCAL_RANK: '-1' is no whole number from 0 on
                        MASTER_PORT: '1e4' is no whole number from 0 on
                        MASTER_ADDR: is not set; it names the host of rank 0""");
        refused("RANK", "8", "RANK: '8': must be 0 to 7 as WORLD_SIZE is 8");
        refused("LOCAL_RANK", "4", "LOCAL_RANK: '4': must be 0 to 3 as LOCAL_WORLD_SIZE is 4");
        refused("LOCAL_WORLD_SIZE", "9", "LOCAL_WORLD_SIZE: '9': must be 1 to WORLD_SIZE, 8");
        refused("MASTER_PORT", "70000", "MASTER_PORT: '70000': must be 1 to 65535");
    }

    private static void refused(String name, String value, String message) {
        Map<String, String> environment = torchrun();
        environment.put(name, value);
        assertThatThrownBy(() -> RankEnvironment.of(environment)).hasMessage(message);
    }
}
