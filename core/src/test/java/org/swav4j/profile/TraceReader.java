package org.swav4j.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a trace as strictly as a viewer could, and refuses what one would show wrongly. */
public final class TraceReader {
    /** Times in nanoseconds from the trace's beginning. */
    public record Slice(String name, String category, long start, long end) {}

    private TraceReader() {}

    /** Slices by the name of their row; callers before what they call. */
    public static Map<String, List<Slice>> read(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return read(in.readAllBytes());
        }
    }

    static Map<String, List<Slice>> read(byte[] json) {
        JsonNode trace = JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build()
                .readTree(json);
        assertThat(trace.get("displayTimeUnit").asString()).isEqualTo("ms");
        Map<Integer, String> names = new LinkedHashMap<>();
        Map<Integer, List<Slice>> slices = new LinkedHashMap<>();
        String process = null;
        for (JsonNode event : trace.get("traceEvents")) {
            assertThat(event.get("pid").intValue()).isEqualTo(1);
            int thread = event.get("tid").intValue();
            String name = event.get("name").asString();
            if (event.get("ph").asString().equals("M")) {
                JsonNode args = event.get("args");
                switch (name) {
                    case "process_name" -> process = args.get("name").asString();
                    case "thread_name" -> names.put(thread, args.get("name").asString());
                    default -> assertThat(name).isEqualTo("thread_sort_index");
                }
                continue;
            }
            assertThat(event.get("ph").asString()).isEqualTo("X");
            long start = nanos(event.get("ts"));
            slices.computeIfAbsent(thread, t -> new ArrayList<>())
                    .add(new Slice(name, event.get("cat").asString(), start, start + nanos(event.get("dur"))));
        }
        assertThat(process).isEqualTo("swav pretrain");
        assertThat(names.keySet()).containsAll(slices.keySet());
        assertThat(names.values()).doesNotHaveDuplicates();
        Map<String, List<Slice>> rows = new LinkedHashMap<>();
        names.forEach((thread, name) -> rows.put(name, nested(slices.getOrDefault(thread, List.of()))));
        return rows;
    }

    /** As Perfetto does it. */
    private static long nanos(JsonNode micros) {
        assertThat(micros.isNumber()).isTrue();
        return (long) (micros.doubleValue() * 1000.0);
    }

    private static List<Slice> nested(List<Slice> slices) {
        List<Slice> sorted = new ArrayList<>(slices);
        sorted.sort(Comparator.comparingLong(Slice::start)
                .thenComparing(Comparator.comparingLong(Slice::end).reversed()));
        Deque<Slice> open = new ArrayDeque<>();
        for (Slice slice : sorted) {
            assertThat(slice.start()).isNotNegative();
            assertThat(slice.end()).isGreaterThanOrEqualTo(slice.start());
            while (!open.isEmpty() && open.peek().end() <= slice.start()) {
                open.pop();
            }
            if (!open.isEmpty()) {
                assertThat(slice.end())
                        .as("%s in %s", slice, open.peek())
                        .isLessThanOrEqualTo(open.peek().end());
            }
            open.push(slice);
        }
        return sorted;
    }
}
