package org.swav4j.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * As much of an S3 server as reading needs, on one port of this machine: ListObjectsV2 with delimiter and pages, GetObject with
 * ranges, HeadObject, errors as XML. What it answers can be replaced by failures.
 */
public final class S3Server implements AutoCloseable {
    /** Decides about a request, by its number from 1, before it is answered. */
    public interface Fault {
        /** Whether this took care of the request. */
        boolean happens(int number, HttpExchange exchange) throws IOException;
    }

    static {
        // or every answer waits 40 ms for an acknowledgement
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(r -> {
        Thread thread = new Thread(r, "s3-server");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, ConcurrentSkipListMap<String, byte[]>> buckets = new TreeMap<>();
    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    private final Fault fault;
    private int number;
    private int pageSize = 1000;

    /** A server without failures. */
    public S3Server() throws IOException {
        this((n, exchange) -> false);
    }

    public S3Server(Fault fault) throws IOException {
        this.fault = fault;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Answers with 503, or cuts the connection before or within the answer, in turn, at every {@code nth} request. */
    public static Fault failingEvery(int nth) {
        return (number, exchange) -> {
            if (number % nth != 0) {
                return false;
            }
            switch (number / nth % 3) {
                case 0 -> error(exchange, 503, "SlowDown", "Please reduce your request rate.");
                case 1 -> exchange.close();
                default -> {
                    exchange.sendResponseHeaders(200, 5000);
                    exchange.getResponseBody().write(new byte[100]);
                    exchange.getResponseBody().flush();
                    exchange.close();
                }
            }
            return true;
        };
    }

    /** Never answers the requests with these numbers. */
    public static Fault stallingAt(Integer... numbers) {
        List<Integer> stalled = Arrays.asList(numbers);
        return (number, exchange) -> {
            if (!stalled.contains(number)) {
                return false;
            }
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        };
    }

    /** Answers every request for something whose path contains {@code part} with this error. */
    public static Fault refusing(String part, int status, String code) {
        return (number, exchange) -> {
            boolean refused = exchange.getRequestURI().toString().contains(part);
            if (refused) {
                error(exchange, status, code, code);
            }
            return refused;
        };
    }

    public S3Server pagesOf(int objects) {
        pageSize = objects;
        return this;
    }

    /** Such as {@code http://127.0.0.1:4711}. */
    public String endpoint() {
        return "http://" + address();
    }

    /** Such as {@code 127.0.0.1:4711}. */
    public String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    public S3Server bucket(String bucket) {
        buckets.put(bucket, new ConcurrentSkipListMap<>());
        return this;
    }

    public S3Server put(String bucket, String key, byte[] content) {
        buckets.get(bucket).put(key, content);
        return this;
    }

    public void remove(String bucket, String key) {
        buckets.get(bucket).remove(key);
    }

    /** Puts the files below a folder under a prefix, which is empty or ends with a slash. */
    public S3Server putAll(String bucket, String prefix, Path folder) throws IOException {
        bucket(bucket);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                put(bucket, prefix + folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
        return this;
    }

    /** The requests answered or failed so far that begin like this, such as {@code "GET /photos/a"} or {@code "LIST"}. */
    public int count(String beginning) {
        return (int) requests.stream().filter(r -> r.startsWith(beginning)).count();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = URLDecoder.decode(
                    exchange.getRequestURI().getRawPath().replace("+", "%2B"), StandardCharsets.UTF_8);
            Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
            int mine;
            synchronized (this) {
                mine = ++number;
            }
            requests.add((query.containsKey("list-type") ? "LIST" : exchange.getRequestMethod()) + " " + path);
            if (!fault.happens(mine, exchange)) {
                answer(exchange, path, query);
            }
        } catch (RuntimeException e) {
            throw new IllegalStateException("the test's S3 server failed on " + exchange.getRequestURI(), e);
        }
    }

    private void answer(HttpExchange exchange, String path, Map<String, String> query) throws IOException {
        String[] parts = path.substring(1).split("/", 2);
        ConcurrentSkipListMap<String, byte[]> bucket = buckets.get(parts[0]);
        String key = parts.length > 1 ? parts[1] : "";
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null || !authorization.contains("Credential=reader/")) {
            error(exchange, 403, "InvalidAccessKeyId", "The key does not exist.");
        } else if (bucket == null) {
            error(exchange, 404, "NoSuchBucket", "The specified bucket does not exist");
        } else if (query.containsKey("list-type")) {
            list(exchange, bucket, query);
        } else if (bucket.containsKey(key)) {
            object(exchange, bucket.get(key));
        } else {
            error(exchange, 404, "NoSuchKey", "The specified key does not exist.");
        }
    }

    private void list(HttpExchange exchange, SortedMap<String, byte[]> bucket, Map<String, String> query)
            throws IOException {
        String prefix = query.getOrDefault("prefix", "");
        String delimiter = query.getOrDefault("delimiter", "");
        String after = query.getOrDefault("continuation-token", "");
        int most = Math.min(pageSize, Integer.parseInt(query.getOrDefault("max-keys", "1000")));
        boolean encoded = "url".equals(query.get("encoding-type"));
        List<String> contents = new ArrayList<>();
        TreeSet<String> prefixes = new TreeSet<>();
        String last = "";
        boolean truncated = false;
        for (Map.Entry<String, byte[]> entry : bucket.tailMap(prefix).entrySet()) {
            String key = entry.getKey();
            if (!key.startsWith(prefix)) {
                break;
            }
            int end = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
            String shown = end < 0 ? key : key.substring(0, end + 1);
            if ((!after.isEmpty() && shown.compareTo(after) <= 0) || prefixes.contains(shown)) {
                continue;
            }
            if (contents.size() + prefixes.size() == most) {
                truncated = true;
                break;
            }
            last = shown;
            if (end < 0) {
                contents.add("<Contents><Key>" + text(key, encoded) + "</Key><LastModified>2026-01-02T03:04:05.000Z"
                        + "</LastModified><ETag>&quot;e&quot;</ETag><Size>" + entry.getValue().length
                        + "</Size><StorageClass>STANDARD</StorageClass></Contents>");
            } else {
                prefixes.add(shown);
            }
        }
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        xml.append("<IsTruncated>").append(truncated).append("</IsTruncated>");
        if (truncated) {
            xml.append("<NextContinuationToken>").append(escaped(last)).append("</NextContinuationToken>");
        }
        if (encoded) {
            xml.append("<EncodingType>url</EncodingType>");
        }
        contents.forEach(xml::append);
        prefixes.forEach(p ->
                xml.append("<CommonPrefixes><Prefix>").append(text(p, encoded)).append("</Prefix></CommonPrefixes>"));
        send(exchange, 200, xml.append("</ListBucketResult>").toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void object(HttpExchange exchange, byte[] content) throws IOException {
        exchange.getResponseHeaders().set("ETag", "\"e\"");
        exchange.getResponseHeaders().set("Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT");
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null || exchange.getRequestMethod().equals("HEAD")) {
            send(exchange, 200, content);
            return;
        }
        String[] bounds = range.substring("bytes=".length()).split("-");
        int from = Integer.parseInt(bounds[0]);
        int to = Math.min(Integer.parseInt(bounds[1]) + 1, content.length);
        if (from >= content.length) {
            error(exchange, 416, "InvalidRange", "The requested range is not satisfiable");
            return;
        }
        exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + content.length);
        send(exchange, 206, Arrays.copyOfRange(content, from, to));
    }

    private static void error(HttpExchange exchange, int status, String code, String message) throws IOException {
        send(
                exchange,
                status,
                ("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code + "</Code><Message>" + message
                                + "</Message><RequestId>1</RequestId></Error>")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new TreeMap<>();
        for (String part : raw == null ? new String[0] : raw.split("&")) {
            String[] pair = part.split("=", 2);
            query.put(pair[0], pair.length < 2 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private static String text(String key, boolean encoded) {
        return encoded ? URLEncoder.encode(key, StandardCharsets.UTF_8).replace("%2F", "/") : escaped(key);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
