package org.swav4j.runlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.ChildJvm;
import org.swav4j.format.HostName;

class RunLockTest {
    private static final String HOST = HostName.current();
    private static final long PID = ProcessHandle.current().pid();
    private static final RunLock.Locking NO_LOCKS = channel -> {
        throw new IOException("No locks available");
    };

    @TempDir
    Path folder;

    private RunDirectory run;

    @BeforeEach
    void createRun() throws IOException {
        run = RunDirectory.create(folder.resolve("run"));
        Files.writeString(run.provenance(), "{}");
    }

    @Test
    void saysWhoseItIsAndIsEmptyAndFreeAfterAnOrderlyEnd() throws IOException {
        assertThat(RunLock.holder(run)).isEmpty();
        assertThat(run.lock()).doesNotExist();
        for (int round = 0; round < 2; round++) {
            try (RunLock lock = RunLock.acquire(run)) {
                assertThat(lock.warning()).isEmpty();
                assertThat(run.lock()).content().matches(PID + " " + HOST + " 20[0-9-]{8}T[0-9:]{8}Z\n");
                assertThat(RunLock.holder(run)).hasValueSatisfying(holder -> {
                    assertThat(holder.pid()).isEqualTo(PID);
                    assertThat(holder.since()).isBetween(Instant.now().minusSeconds(60), Instant.now());
                });
            }
            assertThat(run.lock()).isEmptyFile();
            assertThat(RunLock.holder(run)).isEmpty();
        }
    }

    @Test
    void aSecondHolderInThisProcessIsRefusedAndDoesNotCostTheFirstItsLock() throws Exception {
        try (RunLock first = RunLock.acquire(run)) {
            Throwable[] refused = new Throwable[1];
            Thread other = new Thread(() -> {
                try (RunLock second = RunLock.acquire(RunDirectory.open(folder.resolve("run/../run")))) {
                    refused[0] = new AssertionError("two hold the lock: " + first + " and " + second);
                } catch (IOException e) {
                    refused[0] = e;
                }
            });
            other.start();
            other.join();
            assertThat(refused[0])
                    .isInstanceOf(RunDirectoryException.class)
                    .hasMessageContaining("run: is in use by process " + PID + " on " + HOST + " since 20");
            assertThat(RunLock.holder(run)).isPresent();

            ChildJvm.Result result = ChildJvm.run(folder, 60, List.of(), Holding.class, run.toString(), "0");

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains(": " + run + ": is in use by process " + PID + " on " + HOST);
        }
    }

    @Test
    void anotherProcessIsNamedAndItsLockEndsWithItHoweverItEnds() throws Exception {
        Process child = ChildJvm.start(folder, List.of(), Holding.class, run.toString(), "60");
        try {
            awaitHeld(child);
            assertThatThrownBy(() -> RunLock.acquire(run))
                    .isInstanceOf(RunDirectoryException.class)
                    .hasMessageStartingWith(run + ": is in use by process " + child.pid() + " on " + HOST + " since 20")
                    .hasMessageEndingWith("Z; wait until it has ended, stop it, or give another --out");
            assertThat(RunLock.holder(run))
                    .hasValueSatisfying(holder -> assertThat(holder.pid()).isEqualTo(child.pid()));
        } finally {
            // SIGKILL
            child.destroyForcibly().waitFor();
        }
        assertThat(run.lock()).content().startsWith(child.pid() + " ");
        assertThat(RunLock.holder(run)).isEmpty();
        try (RunLock lock = RunLock.acquire(run)) {
            assertThat(lock.warning()).isEmpty();
            assertThat(run.lock()).content().startsWith(PID + " ").hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "12",
                "1 a 2026-01-02T03:04:05Z",
                "0 a b\n",
                "99999999999999999999 a 2026-01-02T03:04:05Z\n",
                "1 a 2026-99-02T03:04:05Z\n",
                "\0\0\0",
                "-1 a 2026-01-02T03:04:05Z\n"
            })
    void anyContentCanBeTakenOverAndNamesNobody(String content) throws IOException {
        Files.writeString(run.lock(), content);
        assertThatThrownBy(() -> RunLock.acquire(run, channel -> null))
                .hasMessage(run + ": is in use by another process; wait until it has ended, stop it, or give another"
                        + " --out");
        assertThat(run.lock()).hasContent(content);
        Files.writeString(run.lock(), content + "y".repeat(5_000));
        RunLock.acquire(run, NO_LOCKS).close();
        Files.writeString(run.lock(), content);
        try (RunLock lock = RunLock.acquire(run)) {
            assertThat(lock.warning()).isEmpty();
            assertThat(run.lock()).content().startsWith(PID + " ");
        }
    }

    @Test
    void withoutLocksAProcessOfThisHostIsRespectedAndOneOfAnotherIsWarnedOf() throws Exception {
        ProcessHandle alive = ProcessHandle.current().parent().orElseThrow();
        Files.writeString(run.lock(), alive.pid() + " " + HOST + " " + Instant.now() + "\n");
        assertThatThrownBy(() -> RunLock.acquire(run, NO_LOCKS))
                .isInstanceOf(RunDirectoryException.class)
                .hasMessageContaining("is in use by process " + alive.pid() + " on " + HOST);

        // a number is given again to later processes, and in a container to this one
        Instant earlier = alive.info().startInstant().orElseThrow().minus(Duration.ofHours(1));
        assertTakenOver(alive.pid() + " " + HOST + " " + earlier, "make sure that no other machine trains in it");
        assertTakenOver(PID + " " + HOST + " " + Instant.now(), "make sure that no other machine trains in it");
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        assertTakenOver(dead.pid() + " " + HOST + " " + Instant.now(), "make sure that no other machine trains in it");
        assertTakenOver(
                "12 elsewhere 2026-01-02T03:04:05Z",
                "process 12 on elsewhere since 2026-01-02T03:04:05Z used last; make sure that it has ended");
    }

    private void assertTakenOver(String line, String warning) throws IOException {
        Files.writeString(run.lock(), line + "\n");
        try (RunLock lock = RunLock.acquire(run, NO_LOCKS)) {
            assertThat(lock.warning())
                    .hasValueSatisfying(text -> assertThat(text)
                            .startsWith(run + ": the file system has no locks")
                            .endsWith(warning));
            assertThat(run.lock()).content().startsWith(PID + " ");
        }
        assertThat(run.lock()).isEmptyFile();
    }

    @Test
    void waitsForSomebodyWhoOnlyAsks() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        RunLock.acquire(run, channel -> {
                    boolean free = asked.incrementAndGet() > 3;
                    return free ? channel.tryLock() : null;
                })
                .close();
        assertThat(asked).hasValue(4);
    }

    @Test
    void theFileThatIsLockedIsTheOneThatLiesThere() throws IOException {
        Files.writeString(run.lock(), "");
        AtomicInteger asked = new AtomicInteger();
        try (RunLock lock = RunLock.acquire(run, channel -> {
            FileLock locked = channel.tryLock();
            if (asked.incrementAndGet() == 1) {
                Files.delete(run.lock());
            }
            return locked;
        })) {
            assertThat(lock.warning()).isEmpty();
            assertThat(run.lock()).content().startsWith(PID + " ");
        }
    }

    @Test
    void whereNothingCanBeWrittenThatIsSaid() throws IOException {
        Files.createDirectory(run.lock());
        assertThatThrownBy(() -> RunLock.acquire(run))
                .isInstanceOf(RunDirectoryException.class)
                .hasMessageStartingWith(run + ": cannot be locked: ")
                .hasMessageContaining("this user must be able to write there, run.lock as well");
        Files.delete(run.lock());

        Files.setPosixFilePermissions(run.path(), PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            Assumptions.assumeFalse(Files.isWritable(run.path()), "root writes anywhere");
            assertThatThrownBy(() -> RunLock.acquire(run))
                    .hasMessage(run + ": cannot be locked: permission denied; this user must be able to write there,"
                            + " run.lock as well");
            assertThat(RunLock.holder(run)).isEmpty();
        } finally {
            Files.setPosixFilePermissions(run.path(), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private void awaitHeld(Process child) throws IOException, InterruptedException {
        Instant end = Instant.now().plusSeconds(30);
        while (!Files.readString(folder.resolve(ChildJvm.OUT)).contains("held")) {
            assertThat(child.isAlive() && Instant.now().isBefore(end))
                    .as(Files.readString(folder.resolve(ChildJvm.ERR)))
                    .isTrue();
            Thread.sleep(20);
        }
    }

    /** Holds the lock of a directory for some seconds. */
    static final class Holding {
        private Holding() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            try (RunLock lock = RunLock.acquire(RunDirectory.open(Path.of(arguments[0])))) {
                System.out.println("held" + lock.warning().orElse(""));
                Thread.sleep(1_000L * Integer.parseInt(arguments[1]));
            }
        }
    }
}
