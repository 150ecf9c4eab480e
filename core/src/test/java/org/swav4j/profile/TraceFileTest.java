package org.swav4j.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
                .contains("\"ts\":0.001,\"dur\":12345.677,\"pid\":1,\"tid\":1");
        assertThat(TraceReader.read(json))
                .isEqualTo(Map.of("a", List.of(new TraceReader.Slice("x", "c", 1, 12_345_678))));
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
