package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import org.swav4j.data.DataException;

/**
 * Downloads one file to a path, beside which {@code NAME.part} holds what has arrived so far. What is there is asked for no
 * second time, as long as the server serves ranges and its file is still the same one, by ETag or date ({@code If-Range}).
 *
 * <p>Redirects are followed, though never from https to http; proxies are those of the JVM.
 */
final class Download {
    private static final Set<Integer> WORTH_ANOTHER_TRY = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final HttpClient client;
    private final Patience patience;
    private final FetchListener listener;
    private final URI uri;
    private final String name;
    private final Path target;
    private final Path part;
    private final Validator validator;
    private boolean resumed;

    Download(HttpClient client, Patience patience, FetchListener listener, URI uri, Path target) {
        this.client = client;
        this.patience = patience;
        this.listener = listener;
        this.uri = uri;
        this.target = target;
        name = target.getFileName().toString();
        part = target.resolveSibling(name + ".part");
        validator = new Validator(target.resolveSibling(name + ".part.validator"));
    }

    /** A client that suits {@link Download}s. */
    static HttpClient client(Patience patience) {
        return HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(patience.connect())
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** Whether any of the bytes are from an earlier attempt. */
    boolean resumed() {
        return resumed;
    }

    /**
     * Fetches the file until it is whole.
     *
     * @throws DataException if the server refuses it, cannot be reached, or stops sending again and again
     * @throws IOException if it cannot be written
     */
    void run() throws IOException {
        int failures = 0;
        while (true) {
            long before = size();
            Failure failure;
            try {
                failure = attempt(before);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DataException(uri + ": interrupted", e);
            }
            if (failure == null) {
                validator.forget();
                Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
                return;
            }
            failures = size() > before ? 1 : failures + 1;
            if (failures >= patience.attempts()) {
                throw new DataException(uri + ": " + failure.text + ", " + failures
                        + " times in a row; run the same command later, it goes on with the "
                        + size() + " bytes that are here, or give another server with --mirror URL");
            }
            Duration pause = failure.retryAfter != null ? failure.retryAfter : patience.pauseAfter(failures);
            listener.note(name + ": " + failure.text + "; trying again in " + seconds(pause));
            pause(pause);
        }
    }

    private record Failure(String text, Duration retryAfter) {}

    /** Null when the file is whole. */
    private Failure attempt(long have) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(patience.connect())
                .header("User-Agent", "swav4j")
                .header("Accept-Encoding", "identity");
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-");
            validator.ifRange(request);
        }
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            return unreachable(e);
        }
        try (InputStream body = response.body()) {
            int status = response.statusCode();
            if (status == 206 && have > 0) {
                ContentRange range = ContentRange.of(
                        response.headers().firstValue("Content-Range").orElse(""));
                if (range == null || range.first() != have) {
                    startAfresh("the server answered with another part than the one asked for");
                    return new Failure("a part that was not asked for", null);
                }
                resumed = true;
                return receive(response, have, range.total());
            }
            if (status == 200) {
                if (have > 0) {
                    startAfresh("the server sends the file from its beginning: it has changed, or cannot be resumed");
                }
                validator.remember(response.headers());
                return receive(
                        response,
                        0,
                        response.headers().firstValueAsLong("Content-Length").orElse(0));
            }
            if (status == 416 && have > 0) {
                ContentRange range = ContentRange.of(
                        response.headers().firstValue("Content-Range").orElse(""));
                if (range != null && range.total() == have) {
                    resumed = true;
                    return null;
                }
                startAfresh("what is here does not belong to the server's file");
                return new Failure("a part that the server does not have", null);
            }
            if (WORTH_ANOTHER_TRY.contains(status)) {
                return new Failure("the server answers " + status, retryAfter(response));
            }
            throw new DataException(uri + ": the server answers " + status + meaning(status)
                    + "; give another server that has the file with --mirror URL");
        }
    }

    /** Appends the body to the part; {@code total} is 0 if the server does not say. */
    private Failure receive(HttpResponse<InputStream> response, long have, long total) throws IOException {
        long received = have;
        byte[] buffer = new byte[1 << 16];
        try (InputStream body = response.body();
                StallWatch watch = new StallWatch(body, patience.stall());
                FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(have).position(have);
            while (true) {
                int read;
                try {
                    read = body.read(buffer);
                } catch (IOException e) {
                    return watch.stalled()
                            ? new Failure("nothing came for " + seconds(patience.stall()), null)
                            : new Failure("the connection ended early", null);
                }
                if (watch.stalled()) {
                    return new Failure("nothing came for " + seconds(patience.stall()), null);
                }
                if (read < 0) {
                    break;
                }
                watch.alive();
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                received += read;
                listener.downloading(name, received, total);
            }
        }
        return total > 0 && received < total ? new Failure("the connection ended early", null) : null;
    }

    private Failure unreachable(IOException e) {
        String host = uri.getHost();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
                throw new DataException(
                        uri + ": the name " + host
                                + " cannot be resolved: this machine has no network, or needs a proxy"
                                + " (SWAV_JAVA_OPTS='-Dhttps.proxyHost=... -Dhttps.proxyPort=...'); elsewhere, put the file"
                                + " into " + target.getParent()
                                + ", or give a server that can be reached with --mirror URL",
                        e);
            }
        }
        if (e instanceof ConnectException) {
            return new Failure("no connection to " + host, null);
        }
        if (e instanceof HttpTimeoutException) {
            return new Failure("no answer within " + seconds(patience.connect()), null);
        }
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new Failure("the connection failed (" + message + ")", null);
    }

    private void startAfresh(String why) throws IOException {
        listener.note(name + ": " + why + "; starting afresh");
        validator.forget();
        Files.deleteIfExists(part);
        resumed = false;
    }

    private long size() throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    private static Duration retryAfter(HttpResponse<?> response) {
        try {
            return response.headers()
                    .firstValue("Retry-After")
                    .map(seconds -> Duration.ofSeconds(Math.max(0, Math.min(120, Long.parseLong(seconds.strip())))))
                    .orElse(null);
        } catch (NumberFormatException aDate) {
            return null;
        }
    }

    private static String meaning(int status) {
        return switch (status) {
            case 401, 403 -> " (it does not give the file to everybody)";
            case 404, 410 -> " (the file is not there)";
            case 407 -> " (a proxy wants a name and password)";
            default -> status >= 300 && status < 400 ? " (a redirection from https to http, or to nowhere)" : "";
        };
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("interrupted while waiting for a server", e);
        }
    }
}
