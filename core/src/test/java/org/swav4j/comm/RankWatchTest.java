package org.swav4j.comm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.swav4j.comm.Peer.Answer;
import org.swav4j.comm.Peer.Condition;

class RankWatchTest {
    private static final int PATIENCE = 1500;

    private static Peer at(RankWatch watch, int rank) {
        return watch.self(rank, "host" + rank, "127.0.0.1");
    }

    @Test
    void aRankSaysWhatItIsDoing() throws Exception {
        try (RankWatch watch = RankWatch.open(PATIENCE)) {
            watch.now(7);
            Answer working = at(watch, 1).ask(PATIENCE);
            assertThat(working.condition()).isEqualTo(Condition.ANSWERS);
            assertThat(working.doing().text()).matches("at its own work in step 7 for \\d+\\.\\d s");
            assertThat(Inquest.behind(List.of(working)))
                    .hasValueSatisfying(
                            text -> assertThat(text).startsWith("rank 1 (host1), at its own work in step 7 for"));
            watch.waits("sum of [3] in step 7");
            Answer waiting = at(watch, 1).ask(PATIENCE);
            assertThat(waiting.doing().text()).matches("in sum of \\[3\\] in step 7 for \\d+\\.\\d s");
            assertThat(Inquest.behind(List.of(waiting))).isEmpty();
            assertThat(Inquest.speaks(0, List.of(waiting))).isTrue();
            assertThat(Inquest.speaks(2, List.of(waiting))).isFalse();
            watch.goesOn();
            assertThat(at(watch, 1).ask(PATIENCE).doing().waiting()).isFalse();
        }
    }

    @Test
    void goneAndSilentRanksAreToldApart() throws Exception {
        RankWatch closed = RankWatch.open(PATIENCE);
        Peer gone = at(closed, 1);
        closed.close();
        // the kernel accepts for a process that is stopped
        try (ServerSocket stopped = new ServerSocket(0)) {
            Peer silent = new Peer(2, "b", "127.0.0.1", stopped.getLocalPort(), "token");
            List<Answer> answers = List.of(gone.ask(200), silent.ask(200));
            assertThat(answers).extracting(Answer::condition).containsExactly(Condition.GONE, Condition.SILENT);
            assertThat(Inquest.lost(answers))
                    .hasValue(
                            "lost rank 1 (host1): gone without a word, as when killed; rank 2 (b): no answer though the"
                                    + " machine is there, as when stopped");
        }
    }

    @Test
    void whatOneDecidesAllKnowAndTheFirstDecisionStands() throws Exception {
        try (RankWatch first = RankWatch.open(PATIENCE);
                RankWatch second = RankWatch.open(PATIENCE)) {
            first.meet(List.of(at(second, 1)));
            second.meet(List.of(at(first, 0)));
            assertThat(first.decide("lost rank 2\n  (c)").text()).isEqualTo("lost rank 2\n  (c)");
            await(second);
            assertThat(second.verdict().orElseThrow().text()).isEqualTo("lost rank 2; (c)");
            assertThat(second.decide("something else").text()).isEqualTo("lost rank 2; (c)");
            assertThat(first.verdict().orElseThrow().text()).isEqualTo("lost rank 2\n  (c)");
        }
    }

    private static void await(RankWatch watch) throws InterruptedException {
        for (int i = 0; i < 500 && watch.verdict().isEmpty(); i++) {
            Thread.sleep(10);
        }
    }

    @Test
    void strangersAreNotAnsweredAndCannotEndATraining() throws Exception {
        try (RankWatch watch = RankWatch.open(PATIENCE)) {
            Peer self = at(watch, 0);
            assertThat(said(self.port(), "0123 lost rank 0\n")).isEmpty();
            assertThat(said(self.port(), "\n")).isEmpty();
            assertThat(said(self.port(), "GET / HTTP/1.1\r\n\r\n")).isEmpty();
            assertThat(said(self.port(), "x".repeat(100_000))).isEmpty();
            assertThat(watch.verdict()).isEmpty();
            assertThat(self.ask(PATIENCE).isLost()).isFalse();
        }
    }

    private static String said(int port, String text) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            socket.setSoTimeout(5000);
            try {
                socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (SocketException e) {
                // broken off
                return "";
            }
        }
    }
}
