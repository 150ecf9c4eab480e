package org.swav4j.comm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process's place among the ranks of a training, as torchrun and Kubernetes' PyTorchJob put it into the environment.
 *
 * @param masterAddress host of rank 0, a name or an address
 * @param masterPort where the ranks meet there, 1 to 65535
 * @param rank this process, from 0
 * @param world number of processes
 * @param localRank this process among those of its machine, from 0
 * @param localWorld number of processes on this machine
 * @param meeting keeps apart those who meet at the same place again, as after a restart; may be empty
 * @param served whether somebody else, as torchrun does, keeps the store in which the ranks meet; otherwise rank 0 does
 */
public record RankEnvironment(
        String masterAddress,
        int masterPort,
        int rank,
        int world,
        int localRank,
        int localWorld,
        String meeting,
        boolean served) {
    private static final int MOST = 1 << 20;

    public RankEnvironment {
        require(world >= 1, "WORLD_SIZE", world, "must be at least 1");
        require(rank >= 0 && rank < world, "RANK", rank, "must be 0 to " + (world - 1) + " as WORLD_SIZE is " + world);
        require(
                localWorld >= 1 && localWorld <= world,
                "LOCAL_WORLD_SIZE",
                localWorld,
                "must be 1 to WORLD_SIZE, " + world);
        require(
                localRank >= 0 && localRank < localWorld,
                "LOCAL_RANK",
                localRank,
                "must be 0 to " + (localWorld - 1) + " as LOCAL_WORLD_SIZE is " + localWorld);
        require(masterPort >= 1 && masterPort <= 65535, "MASTER_PORT", masterPort, "must be 1 to 65535");
    }

    /** Where rank 0 of a few processes meets the others. */
    public RankEnvironment(String masterAddress, int masterPort, int rank, int world, int localRank, int localWorld) {
        this(masterAddress, masterPort, rank, world, localRank, localWorld, "", false);
    }

    /**
     * What an environment says; empty if it says nothing of ranks, or that there is but one.
     *
     * <p>Of one machine's processes, {@code LOCAL_RANK} and {@code LOCAL_WORLD_SIZE} may be missing: then it is taken to be the
     * only one there.
     *
     * @throws IllegalArgumentException with a line for everything that is missing or wrong
     */
    public static Optional<RankEnvironment> of(Map<String, String> environment) {
        if (!environment.containsKey("WORLD_SIZE") && !environment.containsKey("RANK")) {
            return Optional.empty();
        }
        List<String> problems = new ArrayList<>();
        int world = number(environment, "WORLD_SIZE", null, problems);
        int rank = number(environment, "RANK", null, problems);
        if (problems.isEmpty() && world == 1 && rank == 0) {
            return Optional.empty();
        }
        int localRank = number(environment, "LOCAL_RANK", "0", problems);
        int localWorld = number(environment, "LOCAL_WORLD_SIZE", String.valueOf(localRank + 1), problems);
        int port = number(environment, "MASTER_PORT", null, problems);
        String address = environment.getOrDefault("MASTER_ADDR", "").strip();
        if (address.isEmpty()) {
            problems.add("MASTER_ADDR: is not set; it names the host of rank 0");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        boolean served =
                environment.getOrDefault("TORCHELASTIC_USE_AGENT_STORE", "").equals("True");
        String meeting = environment.getOrDefault("TORCHELASTIC_RESTART_COUNT", "");
        return Optional.of(new RankEnvironment(address, port, rank, world, localRank, localWorld, meeting, served));
    }

    private static int number(Map<String, String> environment, String name, String otherwise, List<String> problems) {
        String text = environment.get(name);
        if (text == null && otherwise == null) {
            problems.add(name + ": is not set; RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT go together");
            return 1;
        }
        try {
            int value = Integer.parseInt(text == null ? otherwise : text.strip());
            if (value >= 0 && value <= MOST) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        problems.add(name + ": '" + text + "' is no whole number from 0 on");
        return 1;
    }

    private static void require(boolean holds, String name, Object value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(name + ": '" + value + "': " + rule);
        }
    }

    @Override
    public String toString() {
        return "rank " + rank + " of " + world;
    }
}
