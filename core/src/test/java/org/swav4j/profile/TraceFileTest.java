package org.swav4j.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.swav4j.profile.TraceFile.Row;
import org.swav4j.profile.TraceFile.Slice;

class TraceFileTest {
    private static final long ORIGIN = 9_000_000_000_000_000_001L;

    private static byte[] written(Row... rows) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TraceFile.write(out, "swav pretrain", List.of(rows), ORIGIN);
        return out.toByteArray();
    }

    @Test
    void timesAreExactMicrosecondsFromTheOrigin() throws IOException {
        byte[] json = written(new Row("a", List.of(new Slice("x", "c", ORIGIN + 1, ORIGIN + 12_345_678))));
        assertThat(new String(json, java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"ts\":0.0012,\"dur\":12345.6772,\"pid\":1,\"tid\":1");
        assertThat(TraceReader.read(json))
                .isEqualTo(Map.of("a", List.of(new TraceReader.Slice("x", "c", 1, 12_345_678))));
    }

    @Test
    void aLongTraceKeepsItsNanoseconds() throws IOException {
        List<Slice> slices = new ArrayList<>();
        for (long i = 0; i < 1000; i++) {
            long start = ORIGIN + i * 3_600_000_000_001L / 1000;
            slices.add(new Slice("x", "c", start, start + i));
        }
        List<TraceReader.Slice> read =
                TraceReader.read(written(new Row("a", slices))).get("a");
        for (int i = 0; i < slices.size(); i++) {
            assertThat(read.get(i).start()).isEqualTo(slices.get(i).start() - ORIGIN);
            assertThat(read.get(i).end()).isEqualTo(slices.get(i).end() - ORIGIN);
        }
    }

    @Test
    void namesOfAnyKindComeBackAsTheyWere() throws IOException {
        List<String> hostile = List.of(
                "\"},{\"ph\":\"X\"", "\\", "</script>\u2028", "line\nbreak\u0000\u001b", "ä 日本 \uD83D\uDE00", "");
        for (String name : hostile) {
            byte[] json =
                    written(new Row(name, List.of(new Slice(name, name, ORIGIN, ORIGIN))), new Row("empty", List.of()));
            assertThat(TraceReader.read(json))
                    .containsOnlyKeys(name, "empty")
                    .containsEntry(name, List.of(new TraceReader.Slice(name, name, 0, 0)));
        }
    }

    @Test
    void aDiskThatIsFullIsAnIoError() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        assertThatIOException()
                .isThrownBy(() -> TraceFile.write(full, "p", List.of(new Row("a", List.of())), 0))
                .withMessage("No space left on device");
    }
}
