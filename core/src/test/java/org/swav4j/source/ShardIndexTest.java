package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;

class ShardIndexTest {
    @TempDir
    private Path root;

    private Path shard;

    @BeforeEach
    void writeShard() throws IOException {
        shard = root.resolve("a.tar");
        Files.write(
                shard,
                new Tars()
                        .file("0.jpg", "zero")
                        .file("0.cls", "7")
                        .file("a/1.png", "one")
                        .bytes());
    }

    @Test
    void isWrittenAndReadAsDocumented() throws IOException {
        ShardIndex index = ShardIndex.scan(shard);
        index.write(shard);
        assertThat(root.resolve("a.tar.idx.jsonl")).hasContent("""
                        {"format":"swav4j-shard-index","version":1,"shard":"a.tar","bytes":%d,"images":2}
                        {"name":"0.jpg","offset":512,"size":4,"label":"7"}
                        {"name":"a/1.png","offset":2560,"size":3}
                        """.formatted(Files.size(shard)));
        assertThat(ShardIndex.read(shard)).contains(index);
        assertThat(root).isDirectoryNotContaining("glob:**.tmp");
    }

    /** The index names only the second image: that is how one sees that no pass over the shard was made. */
    @Test
    void openingBelievesAnIndexThatFits() throws IOException {
        TarShards scanned = TarShards.open(root);
        ShardIndex whole = ShardIndex.scan(shard);
        whole.write(shard);
        assertThat(TarShards.open(root).fingerprint()).isEqualTo(scanned.fingerprint());
        new ShardIndex("a.tar", whole.bytes(), whole.images().subList(1, 2)).write(shard);
        TarShards indexed = TarShards.open(root);
        assertThat(indexed.size()).isEqualTo(1);
        assertThat(indexed.read(0)).asString().isEqualTo("one");
    }

    @Test
    void anIndexThatDoesNotFitIsIgnored() throws IOException {
        ShardIndex.scan(shard).write(shard);
        Path file = ShardIndex.beside(shard);
        String sound = Files.readString(file);
        String[][] changes = {
            {"\"version\":1", "\"version\":2"},
            {"swav4j-shard-index", "other"},
            {"\"a.tar\"", "\"b.tar\""},
            {"\"bytes\":", "\"bytes\":1"},
            {"\"images\":2", "\"images\":3"},
            {"\"size\":4", "\"size\":0"},
            {"\"size\":4", "\"size\":99999999999"},
            {"\"size\":3", "\"size\":4"},
            {"\"size\":3", "\"size\":536870912"},
            {"\"offset\":512", "\"offset\":513"},
            {"\"offset\":512", "\"offset\":0"},
            {"\"offset\":2560", "\"offset\":512"},
            {"\"offset\":2560", "\"offset\":2048"},
            {"\"offset\":2560", "\"offset\":9223372036854775296"},
            {"\"offset\":2560", "\"offset\":99999999999999999999"},
            {"0.jpg", "../0.jpg"},
            {"0.jpg", "0.txt"},
            {"\"label\":\"7\"", "\"label\":[[[[7]]]]"},
            {"\"label\":\"7\"}", "\"label\":"},
            {"0.jpg", "n".repeat(20_000) + ".jpg"},
            {sound, ""},
            {sound, "[]"},
            {sound, sound.substring(0, sound.length() - 20)},
        };
        for (String[] change : changes) {
            assertThat(sound).contains(change[0]);
            Files.writeString(file, sound.replace(change[0], change[1]));
            assertThat(ShardIndex.read(shard))
                    .as(change[0] + " -> " + change[1])
                    .isEqualTo(Optional.empty());
            assertThat(TarShards.open(root).size()).isEqualTo(2);
        }
        Files.writeString(file, sound);
        assertThat(ShardIndex.read(shard)).isPresent();
    }

    @Test
    void anIndexOfAnotherShardOfTheSameSizeIsIgnored() throws IOException {
        ShardIndex.scan(shard).write(shard);
        long size = Files.size(shard);
        Files.write(
                shard,
                new Tars()
                        .file("0.jpg", "zero")
                        .file("other.jpg", "x".repeat(500))
                        .file("1.png", "one")
                        .bytes());
        assertThat(Files.size(shard)).isEqualTo(size);
        assertThat(ShardIndex.read(shard)).isEmpty();
    }

    @Test
    void claimsAboutCompressedShardsTakeNoMemory() throws IOException {
        Path zipped = root.resolve("b.tar.gz");
        Files.write(zipped, Tars.gzip(Files.readAllBytes(shard)));
        ShardIndex.Image huge = new ShardIndex.Image("0.jpg", 512, 512 << 20, null);
        new ShardIndex("b.tar.gz", Files.size(zipped), List.of(huge)).write(zipped);
        TarShards shards = TarShards.open(zipped);
        assertThat(shards.size()).isEqualTo(1);
        assertThatExceptionOfType(DamagedShardException.class).isThrownBy(() -> shards.read(0));
    }

    @Test
    void damagedShardsAreNotIndexed() throws IOException {
        Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 600));
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> ShardIndex.scan(shard))
                .withMessageStartingWith(shard + ": cannot be indexed: a.tar: ");
    }
}
