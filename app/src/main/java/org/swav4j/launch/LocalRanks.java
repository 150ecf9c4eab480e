package org.swav4j.launch;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * All ranks of a group on this machine, as processes of their own. Where one fails, the others are given the time to say what
 * they saw, and ended. None outlives this process: each holds a {@link Lifeline}.
 */
public final class LocalRanks implements AutoCloseable {
    /** The others notice by themselves within some three seconds, unless they are stuck. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(6);
    /** Who asks twice does not want to wait. */
    private static final long AT_ONCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final String ADDRESS = "127.0.0.1";
    /** What another launcher, around this one, may have left for a rank of its own. */
    private static final String ELASTIC = "TORCHELASTIC_";

    /**
     * What is started.
     *
     * @param java with its options
     * @param mainClass the program
     * @param arguments the same for all
     * @param world how many
     * @param logs where what they print is kept
     * @param prefixes whether other ranks' lines are shown beside the first one's
     */
    public record Job(
            JavaCommand java, String mainClass, List<String> arguments, int world, RankLogs logs, boolean prefixes) {
        public Job {
            arguments = List.copyOf(arguments);
        }
    }

    private final BlockingQueue<LocalRank> ended = new LinkedBlockingQueue<>();
    private final List<LocalRank> ranks = new ArrayList<>();
    /** Done when a rank's end has been noted. */
    private final List<CompletableFuture<Void>> watches = new ArrayList<>();

    private int signals;
    /** When those that are left are ended; 0 for not yet. */
    private long deadline;

    private LocalRanks() {}

    /**
     * Starts them all.
     *
     * @param told what they are to know of this start; only the first has the terminal
     * @param out where the first one's standard output goes
     * @param err where its standard error goes
     * @throws IOException if a process cannot be started; none is left then
     */
    public static LocalRanks start(Job job, LaunchedRank told, PrintWriter out, PrintWriter err) throws IOException {
        LocalRanks started = new LocalRanks();
        try {
            int port = freePort();
            for (int rank = 0; rank < job.world(); rank++) {
                ProcessBuilder builder = new ProcessBuilder(job.java().running(job.mainClass(), job.arguments()));
                setEnvironment(builder.environment(), rank, job.world(), port);
                new LaunchedRank(told.terminal() && rank == 0, told.restart()).putInto(builder.environment());
                String title = "rank " + rank + " of " + job.world()
                        + told.restart().map(why -> ", " + why).orElse("");
                RankLog log = job.logs().of(rank, title);
                started.ranks.add(LocalRank.start(rank, builder, log, out, err, job.prefixes()));
            }
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
        for (LocalRank rank : started.ranks) {
            started.watches.add(rank.process().onExit().thenRun(() -> started.ended.add(rank)));
        }
        return started;
    }

    private static void setEnvironment(Map<String, String> environment, int rank, int world, int port) {
        environment.keySet().removeIf(name -> name.startsWith(ELASTIC));
        environment.put("RANK", Integer.toString(rank));
        environment.put("WORLD_SIZE", Integer.toString(world));
        environment.put("LOCAL_RANK", Integer.toString(rank));
        environment.put("LOCAL_WORLD_SIZE", Integer.toString(world));
        environment.put("MASTER_ADDR", ADDRESS);
        environment.put("MASTER_PORT", Integer.toString(port));
        // what computes in threads without being told how many would take all cores in every process
        int cores = Math.max(1, Runtime.getRuntime().availableProcessors() / world);
        environment.putIfAbsent("OMP_NUM_THREADS", Integer.toString(cores));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Passes a signal on to all. Who is asked a second time and does not end is ended. */
    public void signal(String name) {
        synchronized (this) {
            signals++;
            if (signals == 2) {
                endBy(System.nanoTime() + AT_ONCE_NANOS);
            }
        }
        ranks.forEach(rank -> rank.signal(name));
    }

    private synchronized void endBy(long time) {
        deadline = deadline == 0 ? time : Math.min(deadline, time);
    }

    private synchronized boolean isDue() {
        return deadline != 0 && System.nanoTime() - deadline >= 0;
    }

    /** Waits until none is left. */
    public GroupEnd await() throws InterruptedException {
        List<RankEnd> ends = new ArrayList<>();
        while (ends.size() < ranks.size()) {
            LocalRank rank = ended.poll(200, TimeUnit.MILLISECONDS);
            if (rank != null) {
                rank.drain();
                ends.add(new RankEnd(
                        rank.rank(),
                        rank.process().pid(),
                        rank.process().exitValue(),
                        rank.endedByUs(),
                        rank.log().lastErrors(),
                        rank.log().file()));
                if (ends.get(ends.size() - 1).isFailure()) {
                    endBy(System.nanoTime() + GRACE_NANOS);
                }
            }
            if (isDue()) {
                ranks.forEach(LocalRank::end);
            }
        }
        return new GroupEnd(ends);
    }

    /** Ends those that are left. */
    @Override
    public void close() {
        ranks.forEach(LocalRank::end);
        for (LocalRank rank : ranks) {
            rank.process().onExit().join();
        }
        watches.forEach(CompletableFuture::join);
    }
}
