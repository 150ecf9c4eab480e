package org.swav4j.comm;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Store;
import org.swav4j.comm.Peer.Answer;
import org.swav4j.comm.Peer.Condition;
import org.swav4j.comm.RankWatch.Verdict;
import org.swav4j.format.HostName;

/** Where the ranks of a training meet, learn of each other, and find out who is lost when an operation fails. */
final class Rendezvous implements AutoCloseable {
    private static final Duration FAREWELL = Duration.ofSeconds(20);
    private static final Duration ASKING = Duration.ofSeconds(1);
    /** How long the others may take to show what happened to them, once an operation has failed. */
    private static final Duration INQUEST = Duration.ofSeconds(3);
    /** Whoever is lost together with others is seen to be so a little later. */
    private static final int SETTLING_MILLIS = 200;
    /** From a rank that lives an answer comes within milliseconds, however busy it is. */
    private static final int LONGEST_PATIENCE_MILLIS = 2000;

    private static final int LEAST_PATIENCE_MILLIS = 250;

    private static final String HERE = "here/";
    private static final String WATCH = "watch/";
    private static final String LEFT = "left/";
    private static final String DONE = "done";

    private final RankEnvironment environment;
    private final Duration timeout;
    private final Consumer<String> notices;
    private final RankWatch watch;
    private final MeetingStore store;
    private final String host;
    private boolean left;

    private Rendezvous(
            RankEnvironment environment,
            Duration timeout,
            Consumer<String> notices,
            RankWatch watch,
            MeetingStore store,
            String host) {
        this.environment = environment;
        this.timeout = timeout;
        this.notices = notices;
        this.watch = watch;
        this.store = store;
        this.host = host;
    }

    /**
     * Meets the others.
     *
     * @param notices told who is waited for
     * @throws RankLostException if they are not there in time, or are not those that were expected
     */
    static Rendezvous join(RankEnvironment environment, Duration timeout, Consumer<String> notices) {
        RankWatch watch;
        try {
            long patience = timeout.toMillis() / 8;
            watch = RankWatch.open((int) Math.max(LEAST_PATIENCE_MILLIS, Math.min(LONGEST_PATIENCE_MILLIS, patience)));
        } catch (IOException e) {
            throw new RankLostException(environment + ": cannot listen for other ranks: " + e.getMessage(), e);
        }
        MeetingStore store;
        try {
            store = MeetingStore.connect(
                    environment, timeout, () -> watch.verdict().isPresent(), notices);
        } catch (RuntimeException e) {
            watch.close();
            throw e;
        }
        Rendezvous joined = new Rendezvous(environment, timeout, notices, watch, store, HostName.current());
        try {
            joined.meet();
            return joined;
        } catch (RuntimeException e) {
            joined.leave(firstLine(e));
            joined.close();
            throw e;
        }
    }

    private void meet() {
        String own = HERE + environment.rank();
        if (look(own).isPresent()) {
            // the other one stays, and this one does not speak for it
            left = true;
            throw new RankLostException(speaker() + "another process on "
                    + look(own).map(Rendezvous::hostIn).orElse("?") + " has RANK " + environment.rank() + " already");
        }
        put(WATCH + environment.rank(), self().line());
        put(own, environment.world() + " " + host);
        Waiting waiting = new Waiting(timeout, notices);
        for (int rank = 0; rank < environment.world(); rank++) {
            while (look(HERE + rank).isEmpty()) {
                String missing = named(r -> look(HERE + r).isEmpty());
                if (waiting.isOver()) {
                    throw new RankLostException(speaker() + missing + " did not come to "
                            + environment.masterAddress() + ":" + environment.masterPort() + " within "
                            + spoken(timeout));
                }
                Optional<String> ended = reasons(r -> true);
                if (ended.isPresent()) {
                    throw new RankLostException(speaker() + ended.get());
                }
                waiting.nap(missing);
            }
            String there = look(HERE + rank).orElseThrow();
            int world = Integer.parseInt(there.substring(0, there.indexOf(' ')));
            if (world != environment.world()) {
                throw new RankLostException(speaker() + "rank " + rank + " (" + hostIn(there)
                        + ") was started with WORLD_SIZE " + world + ", this one with " + environment.world());
            }
        }
        watch.meet(IntStream.range(0, environment.world())
                .filter(rank -> rank != environment.rank())
                .mapToObj(rank -> Peer.of(rank, hostOf(rank), look(WATCH + rank).orElseThrow()))
                .toList());
    }

    /** Who says it, in front of what is said. */
    private String speaker() {
        return environment + " (" + host + "): ";
    }

    private Peer self() {
        try {
            return watch.self(environment.rank(), host, ownAddress());
        } catch (IOException e) {
            throw new RankLostException(environment + ": this machine has no way to " + environment.masterAddress(), e);
        }
    }

    RankEnvironment environment() {
        return environment;
    }

    Duration timeout() {
        return timeout;
    }

    RankWatch watch() {
        return watch;
    }

    /** A part of the store for one group. */
    Store under(String name) {
        return store.under(name);
    }

    /** Writes a text under a name that was not written before. */
    void put(String name, String text) {
        store.put(name, text);
    }

    /** What stands under a name now. */
    Optional<String> look(String name) {
        return store.look(name);
    }

    /**
     * What will stand under a name, however long it takes, unless a rank ends that is not done, or the one that is to write it
     * shows no sign of life for as long as the timeout.
     *
     * @param writer who is waited for
     */
    String await(String name, int writer) {
        String what = "waiting for rank " + writer;
        watch.waits(what);
        try {
            return awaited(name, writer);
        } catch (RankLostException e) {
            throw e;
        } catch (RuntimeException e) {
            throw lost(what, e);
        } finally {
            watch.goesOn();
        }
    }

    private String awaited(String name, int writer) {
        long nap = 2;
        long heard = System.nanoTime();
        long asked = heard;
        while (true) {
            // before looking: who ends may have written before
            boolean ended = watch.verdict().isPresent() || look(LEFT + writer).isPresent();
            Optional<String> found = look(name);
            if (found.isPresent()) {
                return found.get();
            }
            if (ended) {
                throw new IllegalStateException("it has ended");
            }
            if (System.nanoTime() - asked > Math.min(timeout.toNanos() / 4, FAREWELL.toNanos())) {
                List<Answer> answers = watch.askAll();
                asked = System.nanoTime();
                boolean lives = answers.stream().anyMatch(a -> a.peer().rank() == writer && !a.isLost());
                heard = lives ? asked : heard;
                if (asked - heard > timeout.toNanos() || answers.stream().anyMatch(this::isGone)) {
                    throw new IllegalStateException("no sign of life");
                }
            }
            pause(nap);
            nap = Math.min(250, nap * 2);
        }
    }

    /** Whoever is done goes while others may still look for what was written last. */
    private boolean isGone(Answer answer) {
        return answer.condition() == Condition.GONE
                && !look(LEFT + answer.peer().rank()).equals(Optional.of(DONE));
    }

    /** Explains an operation that failed, and lets the others know. */
    RankLostException lost(String operation, RuntimeException cause) {
        Verdict verdict = watch.verdict().orElseGet(() -> watch.decide(inquire(firstLine(cause))));
        return new RankLostException(speaker() + operation + ": " + verdict.text(), cause);
    }

    /** Explains an operation during which some were found to be lost. */
    RankLostException lost(String operation, List<Answer> answers) {
        Verdict verdict = watch.verdict().orElseGet(() -> watch.decide(explain(answers)));
        return new RankLostException(speaker() + operation + ": " + verdict.text());
    }

    /** Explains an operation that others did not come to in time. */
    RankLostException late(String operation, List<Answer> answers) {
        String late = Inquest.behind(answers).orElse("the others, though all of them answer");
        Verdict verdict = watch.decide("not there within " + spoken(timeout) + ": " + late);
        return new RankLostException(speaker() + operation + ": " + verdict.text());
    }

    private String inquire(String symptom) {
        long deadline = System.nanoTime() + INQUEST.toNanos();
        List<Answer> answers = watch.askAll();
        while (answers.stream().noneMatch(Answer::isLost)) {
            if (System.nanoTime() - deadline > 0) {
                return symptom + ", though all other ranks answer";
            }
            pause(100);
            if (watch.verdict().isPresent()) {
                return watch.verdict().get().text();
            }
            Optional<String> ended = reasons(r -> true);
            if (ended.isPresent()) {
                return ended.get();
            }
            answers = watch.askAll();
        }
        pause(SETTLING_MILLIS);
        // whoever is lost may have said why
        return watch.verdict().isPresent()
                ? watch.verdict().get().text()
                : explain(answers.stream().allMatch(Answer::isLost) ? answers : watch.askAll());
    }

    private String explain(List<Answer> answers) {
        boolean keeperLives = environment.served()
                || environment.rank() == 0
                || answers.stream().anyMatch(a -> a.peer().rank() == 0 && !a.isLost());
        Optional<String> ended = keeperLives
                ? reasons(rank ->
                        answers.stream().anyMatch(a -> a.peer().rank() == rank && a.condition() == Condition.GONE))
                : Optional.empty();
        return ended.or(() -> Inquest.lost(answers)).orElse("some ranks did not answer for a while");
    }

    /** What other ranks of a kind that have left gave as their reasons. */
    private Optional<String> reasons(Predicate<Integer> kind) {
        String reasons = IntStream.range(0, environment.world())
                .filter(rank -> rank != environment.rank() && kind.test(rank))
                .filter(rank -> look(LEFT + rank).isPresent())
                .mapToObj(rank -> "rank " + rank + " (" + hostOf(rank) + ") has ended: "
                        + firstLine(look(LEFT + rank).orElse("")))
                .collect(Collectors.joining("; "));
        return reasons.isEmpty() ? Optional.empty() : Optional.of(reasons);
    }

    /** Tells, if this rank is the first of those that wait, whom they wait for. */
    void tellSlow(String operation, long seconds, List<Answer> answers) {
        if (Inquest.speaks(environment.rank(), answers)) {
            Inquest.behind(answers)
                    .ifPresent(who -> notices.accept("waiting since " + seconds + " s, at most " + spoken(timeout)
                            + ", in " + operation + " for " + who));
        }
    }

    /** The ranks of a kind with their hosts; empty if there are none. */
    private String named(Predicate<Integer> kind) {
        return IntStream.range(0, environment.world())
                .boxed()
                .filter(kind)
                .map(rank -> "rank " + rank
                        + look(HERE + rank)
                                .map(here -> " (" + hostIn(here) + ")")
                                .orElse(""))
                .collect(Collectors.joining(", "));
    }

    String hostOf(int rank) {
        return look(HERE + rank).map(Rendezvous::hostIn).orElse("?");
    }

    private static String hostIn(String here) {
        return here.substring(here.indexOf(' ') + 1);
    }

    /** Says that this rank takes part no longer, as all is done. */
    void leave() {
        farewell(DONE);
    }

    /**
     * Says that this rank takes part no longer, though the others would go on; nothing if all must end anyway.
     *
     * @param why for those who would wait for it; what was said first stands
     */
    void leave(String why) {
        if (left || watch.verdict().isPresent()) {
            left = true;
            return;
        }
        watch.announce("rank " + environment.rank() + " (" + host + ") has ended: " + why);
        farewell(why);
    }

    private void farewell(String why) {
        if (left) {
            return;
        }
        left = true;
        try {
            put(LEFT + environment.rank(), why);
            boolean told = !why.equals(DONE) && !watch.others().isEmpty();
            if (MeetingStore.keeps(environment) && !told) {
                stayForOthers();
            }
        } catch (RuntimeException e) {
            // nobody is there to be told
        }
    }

    /** Whoever still reads from the store would take its keeper's end for a failure. */
    private void stayForOthers() {
        long begin = System.nanoTime();
        long asked = begin;
        while (watch.verdict().isEmpty()
                && System.nanoTime() - begin < FAREWELL.toNanos()
                && !named(r -> look(HERE + r).isPresent() && look(LEFT + r).isEmpty())
                        .isEmpty()) {
            if (!watch.others().isEmpty() && System.nanoTime() - asked > ASKING.toNanos()) {
                asked = System.nanoTime();
                if (watch.askAll().stream().allMatch(Answer::isLost)) {
                    return;
                }
            }
            pause(20);
        }
    }

    /** The address of this machine by which it reaches rank 0. */
    String ownAddress() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            // connecting a datagram socket sends nothing; it asks the routing table
            socket.connect(new InetSocketAddress(environment.masterAddress(), environment.masterPort()));
            return socket.getLocalAddress().getHostAddress();
        }
    }

    /** Without the stack that libtorch adds to its messages. */
    static String firstLine(Throwable failure) {
        return firstLine(String.valueOf(failure.getMessage()));
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("").strip();
    }

    static String spoken(Duration duration) {
        return duration.toMillis() % 60_000 == 0 ? duration.toMinutes() + " min" : duration.toMillis() / 1000.0 + " s";
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for other ranks", e);
        }
    }

    @Override
    public void close() {
        watch.close();
        store.release();
    }
}
