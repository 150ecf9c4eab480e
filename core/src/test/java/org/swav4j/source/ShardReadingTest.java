package org.swav4j.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.PassingChannel;
import org.swav4j.data.EpochOrder;

@Timeout(60)
class ShardReadingTest {
    private static final int SHARDS = 6;
    private static final int IMAGES = 240;
    private static final int WINDOW_IMAGES = 16;
    private static final long WINDOW_BYTES = 24_000;
    private static final int LARGEST = 4000;

    @TempDir
    private Path root;

    private TarShards shards;

    @BeforeEach
    void writeShards() throws IOException {
        for (int s = 0; s < SHARDS; s++) {
            Tars tars = new Tars();
            for (int i = s * IMAGES / SHARDS; i < (s + 1) * IMAGES / SHARDS; i++) {
                tars.file(String.format("%04d.jpg", i), image(i));
            }
            Files.write(shard(s), Tars.gzip(tars.bytes()));
        }
        shards = TarShards.open(root, WINDOW_IMAGES, WINDOW_BYTES);
    }

    private Path shard(int number) {
        return root.resolve(number + ".tar.gz");
    }

    private static byte[] image(int i) {
        byte[] noise = new byte[500 + new Random(i).nextInt(LARGEST - 500)];
        new Random(-i).nextBytes(noise);
        return noise;
    }

    @Test
    void givesEveryImageOfTheOrderFromAnyPosition() throws Exception {
        EpochOrder order = EpochOrder.shuffled(shards, 31, 3, 0, 1);
        for (int first : new int[] {0, 1, 100, 239}) {
            try (ShardReading reading = ShardReading.begin(shards, order, first)) {
                for (int position = first; position < IMAGES; position++) {
                    assertThat(reading.read(position)).isEqualTo(image(order.image(position)));
                    // an image of the window can be had again, before its turn too
                    int other = order.windowStart(position);
                    assertThat(reading.read(other)).isEqualTo(image(order.image(other)));
                }
            }
        }
        try (ShardReading nothing = ShardReading.begin(shards, order, IMAGES)) {
            assertThat(nothing.bytesHeld()).isZero();
        }
    }

    @Test
    void severalThreadsNeverWaitForEachOther() throws Exception {
        EpochOrder order = EpochOrder.shuffled(shards, 31, 4, 0, 1);
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try (ShardReading reading = ShardReading.begin(shards, order, 0)) {
            AtomicInteger next = new AtomicInteger();
            Callable<Integer> worker = () -> {
                int wrong = 0;
                for (int p = next.getAndIncrement(); p < IMAGES; p = next.getAndIncrement()) {
                    wrong += Arrays.equals(reading.read(p), image(order.image(p))) ? 0 : 1;
                }
                return wrong;
            };
            for (Future<Integer> wrong : threads.invokeAll(Collections.nCopies(5, worker))) {
                assertThat(wrong.get()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** However slow who asks is, two windows are the most in memory; and the second is loaded before it is asked for. */
    @Test
    void memoryIsTwoWindowsAtMost() throws Exception {
        EpochOrder order = EpochOrder.shuffled(shards, 31, 5, 0, 1);
        long most = 0;
        try (ShardReading reading = ShardReading.begin(shards, order, 0)) {
            for (int position = 0; position < IMAGES; position++) {
                reading.read(position);
                if (position % 10 == 0) {
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                most = Math.max(most, reading.bytesHeld());
            }
        }
        assertThat(most).isBetween(WINDOW_BYTES + LARGEST, 2 * WINDOW_BYTES);
    }

    @Test
    void readingAheadNeedsNoEarlierShard() throws Exception {
        EpochOrder order = EpochOrder.shuffled(shards, 31, 6, 0, 1);
        int first = 130;
        int shard = shards.shards().orElseThrow().shardOf(order.stored(order.windowStart(first)));
        for (int place = 0; place < order.windowStart(first); place++) {
            int earlier = shards.shards().orElseThrow().shardOf(order.stored(place));
            if (earlier != shard) {
                Files.deleteIfExists(shard(earlier));
            }
        }
        try (ShardReading reading = ShardReading.begin(shards, order, first)) {
            for (int position = first; position < IMAGES; position++) {
                assertThat(reading.read(position)).isEqualTo(image(order.image(position)));
            }
        }
    }

    @Test
    void aShardThatIsLostCostsItsOwnImagesOnly() throws Exception {
        EpochOrder order = EpochOrder.shuffled(shards, 31, 7, 0, 1);
        Files.delete(shard(2));
        byte[] half = Files.readAllBytes(shard(4));
        Files.write(shard(4), Arrays.copyOf(half, half.length / 2));
        int lost = 0;
        try (ShardReading reading = ShardReading.begin(shards, order, 0)) {
            for (int position = 0; position < IMAGES; position++) {
                int image = order.image(position);
                byte[] bytes = null;
                try {
                    bytes = reading.read(position);
                } catch (IOException e) {
                    lost++;
                    assertThat(e.getMessage()).matches("the shard has disappeared|the compression is damaged or.*");
                    assertThat(image / 40).isIn(2, 4);
                }
                if (bytes != null) {
                    assertThat(bytes).isEqualTo(image(image));
                }
            }
        }
        assertThat(lost).isBetween(40 + 15, 40 + 25);
    }

    @Test
    void closingWakesWhoWaitsAndEndsTheThread() throws Exception {
        EpochOrder order = EpochOrder.shuffled(shards, 31, 8, 0, 1);
        ShardReading reading = ShardReading.begin(shards, order, 0);
        reading.read(0);
        Thread[] waiting = new Thread[1];
        ExecutorService threads = Executors.newSingleThreadExecutor(task -> waiting[0] = new Thread(task));
        try {
            Future<byte[]> third = threads.submit(() -> reading.read(IMAGES - 1));
            while (waiting[0].getState() != Thread.State.WAITING) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            reading.close();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(third::get)
                    .withRootCauseInstanceOf(IOException.class)
                    .withMessageContaining("reading was given up");
        } finally {
            threads.shutdownNow();
        }
        assertThat(reading.bytesHeld()).isZero();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("swav-shards");
    }

    /** Every 17th read of a channel fails as a network's would; each shard is then opened again and gone on with. */
    @Test
    void aFailingConnectionIsTriedAgain() throws Exception {
        EpochOrder order = EpochOrder.sequential(shards);
        AtomicInteger reads = new AtomicInteger();
        AtomicInteger opened = new AtomicInteger();
        ShardReading.Opener opener = shard -> {
            opened.incrementAndGet();
            return ShardStream.over(new Unsteady(Files.newByteChannel(shard), reads, 17), shard);
        };
        try (ShardReading reading = ShardReading.begin(shards, order, 0, opener)) {
            for (int position = 0; position < IMAGES; position++) {
                assertThat(reading.read(position)).isEqualTo(image(position));
            }
        }
        assertThat(opened.get()).isGreaterThan(SHARDS);
    }

    @Test
    void aConnectionThatNeverWorksIsAnErrorOfItsImages() throws Exception {
        EpochOrder order = EpochOrder.sequential(shards);
        ShardReading.Opener opener = shard -> shard.equals(shard(0))
                ? ShardStream.over(new Unsteady(Files.newByteChannel(shard), new AtomicInteger(), 1), shard)
                : ShardStream.open(shard);
        try (ShardReading reading = ShardReading.begin(shards, order, 0, opener)) {
            for (int position = 0; position < 40; position++) {
                int lost = position;
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(() -> reading.read(lost))
                        .withMessage("connection reset, 4 times in a row");
            }
            assertThat(reading.read(40)).isEqualTo(image(40));
        }
    }

    /** Lets every n-th read fail. */
    private static final class Unsteady extends PassingChannel {
        private final AtomicInteger reads;
        private final int nth;

        Unsteady(SeekableByteChannel channel, AtomicInteger reads, int nth) {
            super(channel);
            this.reads = reads;
            this.nth = nth;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (reads.incrementAndGet() % nth == 0) {
                throw new IOException("connection reset");
            }
            return super.read(into);
        }
    }
}
