package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.data.DataException;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.UnreadableImageException;

/** Archives that are damaged or lie. The heap of the tests is far smaller than what some of these headers claim. */
@Timeout(60)
class TarShardsHostileTest {
    /** Three images of one block's header and one or two blocks of data, ending with two empty blocks. */
    private static final int[] SIZES = {500, 700, 512};

    private static final int[] HEADERS = {0, 1024, 2560};

    @TempDir
    private Path root;

    private static byte[] image(int i) {
        byte[] noise = new byte[SIZES[i]];
        new Random(i).nextBytes(noise);
        return noise;
    }

    private static byte[] sound() {
        Tars tars = new Tars();
        for (int i = 0; i < SIZES.length; i++) {
            tars.file(i + ".jpg", image(i));
        }
        return tars.bytes();
    }

    @Test
    void cutOffAnywhereKeepsTheWholeImagesBefore() throws IOException {
        byte[] tar = sound();
        int end = HEADERS[2] + 1024;
        for (int length = 0; length < end + 512; length += 97) {
            int kept = length;
            long whole = IntStream.range(0, 3)
                    .filter(i -> HEADERS[i] + 512 + SIZES[i] <= kept)
                    .count();
            check("plain.tar", Arrays.copyOf(tar, length), (int) whole);
            // inflating stops where the compressed bytes do, so a cut there keeps some prefix of the images
            byte[] gzip = Tars.gzip(tar);
            check("zipped.tar.gz", Arrays.copyOf(gzip, (int) ((long) gzip.length * length / (end + 512))), -1);
            check("inside.tar.gz", Tars.gzip(Arrays.copyOf(tar, length)), (int) whole);
        }
    }

    private void check(String name, byte[] bytes, int expected) throws IOException {
        Path shard = Files.write(root.resolve(name), bytes);
        TarShards shards;
        try {
            shards = TarShards.open(shard);
        } catch (DataException e) {
            assertThat(expected)
                    .as("%s of %d bytes: %s", name, bytes.length, e.getMessage())
                    .isLessThanOrEqualTo(0);
            assertThat(e).hasMessageStartingWith(shard + ": no image in 1 shard");
            return;
        }
        if (expected >= 0) {
            assertThat(shards.size()).as("%s of %d bytes", name, bytes.length).isEqualTo(expected);
        }
        for (int i = 0; i < shards.size(); i++) {
            assertThat(shards.read(i)).isEqualTo(image(i));
        }
        if (expected >= 0 || shards.size() < 3) {
            assertThat(shards.damaged()).containsKey(name);
            assertThat(shards.damaged().get(name)).contains("image");
        }
    }

    @Test
    void sizesThatLieAreNotBelieved() throws IOException {
        long[] lies = {1L << 29, (1L << 29) + 1, 8L << 30, 1L << 50, Long.MAX_VALUE, -1, Long.MIN_VALUE};
        for (long lie : lies) {
            byte[] tar = Tars.patched(sound(), HEADERS[1], 124, Tars.size(lie));
            for (String name : List.of("a.tar", "a.tar.gz")) {
                Path shard = Files.write(root.resolve(name), name.endsWith("gz") ? Tars.gzip(tar) : tar);
                TarShards shards = TarShards.open(shard);
                assertThat(shards.read(0)).isEqualTo(image(0));
                assertThat(shards.damaged()).as("%s claims %d", name, lie).containsKey(name);
                assertThat(shards.size()).isEqualTo(1);
            }
        }
        // too small: the next header would have to be where data is
        Path shard = Files.write(root.resolve("b.tar"), Tars.patched(sound(), HEADERS[1], 124, Tars.size(100)));
        TarShards shards = TarShards.open(shard);
        assertThat(shards.damaged())
                .isEqualTo(Map.of("b.tar", "the header at byte 2,048 is damaged; the 2 images before that are used"));
    }

    @Test
    void longNamesThatLieAreNotBelieved() throws IOException {
        byte[] tar = new Tars()
                .file("0.jpg", image(0))
                .file("n".repeat(300) + ".jpg", image(1))
                .bytes();
        assertThat(tar[1024 + 156]).isEqualTo((byte) 'x');
        for (long lie : new long[] {1 << 20, (1 << 20) + 1, 1L << 40}) {
            Path shard = Files.write(root.resolve("a.tar"), Tars.patched(tar, 1024, 124, Tars.size(lie)));
            TarShards shards = TarShards.open(shard);
            assertThat(shards.size()).isEqualTo(1);
            assertThat(shards.damaged().get("a.tar")).endsWith("; the 1 image before that is used");
        }
        byte[] pax = tar.clone();
        Arrays.fill(pax, 1536, 1540, (byte) '9');
        TarShards shards = TarShards.open(Files.write(root.resolve("a.tar"), pax));
        assertThat(shards.damaged().get("a.tar")).startsWith("an entry's pax attributes are damaged; the 1 image");
    }

    @Test
    void namesThatLeadOutsideLinksAndOthersAreNamed() throws IOException {
        byte[] tar = new Tars()
                .file("/abs.jpg", "x")
                .file("../up.jpg", "x")
                .file("a/../../up.jpg", "x")
                .file("C:\\win.jpg", "x")
                .special("hard.jpg", (byte) '1', "good.jpg")
                .special("soft.jpg", (byte) '2', "/etc/passwd")
                .special("pipe.jpg", (byte) '6', "")
                .special("folder.jpg/", (byte) '5', "")
                .file("empty.jpg", "")
                .file("twice.jpg", "first")
                .file("twice.jpg", "second")
                .file("a\nb\u001b[31m.jpg", "control")
                .file("good.jpg", "good")
                .bytes();
        TarShards shards = TarShards.open(Files.write(root.resolve("a.tar"), tar));
        assertThat(IntStream.range(0, shards.size()).mapToObj(shards::name))
                .containsExactly("a.tar/twice.jpg", "a.tar/a?b?[31m.jpg", "a.tar/good.jpg");
        assertThat(shards.read(0)).asString().isEqualTo("first");
        assertThat(shards.damaged())
                .containsOnly(
                        Map.entry("a.tar//abs.jpg", "the name is an absolute path"),
                        Map.entry("a.tar/../up.jpg", "the name leads out of the archive"),
                        Map.entry("a.tar/a/../../up.jpg", "the name leads out of the archive"),
                        Map.entry("a.tar/C:\\win.jpg", "the name is an absolute path"),
                        Map.entry("a.tar/hard.jpg", "a link, not an image; links are not followed"),
                        Map.entry("a.tar/soft.jpg", "a link, not an image; links are not followed"),
                        Map.entry("a.tar/pipe.jpg", "a tar entry of type '6', not a file"),
                        Map.entry("a.tar/empty.jpg", "empty"),
                        Map.entry("a.tar/twice.jpg", "is there more than once; only the first is used"));
        assertThat(root).isDirectoryNotContaining(file -> !file.endsWith("a.tar"));
        assertThat(shards.description()).contains("9 damaged entries");
    }

    /** Whatever bytes are overwritten, opening, reading and decoding end with images or with one line, and soon. */
    @Test
    void randomDamageNeverCrashes() throws IOException {
        damage(300);
    }

    @Test
    @Tag("slow")
    void muchRandomDamageNeverCrashes() throws IOException {
        damage(20_000);
    }

    private void damage(int rounds) throws IOException {
        List<byte[]> sound = List.of(Tars.python("pax"), Tars.python("gnu"), Tars.python("ustar"), sound());
        Random random = new Random(7);
        int usable = 0;
        long slowest = 0;
        try (ImageDecoder decoder = new ImageDecoder()) {
            for (int round = 0; round < rounds; round++) {
                byte[] tar = sound.get(round % sound.size()).clone();
                for (int i = 0; i < 1 + round % 8; i++) {
                    // half of the damage in headers, where it is most likely to mislead
                    int header = 512 * random.nextInt(tar.length / 512);
                    int at = random.nextBoolean() ? header + random.nextInt(265) : random.nextInt(tar.length);
                    tar[at] = (byte) random.nextInt();
                }
                if (round % 5 == 0) {
                    tar = Arrays.copyOf(tar, 1 + random.nextInt(tar.length));
                }
                boolean gzip = round % 2 == 0;
                byte[] bytes = gzip ? Tars.gzip(tar) : tar;
                if (gzip && round % 4 == 0) {
                    bytes[20 + random.nextInt(bytes.length - 20)] ^= (byte) (1 + random.nextInt(255));
                }
                Path shard = Files.write(root.resolve(gzip ? "a.tar.gz" : "a.tar"), bytes);
                long start = System.nanoTime();
                usable += usable(shard, decoder) ? 1 : 0;
                slowest = Math.max(slowest, System.nanoTime() - start);
            }
        }
        assertThat(usable).isGreaterThan(rounds / 4);
        assertThat(slowest)
                .as("nanoseconds of the slowest of %d archives", rounds)
                .isLessThan(2_000_000_000L);
    }

    private static boolean usable(Path shard, ImageDecoder decoder) throws IOException {
        try {
            TarShards shards = TarShards.open(shard);
            for (int i = 0; i < shards.size(); i++) {
                try {
                    decoder.decode(shards.read(i));
                } catch (UnreadableImageException e) {
                    assertThat(e.getMessage()).doesNotContain("\n");
                }
            }
            return true;
        } catch (DataException e) {
            assertThat(e.getMessage()).doesNotContain("\n");
            return false;
        }
    }

    /** Going past it would mean to inflate whatever it claims. */
    @Test
    void aCompressedEntryThatIsTooLargeEndsItsShard() throws IOException {
        byte[] tar = Tars.patched(sound(), HEADERS[1], 124, Tars.size((512L << 20) + 1));
        TarShards shards = TarShards.open(Files.write(root.resolve("a.tar.gz"), Tars.gzip(tar)));
        assertThat(shards.damaged())
                .containsEntry("a.tar.gz/1.jpg", "536,870,913 bytes, more than the 536,870,912 accepted")
                .containsEntry(
                        "a.tar.gz",
                        "'1.jpg' claims 536,870,913 bytes, more than the 536,870,912 inflated for one entry;"
                                + " the 1 image before that is used");
    }

    @Test
    void aShardThatShrankAfterwardsIsAnErrorOfItsImages() throws IOException {
        Path shard = Files.write(root.resolve("a.tar"), sound());
        TarShards shards = TarShards.open(shard);
        Files.write(shard, Arrays.copyOf(sound(), HEADERS[1] + 600));
        assertThat(shards.read(0)).isEqualTo(image(0));
        assertThatExceptionOfType(DamagedShardException.class)
                .isThrownBy(() -> shards.read(1))
                .withMessage("the shard has become shorter since it was indexed");
        assertThatExceptionOfType(DamagedShardException.class)
                .isThrownBy(() -> shards.read(2))
                .withMessage("the archive ends at byte 1,624, not after 3,072");
    }
}
