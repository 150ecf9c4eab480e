package org.swav4j.dataset.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.swav4j.dataset.pack.PackerTest.AS_THEY_ARE;
import static org.swav4j.dataset.pack.PackerTest.SMALLER;
import static org.swav4j.dataset.pack.PackerTest.assertSameFiles;
import static org.swav4j.dataset.pack.PackerTest.pack;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;

/** A packing that was cut off goes on to the same bytes as one that was not. */
class PackResumeTest {
    private static final int COUNT = 60;

    @TempDir
    private Path directory;

    private Pictures pictures;
    private Path whole;
    private Path parts;

    @BeforeEach
    void packWhole() {
        pictures = Pictures.drawn(COUNT, 0, 20, 21, 57);
        whole = directory.resolve("whole");
        parts = directory.resolve("parts");
        pack(pictures, SMALLER, whole);
    }

    /** Stops when it is asked for the {@code n}th time. */
    private PackResult packUntil(int n) {
        AtomicInteger asked = new AtomicInteger();
        return pack(pictures, SMALLER, parts, () -> asked.incrementAndGet() >= n);
    }

    @Test
    void stoppedAtAnyImage() throws IOException {
        for (int at = 1; at <= COUNT; at += 4) {
            parts = directory.resolve("parts" + at);
            PackResult stopped = packUntil(at);
            assertThat(stopped.complete()).isFalse();
            PackResult rest = pack(pictures, SMALLER, parts);
            assertThat(rest.complete()).isTrue();
            assertThat(rest.images()).isEqualTo(COUNT - 4);
            assertThat(rest.imagesNow()).isEqualTo(COUNT - 4 - stopped.images());
            assertSameFiles(parts, whole);
        }
    }

    /** Every call goes on for as long as one shard needs, and no further. */
    @Test
    void stoppedAgainAndAgain() throws IOException {
        int calls = 1;
        for (PackResult result = packUntil(25); !result.complete(); result = packUntil(25)) {
            assertThat(++calls).isLessThan(20);
        }
        assertThat(calls).isGreaterThan(2);
        assertSameFiles(parts, whole);
    }

    /** What is on disk after a kill between any two of: temporary file, rename, quarantine.csv, pack.json. */
    @Test
    void killedBetweenAnyTwoFiles() throws IOException {
        PackRecord end = PackRecord.read(whole).orElseThrow();
        for (int noted = 0; noted < end.shards().size(); noted++) {
            for (boolean renamed : new boolean[] {false, true}) {
                Path killed = Files.createDirectory(directory.resolve("killed" + noted + renamed));
                PackRecord record = PackRecord.begun(
                        end.source(), end.fingerprint(), end.images(), end.settings(), end.classesSha256());
                for (PackRecord.Shard shard : end.shards().subList(0, noted)) {
                    int first = shard.first();
                    record = record.with(
                            shard,
                            end.broken().stream()
                                    .filter(b -> b.place() >= first && b.place() < shard.end())
                                    .toList());
                    Files.copy(whole.resolve(shard.name()), killed.resolve(shard.name()));
                }
                record.save(killed);
                String next = PackRecord.shardName(noted);
                byte[] bytes = Files.readAllBytes(whole.resolve(next));
                if (renamed) {
                    Files.write(killed.resolve(next), bytes);
                    Files.copy(whole.resolve("quarantine.csv"), killed.resolve("quarantine.csv"));
                } else {
                    Files.write(killed.resolve("." + next + ".0a-1.tmp"), Arrays.copyOf(bytes, 700));
                    Files.writeString(killed.resolve(".pack.json.0a-2.tmp"), "{");
                    Files.writeString(killed.resolve(".pack.lock"), "");
                }
                assertThat(pack(pictures, SMALLER, killed).complete()).isTrue();
                assertSameFiles(killed, whole);
            }
        }
    }

    @Test
    void killedBeforeItsFirstRecord() throws IOException {
        Files.createDirectories(parts);
        Files.writeString(parts.resolve(".pack.lock"), "");
        Files.writeString(parts.resolve(".pack.json.0a-2.tmp"), "{");
        assertThat(pack(pictures, SMALLER, parts).complete()).isTrue();
        assertSameFiles(parts, whole);
    }

    @Test
    void aMissingAndAShortenedShardAreWrittenAgainAndNoOther() throws IOException {
        pack(pictures, SMALLER, parts);
        Files.delete(parts.resolve("shard-000000.tar"));
        try (RandomAccessFile file =
                new RandomAccessFile(parts.resolve("shard-000002.tar").toFile(), "rw")) {
            file.setLength(1024);
        }
        List<String> again = new ArrayList<>();
        PackListener listener = new PackListener() {
            @Override
            public void again(String name, String why) {
                again.add(name + " " + why);
            }
        };
        PackResult result = new Packer(pictures, "pictures", SMALLER, 2, listener, () -> false).pack(parts);
        assertThat(again)
                .containsExactly(
                        "shard-000000.tar is missing", "shard-000002.tar has another length than it was written with");
        assertThat(result.imagesNow()).isLessThan(COUNT - 4);
        assertSameFiles(parts, whole);
        assertThat(pack(pictures, SMALLER, parts).imagesNow()).isZero();
    }

    @Test
    void aShardWhoseImagesHaveChangedIsNotWrittenAgain() throws IOException {
        pack(pictures, SMALLER, parts);
        Files.delete(parts.resolve("shard-000001.tar"));
        for (int i = 0; i < COUNT; i++) {
            pictures.replace(i, pictures.read((i / 25 * 25 + 5) % COUNT));
        }
        assertThatThrownBy(() -> pack(pictures, SMALLER, parts))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("shard-000001.tar: cannot be written again as it was");
    }

    @Test
    void aFolderThatCannotBeWrittenKeepsWhatIsDoneAndGoesOn() throws IOException {
        Path obstacle = parts.resolve("shard-000001.tar/in-the-way");
        Files.createDirectories(parts);
        Files.copy(whole.resolve("pack.json"), parts.resolve("pack.json"));
        PackRecord end = PackRecord.read(whole).orElseThrow();
        PackRecord.begun(end.source(), end.fingerprint(), end.images(), end.settings(), end.classesSha256())
                .save(parts);
        Files.createDirectories(obstacle);
        assertThatThrownBy(() -> pack(pictures, SMALLER, parts))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(parts + ": ")
                .hasMessageMatching(
                        "(?s).*; what is done stays \\([1-9]\\d* of 60 images\\), and the same command goes on");
        Files.delete(obstacle);
        Files.delete(obstacle.getParent());
        pack(pictures, SMALLER, parts);
        assertSameFiles(parts, whole);
    }

    @Test
    void twoAtATimeAreRefused() throws IOException {
        Files.createDirectories(parts);
        try (FileChannel lock =
                FileChannel.open(parts.resolve(".pack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(lock.tryLock()).isNotNull();
            assertThatThrownBy(() -> pack(pictures, SMALLER, parts))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("another process is packing into it");
        }
        assertThat(pack(pictures, SMALLER, parts).complete()).isTrue();
    }

    @Test
    void aDamagedRecordAndOneOfANewerFormatAreRefused() throws IOException {
        Files.createDirectories(parts);
        String json = Files.readString(whole.resolve("pack.json"));
        Path record = parts.resolve("pack.json");
        for (String damaged : List.of("", "{", "[]", json.replaceFirst("\"end\" : \\d+", "\"end\" : 0"))) {
            Files.writeString(record, damaged);
            assertThatThrownBy(() -> pack(pictures, SMALLER, parts))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("pack.json: is damaged");
        }
        Files.writeString(record, json.replaceFirst("\"format\" : 1", "\"format\" : 2"));
        assertThatThrownBy(() -> pack(pictures, SMALLER, parts)).hasMessageContaining("use a newer swav4j");
        Files.copy(whole.resolve("pack.json"), record, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> pack(pictures, AS_THEY_ARE, parts)).hasMessageContaining("was packed with");
    }
}
