package org.swav4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinesTest {
    private final List<String> lines = new ArrayList<>();
    private final Lines taker = new Lines(lines::add);

    private void take(String... parts) {
        for (String part : parts) {
            taker.take(part.toCharArray(), part.length());
        }
    }

    @Test
    void linesMayComeInParts() {
        take("one\ntw", "o\r", "\n\nthree");
        assertThat(lines).containsExactly("one", "two", "");
        taker.flush();
        taker.flush();
        assertThat(lines).endsWith("", "three").hasSize(4);
    }

    /** As {@code cli.ProgressLine} writes on a terminal. */
    @Test
    void whatIsWrittenOverIsGone() {
        take("\r\u001b[K\u001b[?7lstep 1\u001b[?7h", "\r\u001b[K\u001b[?7lstep 2\u001b[?7h");
        take("\r\u001b[Kwarning: hot\n");
        assertThat(lines).containsExactly("warning: hot");
        take("\r\u001b[K\u001b[?7lstep 3\u001b[?7h\n");
        assertThat(lines).endsWith("step 3");
    }

    @Test
    void aLineWithoutEndIsCut() {
        take("x".repeat(100_000));
        assertThat(lines).hasSize(6).allMatch(line -> line.length() == 1 << 14);
    }
}
