package org.swav4j.profile;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/**
 * Chrome's trace event format, which Perfetto and chrome://tracing open: complete events ({@code "ph": "X"}) with
 * {@code ts} and {@code dur} in microseconds, on named tracks of one process.
 */
final class TraceFile {
    /**
     * A row of slices.
     *
     * @param slices each within another or beside it, never overlapping
     */
    record Row(String name, List<Slice> slices) {}

    /**
     * A stretch with a name.
     *
     * @param category by which a viewer can filter
     * @param start {@link System#nanoTime}
     */
    record Slice(String name, String category, long start, long end) {}

    private static final int PROCESS = 1;
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private TraceFile() {}

    /**
     * Writes rows in their order, from the top down; the stream stays open.
     *
     * @param origin the moment that becomes 0
     */
    static void write(OutputStream out, String process, List<Row> rows, long origin) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty("displayTimeUnit", "ms");
            json.writeArrayPropertyStart("traceEvents");
            metadata(json, "process_name", 0, "name", process);
            for (int i = 0; i < rows.size(); i++) {
                int thread = i + 1;
                metadata(json, "thread_name", thread, "name", rows.get(i).name());
                metadata(json, "thread_sort_index", thread, "sort_index", thread);
                for (Slice slice : rows.get(i).slices()) {
                    json.writeStartObject();
                    json.writeStringProperty("ph", "X");
                    json.writeStringProperty("name", slice.name());
                    json.writeStringProperty("cat", slice.category());
                    json.writeNumberProperty("ts", micros(slice.start() - origin));
                    json.writeNumberProperty("dur", micros(slice.end() - slice.start()));
                    json.writeNumberProperty("pid", PROCESS);
                    json.writeNumberProperty("tid", thread);
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (JacksonIOException e) {
            throw e.getCause();
        }
    }

    private static void metadata(JsonGenerator json, String what, int thread, String key, Object value) {
        json.writeStartObject();
        json.writeStringProperty("ph", "M");
        json.writeStringProperty("name", what);
        json.writeNumberProperty("pid", PROCESS);
        json.writeNumberProperty("tid", thread);
        json.writeObjectPropertyStart("args");
        if (value instanceof Integer number) {
            json.writeNumberProperty(key, number);
        } else {
            json.writeStringProperty(key, value.toString());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /**
     * Perfetto multiplies by 1,000 in floating point and cuts the rest off: with .2 ns more, what remains is exact,
     * and slices nest.
     */
    private static BigDecimal micros(long nanos) {
        return BigDecimal.valueOf(10 * nanos + 2, 4);
    }
}
