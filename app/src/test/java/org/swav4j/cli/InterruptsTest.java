package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import sun.misc.Signal;

class InterruptsTest {
    @Test
    void theFirstSignalAsksAndTheSecondEnds() throws Exception {
        StringWriter err = new StringWriter();
        CompletableFuture<Integer> halted = new CompletableFuture<>();
        try (Interrupts interrupts = Interrupts.install(new PrintWriter(err), halted::complete)) {
            assertThat(interrupts.getAsBoolean()).isFalse();

            Signal.raise(new Signal("INT"));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (!interrupts.getAsBoolean() && System.nanoTime() < deadline) {
                Thread.sleep(5);
            }
            assertThat(interrupts.getAsBoolean()).isTrue();
            assertThat(halted).isNotDone();

            Signal.raise(new Signal("TERM"));
            assertThat(halted.get(5, TimeUnit.SECONDS)).isEqualTo(ExitCode.PREEMPTED);
            assertThat(err.toString()).contains("finishing this step and saving");
        }
    }
}
