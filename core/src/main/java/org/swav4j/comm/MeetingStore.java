package org.swav4j.comm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.format.HostName;

/**
 * Names and texts that rank 0, or whoever started the ranks, keeps and all can reach by TCP. A name is written once. No call
 * takes longer than the timeout, also if the keeper is stopped or cut off, which c10d's own calls wait for without end.
 */
final class MeetingStore {
    /** Who keeps the store where rank 0 does not; that of PyTorch 1.13 is not understood by today's. */
    private static final String AGENT =
            "torchrun's store (with --standalone or --rdzv-backend c10d rank 0 keeps one of its own)";

    private final TCPStore tcp;
    private final Store store;
    private final String meeting;
    private final BoundedCalls calls;

    private MeetingStore(TCPStore tcp, Store store, String meeting, BoundedCalls calls) {
        this.tcp = tcp;
        this.store = store;
        this.meeting = meeting;
        this.calls = calls;
    }

    /**
     * Opens the store, or connects to it.
     *
     * @param givenUp whether there is no point in waiting any longer
     * @param notices told when the keeper is waited for
     * @throws RankLostException if it is not there in time
     */
    static MeetingStore connect(
            RankEnvironment environment, Duration timeout, BooleanSupplier givenUp, Consumer<String> notices) {
        String address = address(environment, timeout, notices);
        boolean serves = keeps(environment);
        if (!serves) {
            awaitKeeper(environment, address, timeout, notices);
        }
        BoundedCalls calls = new BoundedCalls("rank store", timeout, givenUp);
        try {
            return calls.call(() -> open(environment, address, timeout, calls));
        } catch (RuntimeException e) {
            String place = environment.masterAddress() + ":" + environment.masterPort();
            String what = serves
                    ? "cannot listen at MASTER_PORT " + environment.masterPort() + ", which must be free on this host: "
                    : (environment.served() ? AGENT : "rank 0") + " does not answer at " + place + " ("
                            + Rendezvous.spoken(timeout) + "): ";
            throw new RankLostException(environment + ": " + what + Rendezvous.firstLine(e), e);
        }
    }

    /** Whether this rank keeps the store. */
    static boolean keeps(RankEnvironment environment) {
        return environment.rank() == 0 && !environment.served();
    }

    private static MeetingStore open(
            RankEnvironment environment, String address, Duration timeout, BoundedCalls calls) {
        // c10d heeds TORCH_CPP_LOG_LEVEL from here on, without which it warns of every host that has no name
        torch.initLogging();
        try (PointerScope scope = new PointerScope()) {
            TCPStoreOptions options = new TCPStoreOptions();
            options.port((short) environment.masterPort())
                    .isServer(keeps(environment))
                    .waitWorkers(false)
                    .timeout(new Milliseconds(timeout.toMillis()));
            TCPStore tcp = new TCPStore(address, options);
            Store store = new PrefixStore("swav4j/" + environment.meeting(), tcp.clone());
            tcp.retainReference();
            store.retainReference();
            return new MeetingStore(tcp, store, environment.meeting(), calls);
        }
    }

    /** Waits for the name, as a cluster gives rank 0's only when that has been placed on a machine. */
    private static String address(RankEnvironment environment, Duration timeout, Consumer<String> notices) {
        Waiting waiting = new Waiting(timeout, notices);
        while (true) {
            try {
                return InetAddress.getByName(environment.masterAddress()).getHostAddress();
            } catch (UnknownHostException e) {
                if (waiting.isOver()) {
                    throw new RankLostException(
                            environment + ": MASTER_ADDR '" + environment.masterAddress() + "': there is no such host ("
                                    + Rendezvous.spoken(timeout) + ")",
                            e);
                }
            }
            waiting.nap("a host of the name " + environment.masterAddress());
        }
    }

    /** Tries to connect until somebody listens; c10d would, too, but writes about every attempt. */
    private static void awaitKeeper(
            RankEnvironment environment, String address, Duration timeout, Consumer<String> notices) {
        Waiting waiting = new Waiting(timeout, notices);
        InetSocketAddress keeper = new InetSocketAddress(address, environment.masterPort());
        String place = environment.masterAddress() + ":" + environment.masterPort();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(keeper, 1000);
                return;
            } catch (IOException e) {
                if (waiting.isOver()) {
                    throw new RankLostException(
                            environment + " (" + HostName.current() + "): rank 0 does not answer at " + place
                                    + " within " + Rendezvous.spoken(timeout) + ": " + e.getMessage(),
                            e);
                }
            }
            waiting.nap("rank 0 at " + place);
        }
    }

    /**
     * A part of the store for one group of c10d's, of the open scope. Always a clone: what the bindings' constructors make is
     * freed by its Java object alone, and once more by a native reader that it was given to; only a clone counts its owners.
     */
    Store under(String name) {
        return new PrefixStore("groups/" + meeting + "/" + name, tcp.clone()).clone();
    }

    /** Writes a text under a name that was not written before. */
    void put(String name, String text) {
        bounded(() -> {
            store.set(name, text);
            return null;
        });
    }

    /** What stands under a name now. */
    Optional<String> look(String name) {
        return bounded(() -> {
            try (PointerScope scope = new PointerScope()) {
                return store.check(new StringVector(name)) ? Optional.of(store.get_to_str(name)) : Optional.empty();
            }
        });
    }

    private <T> T bounded(Callable<T> call) {
        return calls.call(call);
    }

    void release() {
        store.releaseReference();
        tcp.releaseReference();
        calls.close();
    }
}
