package org.swav4j.dataset.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.swav4j.dataset.pack.PackerTest.AS_THEY_ARE;
import static org.swav4j.dataset.pack.PackerTest.pack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;

class PackVerificationTest {
    @TempDir
    private Path folder;

    private PackResult packed;

    @BeforeEach
    void packSome() {
        packed = pack(Pictures.drawn(40), AS_THEY_ARE, folder);
    }

    private PackVerification verify() {
        return PackVerification.of(folder, PackListener.SILENT, () -> false);
    }

    @Test
    void whatWasWrittenIsInOrder() {
        PackVerification found = verify();
        assertThat(found.problems()).isEmpty();
        assertThat(found.complete()).isTrue();
        assertThat(found.images()).isEqualTo(40);
        assertThat(found.shards()).isEqualTo(packed.shards());
        assertThat(found.bytes()).isEqualTo(packed.shardBytes());
    }

    /** In a header, in an image, in the padding behind it, and in the zeros at the end. */
    @Test
    void aFlippedByteIsFoundWhereverItIs() throws IOException {
        Path shard = folder.resolve("shard-000001.tar");
        byte[] bytes = Files.readAllBytes(shard);
        for (int at : new int[] {0, 3, 124, 130, 156, 260, 512, 600, 1023, bytes.length / 2, bytes.length - 1}) {
            byte[] flipped = bytes.clone();
            flipped[at] ^= 0x15;
            Files.write(shard, flipped);
            assertThat(verify().problems())
                    .as("byte %d", at)
                    .singleElement()
                    .asString()
                    .startsWith(shard + ": is damaged");
        }
    }

    @Test
    void everyDamagedFileIsNamed() throws IOException {
        Path shortened = folder.resolve("shard-000000.tar");
        byte[] bytes = Files.readAllBytes(shortened);
        Files.write(shortened, Arrays.copyOf(bytes, bytes.length - 512));
        Files.delete(folder.resolve("shard-000001.tar"));
        Files.writeString(folder.resolve("classes.txt"), "dog\ncat\n");
        Files.writeString(folder.resolve("shard-000099.tar"), "");
        PackVerification found = verify();
        assertThat(found.problems())
                .containsExactlyInAnyOrder(
                        String.format(
                                "%s: has %,d bytes, and %,d were written", shortened, bytes.length - 512, bytes.length),
                        folder.resolve("shard-000001.tar") + ": is missing",
                        folder.resolve("classes.txt") + ": is not what was written",
                        folder.resolve("shard-000099.tar") + ": does not belong to this packing");
        assertThat(found.shards()).isEqualTo(packed.shards() - 2);
    }

    @Test
    void aPackingThatWasNotFinishedIsSaidToBe() {
        Path parts = folder.resolve("parts");
        AtomicInteger asked = new AtomicInteger();
        pack(Pictures.drawn(40), AS_THEY_ARE, parts, () -> asked.incrementAndGet() > 35);
        PackVerification found = PackVerification.of(parts, PackListener.SILENT, () -> false);
        assertThat(found.problems()).singleElement().asString().contains("the packing was not finished (");
        assertThat(found.shards()).isPositive();
    }

    @Test
    void itStopsWhenAsked() {
        assertThat(PackVerification.of(folder, PackListener.SILENT, () -> true).complete())
                .isFalse();
    }

    @Test
    void aFolderThatWasNotPackedIsRefused() {
        Path missing = folder.resolve("nowhere");
        assertThatThrownBy(() -> PackVerification.of(missing, PackListener.SILENT, () -> false))
                .isInstanceOf(DataException.class)
                .hasMessage(missing + ": no such folder");
        assertThatThrownBy(() -> PackVerification.of(folder.getParent(), PackListener.SILENT, () -> false))
                .hasMessageContaining("holds no pack.json");
    }
}
