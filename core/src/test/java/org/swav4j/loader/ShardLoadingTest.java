package org.swav4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.EvalTransform;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.DataException;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Images;
import org.swav4j.data.Quarantine;
import org.swav4j.data.ShardLayout;
import org.swav4j.source.TarShards;
import org.swav4j.source.Tars;

/** Batches from shards: the same whether images are streamed or read where they lie. */
@Timeout(60)
class ShardLoadingTest {
    private static final MultiCrop CROPS =
            new MultiCrop(CropSpec.parseAll("2x32@0.14-1,3x16@0.05-0.14"), Augmentation.SWAV);
    private static final int BATCH = 4;
    private static final int SHARDS = 5;
    private static final int IMAGES = 60;
    private static final int[] BROKEN = {3, 11, 30, 31, 32, 33};

    @TempDir
    private Path root;

    private final Quarantine quarantine = new Quarantine("shards");
    private ImageSource plain;
    private ImageSource zipped;

    @BeforeEach
    void writeShards() throws IOException {
        Path plainRoot = Files.createDirectory(root.resolve("plain"));
        Path zippedRoot = Files.createDirectory(root.resolve("zipped"));
        // written in another order than that of their names
        for (int s : new int[] {3, 0, 4, 1, 2}) {
            Tars tars = new Tars();
            for (int i = s * IMAGES / SHARDS; i < (s + 1) * IMAGES / SHARDS; i++) {
                int number = i;
                boolean broken = Arrays.stream(BROKEN).anyMatch(b -> b == number);
                tars.file(
                        i + ".png",
                        broken ? new byte[] {1, 2, 3} : Images.encoded(".png", 24 + i % 7, 20 + i % 5, CV_8UC3, i));
            }
            byte[] tar = tars.bytes();
            Files.write(plainRoot.resolve(s + ".tar"), tar);
            Files.write(zippedRoot.resolve(s + ".tar.gz"), Tars.gzip(tar));
        }
        plain = new SmallWindows(TarShards.open(plainRoot));
        zipped = new SmallWindows(TarShards.open(zippedRoot));
    }

    @Test
    void bytesDependNeitherOnWorkersNorOnCompression() {
        List<ByteBuffer> one = epoch(plain, 1, 2, 0);
        assertThat(one).hasSize(2 * IMAGES / BATCH);
        assertThat(epoch(plain, 3, 2, 0)).isEqualTo(one);
        assertThat(epoch(zipped, 1, 2, 0)).isEqualTo(one);
        assertThat(epoch(zipped, 3, 2, 0)).isEqualTo(one);
        assertThat(epoch(plain, 1, 3, 0).get(0)).isNotEqualTo(one.get(0));
        assertThat(quarantine.entries())
                .extracting(Quarantine.Entry::name)
                .contains("0.tar/3.png", "0.tar.gz/3.png", "2.tar.gz/33.png")
                .hasSize(2 * BROKEN.length);
    }

    @Test
    void resumingMidEpochContinuesIt() {
        List<ByteBuffer> whole = epoch(zipped, 2, 2, 0);
        for (int first : new int[] {1, 7, 14, 15}) {
            assertThat(epoch(zipped, 2, 2, first)).isEqualTo(whole.subList(2 * first, whole.size()));
        }
    }

    @Test
    void ranksShareTheImagesAndReadOnlyTheirShards() {
        Set<Integer> seen = new TreeSet<>();
        for (int rank = 0; rank < 2; rank++) {
            EpochOrder order = EpochOrder.shuffled(plain, 31, 0, rank, 2);
            Set<Integer> shards = new TreeSet<>();
            for (int p = 0; p < order.size(); p++) {
                assertThat(seen.add(order.image(p))).isTrue();
                shards.add(plain.shards().orElseThrow().shardOf(order.image(p)));
            }
            assertThat(shards).hasSize(3);
        }
        assertThat(seen).hasSize(IMAGES);
    }

    /** Broken images, too, are replaced by the same ones, and the crops are the same. */
    @Test
    void ranksThatAreDealtOneOrderLoadWhatOneWould() {
        List<Integer> images = new ArrayList<>();
        List<ByteBuffer> whole = new ArrayList<>();
        collect(0, 1, images, whole);
        for (int rank = 0; rank < 2; rank++) {
            List<Integer> mine = new ArrayList<>();
            List<ByteBuffer> crops = new ArrayList<>();
            collect(rank, 2, mine, crops);
            int of = rank;
            assertThat(mine).hasSize(IMAGES / 2);
            assertThat(mine)
                    .isEqualTo(IntStream.range(0, IMAGES / 2)
                            .mapToObj(i -> images.get(of + 2 * i))
                            .toList());
            assertThat(crops)
                    .isEqualTo(IntStream.range(0, IMAGES / 2)
                            .mapToObj(i -> whole.get(of + 2 * i))
                            .toList());
        }
        assertThat(quarantine.count()).isEqualTo(BROKEN.length);
    }

    /** Per image of a rank's epoch its number, and its first crop. */
    private void collect(int rank, int world, List<Integer> images, List<ByteBuffer> crops) {
        try (Loader loader = new Loader(zipped, CROPS, BATCH / world, 2, 31, rank, world, quarantine)) {
            loader.start(2, 0, EpochOrder.dealt(zipped, 31, 2, rank, world));
            for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
                int[] indices = batch.indices();
                for (int i = 0; i < indices.length; i++) {
                    byte[] crop = new byte[3 * 32 * 32];
                    batch.pixels(0).position((long) i * crop.length).get(crop);
                    batch.pixels(0).position(0);
                    images.add(indices[i]);
                    crops.add(ByteBuffer.wrap(crop));
                }
                batch.release();
            }
        }
    }

    @Test
    void imageBatchesStreamShardsInOrder() {
        List<Integer> seen = new ArrayList<>();
        try (ImageBatches batches = new ImageBatches(zipped, new EvalTransform(16), 7, 3, quarantine)) {
            for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
                Arrays.stream(batch.indices()).forEach(seen::add);
                batch.release();
            }
        }
        assertThat(seen).isSorted().hasSize(IMAGES - BROKEN.length);
    }

    @Test
    void damageFoundWhenOpeningIsQuarantined() throws IOException {
        Path shard = root.resolve("plain/2.tar");
        Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 3000));
        TarShards damaged = TarShards.open(root.resolve("plain"));
        new Loader(damaged, CROPS, BATCH, 1, 31, 0, 1, quarantine).close();
        assertThat(quarantine.entries()).extracting(Quarantine.Entry::name).contains("2.tar");
    }

    /** A lost shard is many windows of nothing; images of other windows stand in, and the run goes on. */
    @Test
    void aShardLostMeanwhileDoesNotEndTheRun() throws IOException {
        Files.delete(root.resolve("zipped/1.tar.gz"));
        assertThat(epoch(zipped, 2, 0, 0)).hasSize(2 * IMAGES / BATCH);
        assertThat(quarantine.entries()).anySatisfy(entry -> {
            assertThat(entry.name()).isEqualTo("1.tar.gz/12.png");
            assertThat(entry.reason()).contains("disappeared");
            assertThat(entry.step()).isBetween(1L, (long) IMAGES / BATCH);
        });
    }

    @Test
    void everythingLostEndsWithOneLine() throws IOException {
        for (int s = 0; s < SHARDS; s++) {
            Files.delete(root.resolve("zipped/" + s + ".tar.gz"));
        }
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> epoch(zipped, 2, 0, 0))
                .withMessageContaining("32 images in a row could not be read");
    }

    @Test
    void closingOrStartingAgainMidEpochLeavesNothing() {
        List<ByteBuffer> expected = epoch(zipped, 2, 9, 0);
        long before = Pointer.totalCount();
        for (int i = 0; i < 4; i++) {
            try (Loader loader = new Loader(zipped, CROPS, BATCH, 3, 31, 0, 1, quarantine)) {
                loader.start(i, 0);
                loader.next().release();
                loader.start(9, 0);
                assertThat(drain(loader)).isEqualTo(expected);
                loader.start(i, 5);
                assertThat(loader.next()).isNotNull();
            }
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("swav-"));
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
        assertThat(quarantine.count()).isEqualTo(BROKEN.length);
    }

    private List<ByteBuffer> epoch(ImageSource images, int workers, int epoch, int firstBatch) {
        try (Loader loader = new Loader(images, CROPS, BATCH, workers, 31, 0, 1, quarantine)) {
            loader.start(epoch, firstBatch);
            return drain(loader);
        }
    }

    private static List<ByteBuffer> drain(Loader loader) {
        List<ByteBuffer> bytes = new ArrayList<>();
        for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
            for (int r = 0; r < 2; r++) {
                BytePointer pixels = batch.pixels(r);
                byte[] crops = new byte[(int) pixels.capacity()];
                pixels.get(crops);
                bytes.add(ByteBuffer.wrap(crops));
            }
            batch.release();
        }
        return bytes;
    }

    /** The same shards with windows of nine images, so that an epoch has several. */
    private record SmallWindows(TarShards shardSource) implements ImageSource {
        @Override
        public Optional<ShardLayout> shards() {
            return shardSource.shards().map(all -> {
                int[] starts = new int[all.shards() + 1];
                int[] bytes = new int[all.size()];
                for (int s = 0; s < all.shards(); s++) {
                    starts[s + 1] = all.end(s);
                }
                Arrays.setAll(bytes, all::bytes);
                return new ShardLayout(starts, bytes, 9, Long.MAX_VALUE);
            });
        }

        @Override
        public int size() {
            return shardSource.size();
        }

        @Override
        public String name(int index) {
            return shardSource.name(index);
        }

        @Override
        public byte[] read(int index) throws IOException {
            return shardSource.read(index);
        }

        @Override
        public Reading reading(EpochOrder order, int first) {
            return shardSource.reading(order, first);
        }

        @Override
        public String fingerprint() {
            return shardSource.fingerprint();
        }

        @Override
        public String description() {
            return shardSource.description();
        }
    }
}
