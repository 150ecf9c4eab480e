package org.swav4j.comm;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.swav4j.format.HostName;

/**
 * Where the ranks of a training meet: a store of names and texts that rank 0 keeps and all can reach by TCP. A name is
 * written once. Whoever waits here waits for as long as the keeper lives, and asks a few times a second.
 */
final class Rendezvous implements AutoCloseable {
    private static final Duration FAREWELL = Duration.ofSeconds(20);
    /** How long the others are given to say what happened to them, once an operation has failed. */
    private static final Duration INQUEST = Duration.ofSeconds(3);

    private static final String HERE = "here/";
    private static final String LEFT = "left/";

    private final RankEnvironment environment;
    private final Duration timeout;
    private final TCPStore tcp;
    private final Store store;
    private final String host;
    private boolean left;

    private Rendezvous(RankEnvironment environment, Duration timeout, TCPStore tcp, Store store, String host) {
        this.environment = environment;
        this.timeout = timeout;
        this.tcp = tcp;
        this.store = store;
        this.host = host;
    }

    /**
     * Meets the others.
     *
     * @throws RankLostException if they are not there in time, or are not those that were expected
     */
    static Rendezvous join(RankEnvironment environment, Duration timeout) {
        Rendezvous joined = connect(environment, timeout);
        try {
            joined.meet();
            return joined;
        } catch (RuntimeException e) {
            joined.release();
            throw e;
        }
    }

    private static Rendezvous connect(RankEnvironment environment, Duration timeout) {
        String place = environment.masterAddress() + ":" + environment.masterPort();
        boolean serves = environment.rank() == 0 && !environment.served();
        String address;
        try {
            address = InetAddress.getByName(environment.masterAddress()).getHostAddress();
        } catch (UnknownHostException e) {
            throw new RankLostException(
                    environment + ": MASTER_ADDR '" + environment.masterAddress() + "': there is no such host", e);
        }
        if (!serves) {
            awaitKeeper(environment, address, timeout);
        }
        try (PointerScope scope = new PointerScope()) {
            TCPStoreOptions options = new TCPStoreOptions();
            options.port((short) environment.masterPort())
                    .isServer(serves)
                    .waitWorkers(false)
                    .timeout(new Milliseconds(timeout.toMillis()));
            TCPStore tcp = new TCPStore(address, options);
            Store store = new PrefixStore("swav4j/" + environment.meeting(), tcp.clone());
            tcp.retainReference();
            store.retainReference();
            return new Rendezvous(environment, timeout, tcp, store, HostName.current());
        } catch (RuntimeException e) {
            throw new RankLostException(
                    environment + ": "
                            + (serves
                                    ? "cannot listen at MASTER_PORT " + environment.masterPort()
                                            + ", which must be free on this host: "
                                    : "rank 0 does not answer at " + place + " (" + spoken(timeout) + "): ")
                            + firstLine(e),
                    e);
        }
    }

    /** Tries to connect until somebody listens; c10d would, too, but writes about every attempt. */
    private static void awaitKeeper(RankEnvironment environment, String address, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        InetSocketAddress keeper = new InetSocketAddress(address, environment.masterPort());
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(keeper, 1000);
                return;
            } catch (IOException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw new RankLostException(
                            environment + " (" + HostName.current() + "): rank 0 does not answer at "
                                    + environment.masterAddress() + ":" + environment.masterPort() + " within "
                                    + spoken(timeout) + ": " + e.getMessage(),
                            e);
                }
            }
            pause(50);
        }
    }

    private void meet() {
        String own = HERE + environment.rank();
        if (look(own).isPresent()) {
            throw new RankLostException(environment + " (" + host + "): another process on "
                    + look(own).map(Rendezvous::hostIn).orElse("?") + " has RANK " + environment.rank() + " already");
        }
        put(own, environment.world() + " " + host);
        long deadline = System.nanoTime() + timeout.toNanos();
        for (int rank = 0; rank < environment.world(); rank++) {
            while (look(HERE + rank).isEmpty()) {
                if (System.nanoTime() - deadline > 0) {
                    throw new RankLostException(environment + " (" + host + "): "
                            + named(r -> look(HERE + r).isEmpty())
                            + " did not come to " + environment.masterAddress() + ":" + environment.masterPort()
                            + " within " + spoken(timeout));
                }
                pause(20);
            }
            String there = look(HERE + rank).orElseThrow();
            int world = Integer.parseInt(there.substring(0, there.indexOf(' ')));
            if (world != environment.world()) {
                throw new RankLostException(environment + " (" + host + "): rank " + rank + " (" + hostIn(there)
                        + ") was started with WORLD_SIZE " + world + ", this one with " + environment.world());
            }
        }
    }

    RankEnvironment environment() {
        return environment;
    }

    Duration timeout() {
        return timeout;
    }

    /**
     * A part of the store for one group, of the open scope. Always a clone: what the bindings' constructors make is freed by
     * its Java object alone, and once more by a native reader that it was given to; only a clone counts its owners.
     */
    Store under(String name) {
        return new PrefixStore("groups/" + environment.meeting() + "/" + name, tcp.clone()).clone();
    }

    /** Writes a text under a name that was not written before. */
    void put(String name, String text) {
        store.set(name, text);
    }

    /** What stands under a name now. */
    Optional<String> look(String name) {
        try (PointerScope scope = new PointerScope()) {
            return store.check(new StringVector(name)) ? Optional.of(store.get_to_str(name)) : Optional.empty();
        }
    }

    /**
     * What will stand under a name, however long it takes, unless the rank that is to write it leaves.
     *
     * @param writer who is waited for
     */
    String await(String name, int writer) {
        long nap = 2;
        while (true) {
            try {
                Optional<String> found = look(name);
                if (found.isEmpty()) {
                    Optional<String> left = look(LEFT + writer);
                    if (left.isPresent()) {
                        throw new RankLostException(environment + " (" + host + "): rank " + writer + " ("
                                + hostOf(writer) + ") has ended: " + left.get());
                    }
                } else {
                    return found.get();
                }
            } catch (RankLostException e) {
                throw e;
            } catch (RuntimeException e) {
                throw lost("waiting for rank " + writer, e);
            }
            pause(nap);
            nap = Math.min(250, nap * 2);
        }
    }

    /** Explains an operation that failed: who else has seen it fail, and from whom there is no word. */
    RankLostException lost(String operation, RuntimeException cause) {
        String what = environment + " (" + host + "): " + operation + ": " + firstLine(cause);
        try {
            put("failed/" + environment.rank(), operation);
            long deadline = System.nanoTime() + INQUEST.toNanos();
            while (System.nanoTime() - deadline < 0 && !named(this::isSilent).isEmpty()) {
                pause(50);
            }
            String ended = IntStream.range(0, environment.world())
                    .filter(rank -> look(LEFT + rank).isPresent())
                    .mapToObj(rank -> "rank " + rank + " (" + hostOf(rank) + ") has ended: "
                            + look(LEFT + rank).orElse(""))
                    .collect(Collectors.joining("; "));
            String silent = named(this::isSilent);
            return new RankLostException(
                    what + (ended.isEmpty() ? "" : "; " + ended) + (silent.isEmpty() ? "" : "; no word from " + silent),
                    cause);
        } catch (RuntimeException e) {
            String keeper = environment.served()
                    ? "the launcher at " + environment.masterAddress()
                    : "rank 0 at " + environment.masterAddress();
            return new RankLostException(what + "; " + keeper + " does not answer any more", cause);
        }
    }

    private boolean isSilent(int rank) {
        return look("failed/" + rank).isEmpty() && look(LEFT + rank).isEmpty();
    }

    /** The ranks of a kind with their hosts; empty if there are none. */
    private String named(Function<Integer, Boolean> kind) {
        return IntStream.range(0, environment.world())
                .filter(kind::apply)
                .mapToObj(rank -> "rank " + rank
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

    /**
     * Says that this rank takes part no longer.
     *
     * @param why for those who would wait for it; what was said first stands
     */
    void leave(String why) {
        if (left) {
            return;
        }
        left = true;
        try {
            put(LEFT + environment.rank(), why);
            long deadline = System.nanoTime() + FAREWELL.toNanos();
            boolean keeps = environment.rank() == 0 && !environment.served();
            // whoever still reads from the store would take its keeper's end for a failure
            while (keeps
                    && System.nanoTime() - deadline < 0
                    && !named(r -> look(LEFT + r).isEmpty()).isEmpty()) {
                pause(20);
            }
        } catch (RuntimeException e) {
            // nobody is there to be told
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
        return String.valueOf(failure.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
    }

    private static String spoken(Duration duration) {
        return duration.toMillis() % 60_000 == 0 ? duration.toMinutes() + " min" : duration.toMillis() / 1000.0 + " s";
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for other ranks", e);
        }
    }

    private void release() {
        store.releaseReference();
        tcp.releaseReference();
    }

    @Override
    public void close() {
        release();
    }
}
