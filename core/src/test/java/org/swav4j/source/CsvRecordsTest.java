package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.swav4j.data.DataException;

class CsvRecordsTest {
    @Test
    void readsFieldsAsTheyAre() throws IOException {
        assertThat(records("a,b\nc, d ,\n,\n")).containsExactly("1[a|b]", "2[c| d |]", "3[|]");
        assertThat(records("a,b\r\nc,d")).containsExactly("1[a|b]", "2[c|d]");
        assertThat(records("a\rb\r\r\nc\n\n\nd")).containsExactly("1[a]", "2[b]", "4[c]", "7[d]");
        assertThat(records("")).isEmpty();
        assertThat(records("\n\r\n")).isEmpty();
    }

    @Test
    void readsQuotedFields() throws IOException {
        assertThat(records("\"a,b\",\"say \"\"hi\"\"\"\n\"\",x")).containsExactly("1[a,b|say \"hi\"]", "2[|x]");
        assertThat(records("\"two\r\nlines\",1\nnext,2")).containsExactly("1[two\nlines|1]", "3[next|2]");
        assertThat(records("in\"side,\"end\"")).containsExactly("1[in\"side|end]");
    }

    @Test
    void saysInWhichLineAQuoteIsWrong() {
        refused("a\n\"b\" c\n", "list.csv:2: text after a closing quote; inside quotes \" is written \"\"");
        refused("a\nb,\"c\nd\n", "list.csv:2: a quote that is never closed");
        refused("a\n" + "x".repeat(30), "list.csv:2: longer than any path; is a quote left open?");
        refused("a\n" + ",".repeat(30), "list.csv:2: longer than any path; is a quote left open?");
    }

    private static void refused(String text, String message) {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> records(text))
                .withMessage(message);
    }

    private static List<String> records(String text) throws IOException {
        CsvRecords records = new CsvRecords(Path.of("list.csv"), new StringReader(text), 20);
        List<String> all = new ArrayList<>();
        for (List<String> record = records.next(); record != null; record = records.next()) {
            all.add(records.line() + "[" + String.join("|", record) + "]");
        }
        return all;
    }
}
