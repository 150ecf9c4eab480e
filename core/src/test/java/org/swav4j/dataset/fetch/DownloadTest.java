package org.swav4j.dataset.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.swav4j.dataset.fetch.FileServer.stallAfter;
import static org.swav4j.dataset.fetch.FileServer.status;
import static org.swav4j.dataset.fetch.FileServer.upTo;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.data.DataException;

@Timeout(30)
class DownloadTest {
    private static final Patience SHORT =
            new Patience(Duration.ofSeconds(5), Duration.ofMillis(300), 3, Duration.ofMillis(5));
    private static final byte[] CONTENT = FileServer.content(300_000, 1);

    @TempDir
    private Path folder;

    private final FileServer server = new FileServer().with("set.tgz", CONTENT);
    private final Notes notes = new Notes();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void aWholeFileArrivesWithProgressAndLeavesNothingBeside() throws IOException {
        run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(folder.toFile().list()).containsExactly("set.tgz");
        assertThat(notes.downloaded).isEqualTo(CONTENT.length);
        assertThat(notes.total).isEqualTo(CONTENT.length);
        assertThat(server.requests).containsExactly("/set.tgz");
    }

    @Test
    void aBrokenConnectionIsResumedWhereItBroke() throws IOException {
        server.answering(upTo(100_000), upTo(50_000));
        Download download = run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(download.resumed()).isTrue();
        // the last bytes may be lost on the way, so that the exact places are the network's
        assertThat(server.requests).hasSize(3);
        assertThat(server.requests.get(1)).matches("/set.tgz bytes=\\d+- if \"one\"");
        assertThat(server.requests.get(2)).matches("/set.tgz bytes=\\d+- if \"one\"");
        assertThat(notes.lines).hasSize(2).allMatch(l -> l.contains("ended early; trying again"));
    }

    @Test
    void anotherRunGoesOnWithThePartOfAnEarlierOne() throws IOException {
        part(120_000);
        run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(server.requests).containsExactly("/set.tgz bytes=120000- if \"one\"");
    }

    @Test
    void aPartThatIsWholeAlreadyIsTakenAsItIs() throws IOException {
        part(CONTENT.length);
        run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(server.requests).containsExactly("/set.tgz bytes=300000- if \"one\"");
    }

    @Test
    void aPartThatIsLongerThanTheServersFileIsThrownAway() throws IOException {
        Files.write(folder.resolve("set.tgz.part"), Arrays.copyOf(CONTENT, CONTENT.length + 5));
        run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(notes.lines).anyMatch(l -> l.contains("does not belong to the server's file; starting afresh"));
    }

    @Test
    void aServerWithoutRangesSendsAllAgain() throws IOException {
        server.ranges = false;
        server.answering(upTo(100_000));
        Download download = run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(download.resumed()).isFalse();
        assertThat(notes.lines).anyMatch(l -> l.contains("sends the file from its beginning"));
    }

    @Test
    void aFileThatChangedOnTheServerIsNotMixedWithTheOldOne() throws IOException {
        Files.write(folder.resolve("set.tgz.part"), FileServer.content(100_000, 2));
        Files.writeString(folder.resolve("set.tgz.part.validator"), "\"zero\"");
        Download download = run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(download.resumed()).isFalse();
        assertThat(server.requests).containsExactly("/set.tgz bytes=100000- if \"zero\"");
    }

    @Test
    void weakTagsAreNoValidators() throws IOException {
        server.etag = "W/\"one\"";
        server.answering(upTo(100_000));
        run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(server.requests.get(1)).doesNotContain("if");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void aServerInTroubleIsAskedAgain(int code) throws IOException {
        server.answering(status(code), status(code));
        run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(notes.lines)
                .containsExactly(
                        "set.tgz: the server answers " + code + "; trying again in 5 ms",
                        "set.tgz: the server answers " + code + "; trying again in 10 ms");
    }

    @Test
    void theServersOwnPauseIsKept() throws IOException {
        server.answering(status(503, "Retry-After", "0"), status(503, "Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"));
        run();
        assertThat(notes.lines.get(0)).endsWith("trying again in 0 s");
        assertThat(notes.lines.get(1)).endsWith("trying again in 10 ms");
    }

    @Test
    void trueTroubleEndsWithWhatToDo() {
        server.answering(status(503), status(503), status(503));
        assertThatThrownBy(this::run)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the server answers 503, 3 times in a row")
                .hasMessageContaining("--mirror");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 410, 451})
    void aRefusalIsNotAskedAgain(int code) {
        server.answering(status(code));
        assertThatThrownBy(this::run)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the server answers " + code)
                .hasMessageContaining("--mirror");
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void silenceIsNoticedAndTheRestAskedFor() throws IOException {
        server.answering(stallAfter(100_000));
        run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(notes.lines).containsExactly("set.tgz: nothing came for 300 ms; trying again in 5 ms");
        assertThat(server.requests.get(1)).startsWith("/set.tgz bytes=100000-");
    }

    @Test
    void progressBetweenFailuresResetsTheirCount() throws IOException {
        server.answering(upTo(40_000), upTo(40_000), upTo(40_000), upTo(40_000), upTo(40_000));
        run();
        assertThat(target()).hasBinaryContent(CONTENT);
    }

    @Test
    void redirectionsAreFollowedAlsoWhenResuming() throws IOException {
        server.with("moved", CONTENT);
        server.answering(
                status(302, "Location", server.uri("moved").toString()),
                upTo(100_000),
                status(302, "Location", "/moved"));
        run();
        assertThat(target()).hasBinaryContent(CONTENT);
        assertThat(server.requests.get(3)).matches("/moved bytes=\\d+- if \"one\"");
    }

    @Test
    void aServerThatAnswersWithAnotherPartIsNotBelieved() throws IOException {
        part(100_000);
        server.answering((exchange, content, s) -> {
            exchange.getResponseHeaders().add("Content-Range", "bytes 0-299999/300000");
            exchange.sendResponseHeaders(206, content.length);
            exchange.getResponseBody().write(content);
        });
        run();
        assertThat(target()).hasBinaryContent(CONTENT);
    }

    @Test
    void anUnknownHostIsSaidToBeOneAtOnce() {
        URI nowhere = URI.create("https://swav4j-no-such-host.invalid/set.tgz");
        assertThatThrownBy(() -> download(nowhere).run())
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("https://swav4j-no-such-host.invalid/set.tgz: the name"
                        + " swav4j-no-such-host.invalid cannot be resolved")
                .hasMessageContaining("--mirror")
                .hasMessageContaining("https.proxyHost")
                .hasMessageNotContaining("\n");
        assertThat(notes.lines).isEmpty();
    }

    @Test
    void aClosedPortIsTriedAgainAndThenSaid() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        assertThatThrownBy(() -> download(URI.create("http://127.0.0.1:" + port + "/set.tgz"))
                        .run())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no connection to 127.0.0.1, 3 times in a row");
    }

    private void part(int bytes) throws IOException {
        Files.write(folder.resolve("set.tgz.part"), Arrays.copyOf(CONTENT, bytes));
        Files.writeString(folder.resolve("set.tgz.part.validator"), "\"one\"");
    }

    private Download run() throws IOException {
        Download download = download(server.uri("set.tgz"));
        download.run();
        return download;
    }

    private Download download(URI uri) {
        return new Download(Download.client(SHORT), SHORT, notes, uri, target());
    }

    private Path target() {
        return folder.resolve("set.tgz");
    }
}
