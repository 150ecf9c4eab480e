package org.swav4j.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperationLogTest {
    private static String event(String name, String start, String duration, String thread) {
        return """

                {
                  "name": "%s",
                  "ph": "X",
                  "ts": %s,
                  "dur": %s,
                  "tid": %s,
                  "pid": "CPU Functions",
                  "args": {}
                }""".formatted(name, start, duration, thread);
    }

    private static List<OperationLog.Entry> read(String text) throws IOException, ProfilerException {
        return OperationLog.read(new BufferedReader(new StringReader(text)));
    }

    @Test
    void readsWhatLibtorchWrites() throws Exception {
        String text = "[\n" + event("aten::empty", "13176.863000", "15.322000", "1") + ",\n"
                + event("aten::conv2d", "12922.266000", "79323.363000", "2") + "]\n";
        assertThat(read(text))
                .containsExactly(
                        new OperationLog.Entry("aten::empty", 1, 13176.863, 15.322),
                        new OperationLog.Entry("aten::conv2d", 2, 12922.266, 79323.363));
        assertThat(read("[\n]\n")).isEmpty();
    }

    /** Where the process's locale has a comma, C++ writes one. */
    @Test
    void decimalCommasAreUnderstood() throws Exception {
        assertThat(read("[\n" + event("aten::add", "12,500000", "1,250000", "1") + "]\n"))
                .containsExactly(new OperationLog.Entry("aten::add", 1, 12.5, 1.25));
    }

    @Test
    void namesAreNotEscapedAndTakenAsTheyStand() throws Exception {
        assertThat(read("[\n" + event("a \"b\", \\ {c}", "1.0", "2.0", "1") + "]\n"))
                .extracting(OperationLog.Entry::name)
                .containsExactly("a \"b\", \\ {c}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nan", "-1.0", "x", "1e999999999999x", ""})
    void anEntryWithoutATimeIsLeftOut(String time) throws Exception {
        String text = "[\n" + event("bad", time, "1.0", "1") + ",\n" + event("good", "1.0", "1.0", "1") + "]\n";
        assertThat(read(text)).extracting(OperationLog.Entry::name).containsExactly("good");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[\n", "[\n\n{\n  \"name\": \"aten::add\",\n  \"ph\": \"X\",\n  \"ts\": 1"})
    void aRecordThatIsCutOffIsRefused(String text) {
        assertThatExceptionOfType(ProfilerException.class)
                .isThrownBy(() -> read(text))
                .withMessageContaining("cut off");
    }
}
