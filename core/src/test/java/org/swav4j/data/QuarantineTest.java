package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineTest {
    @TempDir
    private Path folder;

    private final Quarantine quarantine = new Quarantine("/data");

    @Test
    void keepsEachImageOnceSortedWithItsFirstReason() {
        quarantine.record("b.jpg", "first");
        quarantine.record("a.jpg", "empty");
        quarantine.record("b.jpg", "second");
        assertThat(quarantine.count()).isEqualTo(2);
        assertThat(quarantine.entries())
                .containsExactly(
                        new Quarantine.Entry("/data", "a.jpg", "empty", Quarantine.NO_STEP),
                        new Quarantine.Entry("/data", "b.jpg", "first", Quarantine.NO_STEP));
    }

    /** Workers run ahead of each other: the list must not depend on which of them came first. */
    @Test
    void theFirstStepStaysInWhateverOrderStepsCome() {
        for (long[] order : new long[][] {{7, 3, 900}, {900, 3, 7}, {3, Quarantine.NO_STEP}, {Quarantine.NO_STEP, 3}}) {
            Quarantine each = new Quarantine("/data");
            for (long step : order) {
                each.record("a.jpg", "seen at " + step, step);
            }
            assertThat(each.entries()).containsExactly(new Quarantine.Entry("/data", "a.jpg", "seen at 3", 3));
        }
    }

    @Test
    void writesCsvThatQuotesWhatNeedsIt() throws IOException {
        Path file = folder.resolve("quarantine.csv");
        quarantine.flush(file);
        assertThat(file).doesNotExist();
        quarantine.record("a,\"b\".jpg", "the file is empty", 12);
        quarantine.flush(file);
        quarantine.record("c\nd.jpg", "broken");
        quarantine.flush(file);
        assertThat(Files.readString(file)).isEqualTo("""
                source,entry,reason,step
                /data,"a,""b"".jpg",the file is empty,12
                /data,"c
                d.jpg",broken,
                """);
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void namesInAnyEncodingAreWrittenAndReadBack() throws IOException {
        Path file = folder.resolve("quarantine.csv");
        List<String> names = List.of("", " ,\r\n\"\"", "\u0416\u96EA.jpg", "\uD83D\uDC31.jpg", "a\tb\u0000.jpg");
        for (String name : names) {
            quarantine.record(name, "broken", 5);
        }
        quarantine.record("half \uD83D.jpg", "of a character", 5);
        quarantine.flush(file);
        Quarantine again = new Quarantine("/data");
        again.restore(file);
        assertThat(again.entries())
                .extracting(Quarantine.Entry::name)
                .containsAll(names)
                .contains("half ?.jpg");
    }

    @Test
    void aResumedRunKeepsItsListAndMergesIntoIt() throws IOException {
        Path file = folder.resolve("quarantine.csv");
        quarantine.record("a.jpg", "empty", 4);
        quarantine.record("b.jpg", "cut off", 9);
        quarantine.flush(file);
        Quarantine resumed = new Quarantine("/data");
        resumed.restore(file);
        resumed.record("b.jpg", "cut off", 12);
        resumed.record("c.jpg", "gone", 13);
        resumed.flush(file);
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "source,entry,reason,step",
                        "/data,a.jpg,empty,4",
                        "/data,b.jpg,cut off,9",
                        "/data,c.jpg,gone,13");
        Quarantine elsewhere = new Quarantine("/moved");
        elsewhere.restore(file);
        assertThat(elsewhere.count()).isZero();
        assertThat(elsewhere.entries()).hasSize(3);
    }

    @Test
    void aDamagedListIsSetAside() throws IOException {
        Path file = folder.resolve("quarantine.csv");
        quarantine.restore(file);
        String head = "source,entry,reason,step\n";
        for (String damaged : List.of(
                "", "hello", head + "a,b,c", head + "a,b,c,x", head + "\"a,b,c,1", head + "a\"b,b,c,1\n", "\u0000")) {
            Files.writeString(file, damaged);
            assertThatExceptionOfType(DataException.class)
                    .as(damaged)
                    .isThrownBy(() -> quarantine.restore(file))
                    .withMessageStartingWith(file + ": is not a list of unreadable images (")
                    .withMessageEndingWith("the old one is now quarantine.csv.damaged");
            assertThat(file).doesNotExist();
            assertThat(folder.resolve("quarantine.csv.damaged")).hasContent(damaged);
        }
        Files.write(file, new byte[] {-1, -2, 0});
        assertThatExceptionOfType(DataException.class).isThrownBy(() -> quarantine.restore(file));
        assertThat(quarantine.entries()).isEmpty();
    }
}
