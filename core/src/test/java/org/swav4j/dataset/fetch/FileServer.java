package org.swav4j.dataset.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A server on this machine that serves bytes, and misbehaves as it is told to. */
final class FileServer implements AutoCloseable {
    /** How one request is answered. */
    interface Answer {
        void to(HttpExchange exchange, byte[] content, FileServer server) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Deque<Answer> script = new ArrayDeque<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    /** Method, path, Range and If-Range of every request. */
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    volatile String etag = "\"one\"";
    volatile boolean ranges = true;

    FileServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    FileServer with(String name, byte[] content) {
        files.put("/" + name, content);
        return this;
    }

    /** Answers the next requests in these ways, and all after them properly. */
    FileServer answering(Answer... answers) {
        script.addAll(List.of(answers));
        return this;
    }

    URI base() {
        return URI.create("http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort() + "/");
    }

    URI uri(String name) {
        return base().resolve(name);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
            requests.add(exchange.getRequestURI().getPath()
                    + (range == null ? "" : " " + range)
                    + (ifRange == null ? "" : " if " + ifRange));
            byte[] content = files.get(exchange.getRequestURI().getPath());
            Answer answer;
            synchronized (script) {
                answer = script.isEmpty() ? FileServer::properly : script.poll();
            }
            if (content == null) {
                status(404).to(exchange, null, this);
            } else {
                answer.to(exchange, content, this);
            }
        } catch (IOException e) {
            // the other side has gone
        }
    }

    static void properly(HttpExchange exchange, byte[] content, FileServer server) throws IOException {
        upTo(Integer.MAX_VALUE).to(exchange, content, server);
    }

    /** Announces everything and sends no more than {@code bytes} of it before it hangs up. */
    static Answer upTo(int bytes) {
        return (exchange, content, server) -> {
            int from = begin(exchange, content, server);
            int to = (int) Math.min(content.length, (long) from + bytes);
            OutputStream out = exchange.getResponseBody();
            out.write(content, from, to - from);
            out.flush();
            if (to < content.length) {
                throw new IOException("hang up");
            }
        };
    }

    /** Sends some bytes and then nothing, with the connection open. */
    static Answer stallAfter(int bytes) {
        return (exchange, content, server) -> {
            int from = begin(exchange, content, server);
            exchange.getResponseBody().write(content, from, bytes);
            exchange.getResponseBody().flush();
            try {
                server.closing.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    static Answer status(int status, String... headers) {
        return (exchange, content, server) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** Sends the headers; the position from which content is due. */
    private static int begin(HttpExchange exchange, byte[] content, FileServer server) throws IOException {
        if (server.etag != null) {
            exchange.getResponseHeaders().add("ETag", server.etag);
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
        boolean same = ifRange == null || ifRange.equals(server.etag);
        if (range == null || !server.ranges || !same) {
            exchange.sendResponseHeaders(200, content.length);
            return 0;
        }
        int from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        if (from >= content.length) {
            exchange.getResponseHeaders().add("Content-Range", "bytes */" + content.length);
            exchange.sendResponseHeaders(416, -1);
            return content.length;
        }
        exchange.getResponseHeaders()
                .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        exchange.sendResponseHeaders(206, content.length - from);
        return from;
    }

    /** Bytes that differ everywhere. */
    static byte[] content(int length, int seed) {
        byte[] bytes = new byte[length];
        new java.util.Random(seed).nextBytes(bytes);
        return Arrays.copyOf(bytes, length);
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
