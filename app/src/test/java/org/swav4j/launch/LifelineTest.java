package org.swav4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LifelineTest {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Test
    void signalsGoToWhoReceivesThemAndTheEndIsNoticed() throws Exception {
        PipedInputStream pipe = new PipedInputStream();
        try (PipedOutputStream launcher = new PipedOutputStream(pipe)) {
            Lifeline lifeline = Lifeline.watch(pipe, name -> heard.add("nobody: " + name), () -> heard.add("cut"));
            say(launcher, "INT");
            assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("nobody: INT");
            lifeline.receive(heard::add);
            say(launcher, "USR1");
            assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("USR1");
            lifeline.release();
            say(launcher, "TERM");
            assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("nobody: TERM");
        }
        assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo("cut");
    }

    private static void say(PipedOutputStream launcher, String name) throws Exception {
        launcher.write((name + "\n").getBytes(StandardCharsets.US_ASCII));
        launcher.flush();
    }
}
