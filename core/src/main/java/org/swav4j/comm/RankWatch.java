package org.swav4j.comm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.swav4j.comm.Peer.Answer;
import org.swav4j.comm.Peer.Doing;

/**
 * What the ranks know of each other beside their operations. Every rank listens at a port of its own and answers, from a thread
 * that no operation holds up, what it is doing; and is told there why all must end. Ranks ask each other and not rank 0, which
 * may be the one that is lost. Nothing is sent while all goes well.
 */
final class RankWatch implements AutoCloseable {
    /** What is asked. */
    static final String ASK = "what";

    private static final String LOST = "lost";
    private static final int MOST_AT_ONCE = 64;
    private static final int ANSWERERS = 4;

    /**
     * Why all must end.
     *
     * @param text names the ranks that are lost
     */
    record Verdict(String text) {}

    private final ServerSocket socket;
    private final String token;
    private final int patienceMillis;
    private final ExecutorService answering;
    private volatile List<Peer> others = List.of();
    private volatile String operation;
    private volatile String beside;
    private volatile long step = -1;
    private volatile long since = System.nanoTime();
    private volatile Verdict verdict;

    private RankWatch(ServerSocket socket, int patienceMillis) {
        this.socket = socket;
        this.patienceMillis = patienceMillis;
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        this.token = HexFormat.of().formatHex(secret);
        this.answering = Executors.newFixedThreadPool(ANSWERERS, task -> daemon(task, "rank answers"));
    }

    /**
     * Begins to answer.
     *
     * @param patienceMillis how long a rank may take to answer before it counts as lost
     */
    static RankWatch open(int patienceMillis) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.bind(new InetSocketAddress((InetAddress) null, 0), 512);
        RankWatch watch = new RankWatch(socket, patienceMillis);
        daemon(watch::listen, "rank listens").start();
        return watch;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** How the others reach this rank. */
    Peer self(int rank, String host, String address) {
        return new Peer(rank, host, address, socket.getLocalPort(), token);
    }

    /** The other ranks. */
    void meet(List<Peer> peers) {
        others = List.copyOf(peers);
    }

    List<Peer> others() {
        return others;
    }

    int patienceMillis() {
        return patienceMillis;
    }

    /** Another step has begun. */
    void now(long newStep) {
        step = newStep;
    }

    /** This rank waits in an operation until it {@linkplain #goesOn goes on}. */
    void waits(String what) {
        since = System.nanoTime();
        operation = what;
    }

    void goesOn() {
        since = System.nanoTime();
        operation = null;
    }

    /** Something that goes on beside this rank's work waits for others; null: nothing does any more. */
    void waitsBeside(String what) {
        beside = what;
    }

    private Doing doing() {
        String now = operation != null ? operation : beside;
        String place = step < 0 ? "" : " in step " + step;
        String time = " for " + (System.nanoTime() - since) / 100_000_000 / 10.0 + " s";
        return now == null ? new Doing(false, "at its own work" + place + time) : new Doing(true, "in " + now + time);
    }

    /** Why all must end, if this rank has found out or was told. */
    Optional<Verdict> verdict() {
        return Optional.ofNullable(verdict);
    }

    /** Tells the others why all must end, unless that is known; returns what is known. */
    Verdict decide(String text) {
        synchronized (this) {
            if (verdict != null) {
                return verdict;
            }
            verdict = new Verdict(text);
        }
        announce(text);
        return verdict;
    }

    /** Tells the others that this rank ends, and why. */
    void announce(String text) {
        String line = text.replaceAll("\\s*\\R\\s*", "; ");
        String news = LOST + " " + line.substring(0, Math.min(line.length(), 1000));
        onAll(peer -> peer.tell(news, patienceMillis));
    }

    /** What every other rank answers, in their order. */
    List<Answer> askAll() {
        List<Answer> answers = new ArrayList<>();
        onAll(peer -> {
            Answer answer = peer.ask(patienceMillis);
            synchronized (answers) {
                answers.add(answer);
            }
        });
        answers.sort((a, b) -> Integer.compare(a.peer().rank(), b.peer().rank()));
        return answers;
    }

    private void onAll(Consumer<Peer> task) {
        if (others.isEmpty()) {
            return;
        }
        ExecutorService pool =
                Executors.newFixedThreadPool(Math.min(others.size(), MOST_AT_ONCE), t -> daemon(t, "rank asks"));
        try {
            List<Future<?>> running = new ArrayList<>();
            others.forEach(peer -> running.add(pool.submit(() -> task.accept(peer))));
            for (Future<?> each : running) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private void listen() {
        while (!socket.isClosed()) {
            try {
                Socket caller = socket.accept();
                answering.execute(() -> answer(caller));
            } catch (IOException | RejectedExecutionException e) {
                // closed, or a caller that is gone already
            } catch (OutOfMemoryError e) {
                // whoever ends this process by it tells of it; until then it is there
            }
        }
    }

    private void answer(Socket caller) {
        try (caller) {
            caller.setSoTimeout(patienceMillis);
            String[] question = Peer.line(caller).split(" ", 3);
            if (!question[0].equals(token) || question.length < 2) {
                return;
            }
            if (question[1].equals(LOST) && question.length == 3) {
                synchronized (this) {
                    if (verdict == null) {
                        verdict = new Verdict(question[2]);
                    }
                }
            }
            caller.getOutputStream().write((doing().line() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // the caller is gone
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nobody is answered either way
        }
        answering.shutdownNow();
    }
}
