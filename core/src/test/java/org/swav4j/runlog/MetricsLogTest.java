package org.swav4j.runlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.format.EventFileReader;
import org.swav4j.format.EventFileReader.Event;
import org.swav4j.format.FormatException;

class MetricsLogTest {
    @TempDir
    Path folder;

    private RunDirectory run;

    @BeforeEach
    void createRun() throws IOException {
        run = RunDirectory.create(folder.resolve("run"));
    }

    @Test
    void writesOneLinePerRowThatReadersSeeAtOnce() throws IOException {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("loss", 5.25);
        row.put("lr", 0.1f);
        row.put("images", 4_294_967_296L);
        row.put("note", "größe \"x\"\n");
        row.put("frozen", true);
        row.put("knn", null);
        row.put("step", 3);
        try (MetricsLog log = MetricsLog.create(run, message -> {})) {
            log.write(row);
            log.write(Map.of("step", 4L));

            assertThat(run.metrics())
                    .hasContent("{\"step\":3,\"loss\":5.25,\"lr\":0.1,\"images\":4294967296,"
                            + "\"note\":\"größe \\\"x\\\"\\n\",\"frozen\":true,\"knn\":null}\n"
                            + "{\"step\":4}\n");
            assertThat(MetricsReader.read(run.metrics()).get(0))
                    .containsExactly(
                            entry("step", 3L),
                            entry("loss", 5.25),
                            entry("lr", 0.1),
                            entry("images", 4_294_967_296L),
                            entry("note", "größe \"x\"\n"),
                            entry("frozen", true),
                            entry("knn", null));
            assertThat(scalars()).containsExactly("3 loss 5.25", "3 lr 0.1", "3 images 4.2949673E9");
        }
    }

    @Test
    void writesNullWhereJsonHasNoNumber() throws IOException {
        try (MetricsLog log = MetricsLog.create(run, message -> {})) {
            log.write(row(1, "loss", Double.NaN, "norm", Float.POSITIVE_INFINITY, "x", Double.NEGATIVE_INFINITY));
        }
        assertThat(run.metrics()).hasContent("{\"step\":1,\"loss\":null,\"norm\":null,\"x\":null}\n");
        assertThat(scalars()).containsExactly("1 loss NaN", "1 norm Infinity", "1 x -Infinity");
    }

    @Test
    void refusesRowsItCannotWriteAndWritesNothingOfThem() throws IOException {
        try (MetricsLog log = MetricsLog.create(run, message -> {})) {
            assertThatThrownBy(() -> log.write(Map.of("loss", 1.0)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'step' must be an integer >= 0, found null");
            assertThatThrownBy(() -> log.write(Map.of("step", 1.0))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.write(Map.of("step", -1))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.write(row(1, "list", List.of(1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'list' must be Integer, Long");
            assertThatThrownBy(() -> log.write(row(1, "text", "x".repeat(1 << 20))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most 1048576 are allowed");
        }
        assertThat(run.metrics()).isEmptyFile();
        assertThat(scalars()).isEmpty();
    }

    @Test
    void doesNotStartOverOnARunThatHasMetrics() throws IOException {
        MetricsLog.create(run, message -> {}).close();
        assertThatThrownBy(() -> MetricsLog.create(run, message -> {})).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void resumingRemovesLaterRowsAndGoesOn() throws IOException {
        try (MetricsLog log = MetricsLog.create(run, message -> {})) {
            log.write(row(1, "loss", 4.0));
            log.write(row(2, "loss", 3.0));
            log.write(row(2, "knn", 0.5));
            log.write(row(3, "loss", 9.0));
        }
        Files.writeString(run.metrics(), "{\"step\":4,\"lo", StandardOpenOption.APPEND);

        try (MetricsLog log = MetricsLog.openForResume(run, 2, message -> {})) {
            log.write(row(3, "loss", 2.0));
        }

        assertThat(run.metrics()).hasContent("""
                        {"step":1,"loss":4.0}
                        {"step":2,"loss":3.0}
                        {"step":2,"knn":0.5}
                        {"step":3,"loss":2.0}
                        """);
        List<Event> events = events();
        assertThat(events)
                .filteredOn(Event::restart)
                .singleElement()
                .satisfies(restart -> assertThat(restart.step()).isEqualTo(3));
        assertThat(scalars()).endsWith("3 loss 9.0", "3 loss 2.0");
    }

    @Test
    void resumingWorksAfterBeingKilledAtAnyByte() throws IOException {
        String whole = "{\"step\":1,\"loss\":4.0}\n{\"step\":2,\"loss\":3.0}\n";
        byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length <= bytes.length; length++) {
            Files.write(run.metrics(), Arrays.copyOf(bytes, length));
            List<Map<String, Object>> before = MetricsReader.read(run.metrics());
            try (MetricsLog log = MetricsLog.openForResume(run, 2, message -> {})) {
                log.write(row(3, "loss", 2.0));
            }
            // a row is complete with its closing brace, the line feed may be missing
            assertThat(before).hasSize(length < 21 ? 0 : length < 43 ? 1 : 2);
            List<Map<String, Object>> expected = new ArrayList<>(before);
            expected.add(Map.of("step", 3L, "loss", 2.0));
            assertThat(MetricsReader.read(run.metrics())).isEqualTo(expected);
        }
    }

    @Test
    void resumingWithoutMetricsStartsThem() throws IOException {
        try (MetricsLog log = MetricsLog.openForResume(run, 0, message -> {})) {
            log.write(row(1, "loss", 2.0));
        }
        assertThat(MetricsReader.read(run.metrics())).containsExactly(Map.of("step", 1L, "loss", 2.0));
    }

    @Test
    void aBrokenLineInTheMiddleIsNamedAndResumingGoesOnBeforeIt() throws IOException {
        for (String broken :
                new String[] {"{\"step\":", "[1]", "null", "", "{\"a\":1,\"a\":2}", "{}{}", "{\"a\":NaN}"}) {
            String content = "{\"step\":1}\n" + broken + "\n{\"step\":2}\n";
            Files.writeString(run.metrics(), content);
            assertThatThrownBy(() -> MetricsReader.read(run.metrics()))
                    .as(broken)
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(run.metrics() + ": line 2 is not a JSON object");
            List<String> told = new ArrayList<>();
            MetricsLog.openForResume(run, 9, told::add).close();
            assertThat(told)
                    .singleElement()
                    .asString()
                    .startsWith(run.metrics() + ": line 2 is not a JSON object")
                    .endsWith("; the rows from there on are lost, the run is not");
            assertThat(run.metrics()).hasContent("{\"step\":1}\n");
        }
    }

    @Test
    void rowsThatDoNotFitOnTheDiskAreKeptAndWrittenFirstWhenTheyDo() throws IOException {
        FullDisk disk = new FullDisk(run.metrics());
        List<String> warnings = new ArrayList<>();
        try (MetricsLog log = new MetricsLog(run, warnings::add, new LineAppender(disk.open(), disk))) {
            log.write(row(1, "loss", 4.0));
            assertThat(warnings).isEmpty();
            disk.room = 7;
            log.write(row(2, "loss", 3.0));
            log.write(row(3, "loss", 2.5));
            log.write(row(3, "knn", 0.5));
            assertThat(run.metrics()).hasContent("{\"step\":1,\"loss\":4.0}\n");
            assertThat(warnings)
                    .containsExactly(run.metrics() + ": cannot be written: No space left on device; its rows are kept"
                            + " until it can be, at most 10000");

            // what fits is written even if the rest does not
            disk.room = 22 + 3;
            log.write(row(4, "loss", 2.0));
            assertThat(run.metrics()).hasContent("{\"step\":1,\"loss\":4.0}\n{\"step\":2,\"loss\":3.0}\n");
            disk.room = 1_000;
            log.write(row(5, "loss", 1.0));
            assertThat(warnings).hasSize(2);
            assertThat(warnings.get(1)).isEqualTo(run.metrics() + ": can be written again; no row is lost");
        }
        assertThat(warnings).hasSize(2);
        assertThat(run.metrics()).hasContent("""
                {"step":1,"loss":4.0}
                {"step":2,"loss":3.0}
                {"step":3,"loss":2.5}
                {"step":3,"knn":0.5}
                {"step":4,"loss":2.0}
                {"step":5,"loss":1.0}
                """);
        assertThat(scalars()).containsExactly("1 loss 4.0", "5 loss 1.0");
    }

    @Test
    void halfALineThatCannotBeTakenBackAtOnceIsBeforeTheNextIsWritten() throws IOException {
        FullDisk disk = new FullDisk(run.metrics());
        try (MetricsLog log = new MetricsLog(run, message -> {}, new LineAppender(disk.open(), disk))) {
            log.write(row(1));
            disk.room = 5;
            disk.truncates = false;
            log.write(row(2));
            log.write(row(3));
            assertThat(run.metrics()).hasContent("{\"step\":1}\n{\"ste");
            assertThat(MetricsReader.read(run.metrics())).hasSize(1);
            disk.truncates = true;
            disk.room = 100;
            log.write(row(4));
        }
        assertThat(run.metrics()).hasContent("{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"step\":4}\n");
    }

    @Test
    void ofTooManyRowsTheNewestAreKeptAndTheOthersCounted() throws IOException {
        FullDisk disk = new FullDisk(run.metrics());
        List<String> warnings = new ArrayList<>();
        try (MetricsLog log = new MetricsLog(run, warnings::add, new LineAppender(disk.open(), disk))) {
            disk.room = 0;
            for (int step = 1; step <= 10_002; step++) {
                log.write(row(step));
            }
            disk.room = 1 << 20;
            log.write(row(10_003));
        }
        assertThat(MetricsReader.read(run.metrics()))
                .hasSize(10_000)
                .startsWith(Map.of("step", 4L))
                .endsWith(Map.of("step", 10_003L));
        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(1)).endsWith(": can be written again; 3 rows are lost");
    }

    @Test
    void closingTriesOnceMoreAndSaysWhatIsLost() throws IOException {
        FullDisk disk = new FullDisk(run.metrics());
        MetricsLog luckless = new MetricsLog(run, message -> {}, new LineAppender(disk.open(), disk));
        disk.room = 3;
        luckless.write(row(1));
        luckless.write(row(2));
        assertThatThrownBy(luckless::close)
                .isInstanceOf(IOException.class)
                .hasMessage(run.metrics() + ": 2 rows cannot be written: No space left on device");
        assertThat(run.metrics()).isEmptyFile();

        MetricsLog lucky = new MetricsLog(run, message -> {}, new LineAppender(disk.open(), disk));
        disk.room = 0;
        lucky.write(row(3));
        disk.room = 100;
        lucky.close();
        assertThat(run.metrics()).hasContent("{\"step\":3}\n");
    }

    @Test
    void aRealDeviceThatIsFullIsGotOver() throws IOException {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.isWritable(full), "needs Linux's /dev/full");
        List<String> warnings = new ArrayList<>();
        LineAppender lines = new LineAppender(
                FileChannel.open(full, StandardOpenOption.WRITE),
                () -> FileChannel.open(run.metrics(), StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        try (MetricsLog log = new MetricsLog(run, warnings::add, lines)) {
            log.write(row(1));
            assertThat(warnings).singleElement().asString().contains(": cannot be written: No space left on device;");
            log.write(row(2));
        }
        assertThat(run.metrics()).hasContent("{\"step\":1}\n{\"step\":2}\n");
    }

    @Test
    void whatCannotGoToTheEventFileIsLeftOutAndTheRestGoesToANewOne() throws IOException {
        ScalarEvents events = new ScalarEvents(run.tensorboard());
        events.write(1, row(1, "loss", 4.0));
        // its file cannot be written any more
        events.close();
        events.write(2, row(2, "loss", 3.0));
        assertThat(events.trouble()).isPresent();
        events.write(3, row(3, "loss", 2.0));
        assertThat(events.trouble()).isEmpty();
        events.close();
        assertThat(scalars()).containsExactly("1 loss 4.0", "3 loss 2.0");
    }

    @Test
    void anotherThreadMayForceRowsToTheDiskAndBeInterrupted() throws Exception {
        try (MetricsLog log = MetricsLog.create(run, message -> {})) {
            log.write(row(1));
            log.sync();
            Throwable[] thrown = new Throwable[1];
            Thread other = new Thread(() -> {
                Thread.currentThread().interrupt();
                try {
                    log.sync();
                } catch (IOException e) {
                    thrown[0] = e;
                }
            });
            other.start();
            other.join();
            assertThat(thrown[0]).isInstanceOf(ClosedByInterruptException.class);
            log.write(row(2));
            log.sync();
        }
        assertThat(run.metrics()).hasContent("{\"step\":1}\n{\"step\":2}\n");
    }

    @Test
    void aLineWithoutEndIsRefused() throws IOException {
        Files.writeString(run.metrics(), "[".repeat((1 << 20) + 1));
        assertThatThrownBy(() -> MetricsReader.read(run.metrics()))
                .isInstanceOf(FormatException.class)
                .hasMessage(run.metrics() + ": a line is longer than 1048576 bytes");
    }

    private static Map<String, Object> row(int step, Object... keysAndValues) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("step", step);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            row.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return row;
    }

    private List<Event> events() throws IOException {
        List<Event> events = new ArrayList<>();
        try (Stream<Path> files = Files.list(run.tensorboard())) {
            for (Path file : files.sorted().toList()) {
                events.addAll(EventFileReader.read(file));
            }
        }
        return events;
    }

    private List<String> scalars() throws IOException {
        return events().stream()
                .flatMap(event -> event.scalars().stream()
                        .map(scalar -> event.step() + " " + scalar.tag() + " " + scalar.value()))
                .toList();
    }
}
