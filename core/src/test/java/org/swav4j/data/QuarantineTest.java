package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineTest {
    @TempDir
    private Path folder;

    @Test
    void keepsEachImageOnceSortedWithItsFirstReason() {
        Quarantine quarantine = new Quarantine("/data");
        quarantine.record("b.jpg", "first");
        quarantine.record("a.jpg", "empty");
        quarantine.record("b.jpg", "second");
        assertThat(quarantine.count()).isEqualTo(2);
        assertThat(quarantine.entries())
                .containsExactly(new Quarantine.Entry("a.jpg", "empty"), new Quarantine.Entry("b.jpg", "first"));
    }

    @Test
    void writesCsvThatQuotesWhatNeedsIt() throws IOException {
        Quarantine quarantine = new Quarantine("/data");
        Path file = folder.resolve("quarantine.csv");
        quarantine.flush(file);
        assertThat(file).doesNotExist();
        quarantine.record("a,\"b\".jpg", "the file is empty");
        quarantine.flush(file);
        quarantine.record("c\nd.jpg", "broken");
        quarantine.flush(file);
        assertThat(Files.readString(file)).isEqualTo("""
                source,entry,reason
                /data,"a,""b"".jpg",the file is empty
                /data,"c
                d.jpg",broken
                """);
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }
}
