package example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.swav4j.data.UnreadableImageException;

/**
 * Answers which pictures look most like the one that was sent: {@code ImageService RUN FOLDER [PORT]}, then
 * {@code curl --data-binary @photo.jpg localhost:8080/nearest}.
 */
public final class ImageService implements AutoCloseable {
    private static final int ANSWERS = 5;
    private static final int CALLS_AT_ONCE = 8;

    private final ImageIndex index;
    private final HttpServer server;
    private final ExecutorService calls = Executors.newFixedThreadPool(CALLS_AT_ONCE);

    /** Listens on this machine alone; {@code port} 0 takes a free one. */
    public ImageService(ImageIndex index, int port) throws IOException {
        this.index = index;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/nearest", this::nearest);
        server.setExecutor(calls);
        server.start();
    }

    public static void main(String[] args) throws Exception {
        ImageIndex index = new ImageIndex(Path.of(args[0]));
        try (Stream<Path> files = Files.walk(Path.of(args[1]))) {
            index.add(files.filter(
                            file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".jpg"))
                    .sorted()
                    .toList());
        }
        ImageService service = new ImageService(index, args.length > 2 ? Integer.parseInt(args[2]) : 8080);
        System.out.println("http://localhost:" + service.port() + "/nearest");
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void nearest(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                List<ImageIndex.Found> found = index.nearest(exchange.getRequestBody(), ANSWERS);
                answer(exchange, 200, found.stream().map(ImageService::line).collect(Collectors.joining()));
            } catch (UnreadableImageException e) {
                answer(exchange, 415, e.getMessage() + "\n");
            }
        }
    }

    private static String line(ImageIndex.Found found) {
        return String.format(Locale.ROOT, "%.3f %s%n", found.likeness(), found.file());
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Ends the service and the index. */
    @Override
    public void close() {
        server.stop(1);
        calls.shutdown();
        index.close();
    }
}
