package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.sample.SampleImages;

/** A training over hosts with a network that can be cut, slow or lossy. */
@EnabledOnOs(OS.LINUX)
@Tag("slow")
class RankNetworkTest {
    private static final int HOSTS = 3;

    @TempDir
    private static Path folder;

    private interface Fault {
        void happen(NetworkOfRanks network) throws IOException, InterruptedException;
    }

    @BeforeAll
    static void draw() throws Exception {
        SampleImages.draw(folder.resolve("images"), 3, 1, 5);
    }

    private static NetworkOfRanks network() throws InterruptedException {
        try {
            return NetworkOfRanks.of(HOSTS);
        } catch (IOException e) {
            Assumptions.abort("no network namespaces here, which need root and iproute2: " + e.getMessage());
            throw new AssertionError(e);
        }
    }

    private static RankProcesses start(NetworkOfRanks network, Path run, String timeout)
            throws IOException, InterruptedException {
        RankProcesses ranks = RankProcesses.of(folder, HOSTS, network.address(0));
        List<String> words = TinyCommand.words(
                "--data",
                folder.resolve("images/train"),
                "--out",
                run,
                "--checkpoint-every",
                "3steps",
                "--knn-every",
                0,
                "--rank-timeout",
                timeout,
                "--epochs",
                5000);
        for (int rank = 0; rank < HOSTS; rank++) {
            ranks.start(rank, words, Map.of("LOCAL_RANK", "0", "LOCAL_WORLD_SIZE", "1"), network.on(rank));
        }
        ranks.awaitOutput(0, "step-000000003");
        return ranks;
    }

    private static void cut(int lost) throws Exception {
        Path run = folder.resolve("cut-" + lost);
        try (NetworkOfRanks network = network();
                RankProcesses ranks = start(network, run, "10s")) {
            network.cut(lost);
            long since = System.nanoTime();
            for (int rank = 0; rank < HOSTS; rank++) {
                SwavProcess.Result result = ranks.end(rank, 25);
                System.out.printf(
                        "network of rank %d cut | rank %d, code %d after %.1f s | %s%n",
                        lost,
                        rank,
                        result.code(),
                        (System.nanoTime() - since) / 1e9,
                        result.err().strip());
                assertThat(result.code()).isEqualTo(ExitCode.FAILED);
                String names = rank == lost
                        ? "rank . \\(host.\\), rank . \\(host.\\)"
                        : "rank " + lost + " \\(host" + lost + "\\)";
                String line = result.err()
                        .lines()
                        .filter(l -> !l.startsWith("warning: "))
                        .collect(Collectors.joining("\n"));
                assertThat(line)
                        .matches("swav: rank " + rank + " of 3 \\(host" + rank + "\\): .+ in step \\d+: lost " + names
                                + ": cannot be reached, as when the network is cut or the machine is off");
            }
        }
        assertThat(TinyCommand.swav("checkpoint", "verify", run).code()).isZero();
    }

    @Test
    void aHostThatIsCutOffIsNamed() throws Exception {
        cut(2);
    }

    @Test
    void rank0IsCutOff() throws Exception {
        cut(0);
    }

    private static void endures(String name, Fault fault) throws Exception {
        Path run = folder.resolve(name);
        try (NetworkOfRanks network = network();
                RankProcesses ranks = start(network, run, "30s")) {
            try {
                fault.happen(network);
            } catch (IOException e) {
                Assumptions.abort("this kernel cannot do that: " + e.getMessage());
            }
            long saved = saves(ranks);
            assertThat(ranks.get(0).await(() -> saves(ranks) >= saved + 5, 90))
                    .as(ranks.printed(0) + ranks.printed(2))
                    .isTrue();
            System.out.println(name + " | 15 steps more | "
                    + ranks.printed(0)
                            .lines()
                            .filter(l -> l.startsWith("epoch"))
                            .reduce((a, b) -> b)
                            .orElse(""));
            ranks.get(2).signal("TERM");
            for (int rank = 0; rank < HOSTS; rank++) {
                assertThat(ranks.end(rank, 60).code()).as(ranks.printed(rank)).isEqualTo(ExitCode.PREEMPTED);
            }
            if (name.equals("packet loss")) {
                System.out.println(network.statistics(2).replaceAll("\\s+", " "));
            }
        }
        assertThat(TinyCommand.swav("checkpoint", "verify", run).code()).isZero();
    }

    private static long saves(RankProcesses ranks) {
        return ranks.printed(0)
                .lines()
                .filter(line -> line.startsWith("saved "))
                .count();
    }

    @Test
    void aSlowLinkIsEndured() throws Exception {
        endures("slow link", network -> network.slow(2, "2mbit"));
    }

    @Test
    void packetLossIsEndured() throws Exception {
        endures("packet loss", network -> network.lose(2));
    }
}
