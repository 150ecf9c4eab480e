package org.swav4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.EvalTransform;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.DataException;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Quarantine;
import org.swav4j.tensor.ComputeDevice;

@Timeout(60)
class LoaderTest {
    private static final MultiCrop CROPS =
            new MultiCrop(CropSpec.parseAll("2x32@0.14-1,3x16@0.05-0.14"), Augmentation.SWAV);
    private static final int BATCH = 4;

    private final Quarantine quarantine = new Quarantine("memory");

    @Test
    void bytesDoNotDependOnTheNumberOfWorkers() {
        MemoryImages images = new MemoryImages(30, Set.of(3, 11));
        List<byte[]> one = epoch(images, 1, 2, 0);
        assertThat(one).hasSize(2 * 7);
        for (int workers : new int[] {2, 5}) {
            assertThat(epoch(images, workers, 2, 0)).usingRecursiveComparison().isEqualTo(one);
        }
        assertThat(epoch(images, 2, 3, 0).get(0)).isNotEqualTo(one.get(0));
    }

    @Test
    void resumingMidEpochContinuesItWithoutDecodingWhatCameBefore() {
        MemoryImages images = new MemoryImages(30, Set.of(3, 11));
        List<byte[]> whole = epoch(images, 2, 2, 0);
        int before = images.reads();
        assertThat(epoch(images, 2, 2, 5)).usingRecursiveComparison().isEqualTo(whole.subList(2 * 5, whole.size()));
        assertThat(images.reads() - before).isBetween(2 * BATCH, 2 * BATCH + 2 * 32);
        assertThat(epoch(images, 2, 2, 7)).isEmpty();
    }

    /** Broken images in every place of an epoch, its last batch included: all in their turn, two neighbours, a whole batch. */
    @Test
    void replacementsDependNeitherOnWorkersNorOnWhereTheEpochWasEntered() {
        int[] order = EpochOrder.indices(31, 2, 0, 1, 14);
        for (int place = 0; place < 12; place++) {
            Set<Integer> broken = place % 4 == 0
                    ? Set.of(order[place], order[place + 1], order[place + 2], order[place + 3])
                    : Set.of(order[place], order[(place + 5) % 12]);
            List<byte[]> one = epoch(new MemoryImages(14, broken), 1, 2, 0);
            assertThat(one).hasSize(2 * 3);
            assertThat(epoch(new MemoryImages(14, broken), 4, 2, 0))
                    .as("place %d, four workers", place)
                    .usingRecursiveComparison()
                    .isEqualTo(one);
            for (int batch = 1; batch < 3; batch++) {
                assertThat(epoch(new MemoryImages(14, broken), 4, 2, batch))
                        .as("place %d, from batch %d", place, batch)
                        .usingRecursiveComparison()
                        .isEqualTo(one.subList(2 * batch, one.size()));
            }
        }
    }

    /** While nothing is taken, the workers fill the three batches that there are and then rest. */
    @Test
    void aSlowConsumerStallsTheWorkers() throws InterruptedException {
        MemoryImages images = new MemoryImages(60, Set.of());
        try (Loader loader = new Loader(images, CROPS, BATCH, 3, 31, 0, 1, quarantine)) {
            loader.start(0, 0);
            Batch first = loader.next();
            for (int i = 0; i < 100 && images.reads() < 3 * BATCH; i++) {
                Thread.sleep(20);
            }
            Thread.sleep(100);
            assertThat(images.reads()).isEqualTo(3 * BATCH);
            first.release();
            assertThat(loader.next()).isNotNull();
        }
    }

    /** Three batches of four make the steps that one of twelve does: the same crops, none of an incomplete step. */
    @Test
    void severalBatchesAStepHoldWhatOneWould() {
        MemoryImages images = new MemoryImages(33, Set.of(9));
        List<Integer> seen = new ArrayList<>();
        try (Loader whole = new Loader(images, CROPS, 12, 1, 2, 31, 0, 1, quarantine, 0, ComputeDevice.CPU, null);
                Loader parts = new Loader(
                        images, CROPS, 4, 3, 2, 31, 0, 1, new Quarantine("parts"), 0, ComputeDevice.CPU, null)) {
            assertThat(parts.stepsPerEpoch()).isEqualTo(whole.stepsPerEpoch()).isEqualTo(2);
            parts.start(5, 0);
            whole.start(5, 0);
            for (int step = 0; step < 2; step++) {
                Batch expected = whole.next();
                List<Batch> out = List.of(parts.next(), parts.next(), parts.next());
                for (int part = 0; part < 3; part++) {
                    assertThat(out.get(part).indices())
                            .isEqualTo(Arrays.copyOfRange(expected.indices(), 4 * part, 4 * part + 4));
                    int row = 32 * 32 * 3;
                    for (int crop = 0; crop < 2; crop++) {
                        assertThat(Arrays.copyOfRange(bytes(out.get(part), 0), 4 * crop * row, (4 * crop + 4) * row))
                                .isEqualTo(Arrays.copyOfRange(
                                        bytes(expected, 0),
                                        (12 * crop + 4 * part) * row,
                                        (12 * crop + 4 * part + 4) * row));
                    }
                    Arrays.stream(out.get(part).indices()).forEach(seen::add);
                }
                expected.release();
                out.forEach(Batch::release);
            }
            assertThat(parts.next()).isNull();
            assertThat(seen).hasSize(24);
            parts.start(5, 1);
            assertThat(parts.next().indices())
                    .containsExactly(
                            seen.subList(12, 16).stream().mapToInt(i -> i).toArray());
        }
    }

    /** Beside a step's three batches, the workers fill two. */
    @Test
    void theBatchesAheadComeOnTopOfTheStepsOwn() throws InterruptedException {
        MemoryImages images = new MemoryImages(60, Set.of());
        try (Loader loader = new Loader(images, CROPS, BATCH, 3, 3, 31, 0, 1, quarantine, 0, ComputeDevice.CPU, null)) {
            loader.start(0, 0);
            for (int i = 0; i < 100 && images.reads() < 5 * BATCH; i++) {
                Thread.sleep(20);
            }
            Thread.sleep(100);
            assertThat(images.reads()).isEqualTo(5 * BATCH);
        }
    }

    @Test
    void theQuarantineCountsSteps() {
        MemoryImages images = new MemoryImages(24, Set.of(7));
        int[] order = EpochOrder.indices(31, 1, 0, 1, 24);
        int position =
                IntStream.range(0, 24).filter(i -> order[i] == 7).findFirst().orElseThrow();
        try (Loader loader = new Loader(images, CROPS, 4, 2, 2, 31, 0, 1, quarantine, 0, ComputeDevice.CPU, null)) {
            loader.start(1, 0);
            drain(loader);
        }
        assertThat(quarantine.entries())
                .singleElement()
                .satisfies(e -> assertThat(e.step()).isEqualTo(3 + position / 8 + 1));
    }

    @Test
    void batchesSayWhatTheyHold() {
        MemoryImages images = new MemoryImages(30, Set.of());
        int[] order = EpochOrder.indices(31, 6, 1, 2, 30);
        try (Loader loader = new Loader(images, CROPS, BATCH, 2, 31, 1, 2, quarantine)) {
            assertThat(loader.stepsPerEpoch()).isEqualTo(3);
            loader.start(6, 0);
            for (int i = 0; i < 3; i++) {
                Batch batch = loader.next();
                assertThat(batch.size()).isEqualTo(BATCH);
                assertThat(batch.epoch()).isEqualTo(6);
                assertThat(batch.position()).isEqualTo(i);
                assertThat(batch.indices()).isEqualTo(Arrays.copyOfRange(order, i * BATCH, (i + 1) * BATCH));
                assertThat(batch.resolutions()).isEqualTo(2);
                assertThat(batch.spec(1).size()).isEqualTo(16);
                assertThat(batch.pixels(0).capacity()).isEqualTo(2L * BATCH * 32 * 32 * 3);
                assertThat(batch.pixels(1).capacity()).isEqualTo(3L * BATCH * 16 * 16 * 3);
                assertThat(batch.pixels(0).position()).isZero();
                batch.release();
            }
            assertThat(loader.next()).isNull();
            assertThat(loader.lastWaitNanos()).isNotNegative();
        }
    }

    /** With the whole image as every crop and nothing else done, crops of a sample are equal and rows are crop · B + sample. */
    @Test
    void rowsAreCropMajor() {
        MultiCrop plain = new MultiCrop(
                List.of(new CropSpec(2, 16, .999, 1)),
                new Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Augmentation.Fidelity.FAST));
        MemoryImages images = new MemoryImages(8, Set.of());
        try (Loader loader = new Loader(images, plain, BATCH, 2, 31, 0, 1, quarantine)) {
            loader.start(0, 0);
            Batch batch = loader.next();
            byte[] rows = bytes(batch, 0);
            int row = 16 * 16 * 3;
            for (int sample = 0; sample < BATCH; sample++) {
                assertThat(meanDifference(rows, sample * row, (BATCH + sample) * row, row))
                        .isLessThan(6);
            }
            assertThat(meanDifference(rows, 0, row, row)).isGreaterThan(6);
        }
    }

    @Test
    void brokenImagesAreNamedOnceAndReplaced() {
        MemoryImages images = new MemoryImages(20, Set.of(3, 11));
        images.vanish(7);
        try (Loader loader = new Loader(images, CROPS, BATCH, 2, 31, 0, 1, quarantine)) {
            for (int epoch = 0; epoch < 2; epoch++) {
                loader.start(epoch, 0);
                for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
                    assertThat(batch.indices()).doesNotContain(3, 7, 11);
                    batch.release();
                }
            }
        }
        assertThat(quarantine.entries())
                .extracting(Quarantine.Entry::name)
                .containsExactly("003.jpg", "007.jpg", "011.jpg");
        assertThat(quarantine.entries().get(1).reason()).isEqualTo("the file has disappeared since it was listed");
    }

    @Test
    void nothingButBrokenImagesEndsWithOneLine() {
        MemoryImages images = new MemoryImages(6, Set.of(0, 1, 2, 3, 4, 5));
        try (Loader loader = new Loader(images, CROPS, BATCH, 2, 31, 0, 1, quarantine)) {
            loader.start(0, 0);
            assertThatExceptionOfType(DataException.class)
                    .isThrownBy(loader::next)
                    .withMessageMatching(
                            "memory: 6 images: 32 images in a row could not be read, \\d so far; for example 00\\d.jpg: not an image: .*");
        }
    }

    @Test
    void aWorkersUnexpectedExceptionSurfaces() {
        MemoryImages images = new MemoryImages(8, Set.of());
        ImageSource failing = new ForwardingSource(images) {
            @Override
            public byte[] read(int index) {
                throw new IllegalArgumentException("bug in the source");
            }
        };
        try (Loader loader = new Loader(failing, CROPS, BATCH, 2, 31, 0, 1, quarantine)) {
            loader.start(0, 0);
            Throwable thrown = catchThrowable(loader::next);
            assertThat(thrown).isInstanceOf(IllegalStateException.class);
            assertThat(thrown).hasRootCauseMessage("bug in the source");
        }
    }

    @Test
    void aNewStartGivesUpTheEpochUnderWay() {
        MemoryImages images = new MemoryImages(30, Set.of());
        List<byte[]> expected = epoch(images, 2, 9, 0);
        try (Loader loader = new Loader(images, CROPS, BATCH, 3, 31, 0, 1, quarantine)) {
            for (int epoch = 0; epoch < 9; epoch++) {
                loader.start(epoch, 0);
                Batch batch = loader.next();
                if (epoch % 2 == 0) {
                    batch.release();
                    batch.release();
                } else {
                    Batch second = loader.next();
                    batch.release();
                    second.release();
                }
            }
            loader.start(9, 0);
            assertThat(drain(loader)).usingRecursiveComparison().isEqualTo(expected);
        }
    }

    @Test
    void threeBatchesAtMostAreOut() {
        try (Loader loader = new Loader(new MemoryImages(30, Set.of()), CROPS, BATCH, 2, 31, 0, 1, quarantine)) {
            loader.start(0, 0);
            List<Batch> out = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                out.add(loader.next());
            }
            assertThat(out).doesNotHaveDuplicates();
            assertThatIllegalStateException().isThrownBy(loader::next).withMessageContaining("release one");
        }
    }

    @Test
    void closingMidEpochLeavesNoThreadAndNoNativeMemory() {
        MemoryImages images = new MemoryImages(30, Set.of());
        epoch(images, 2, 0, 0);
        long before = Pointer.totalCount();
        for (int i = 0; i < 5; i++) {
            try (Loader loader = new Loader(images, CROPS, BATCH, 3, 31, 0, 1, quarantine)) {
                loader.start(i, 0);
                assertThat(loader.next()).isNotNull();
            }
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("swav-"));
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    @Test
    void pointersStayFlatOverAnEpoch() {
        MemoryImages images = new MemoryImages(40, Set.of(5));
        try (Loader loader = new Loader(images, CROPS, BATCH, 2, 31, 0, 1, quarantine)) {
            loader.start(0, 0);
            loader.next().release();
            loader.next().release();
            drain(loader);
            long before = Pointer.totalCount();
            for (int epoch = 1; epoch < 6; epoch++) {
                loader.start(epoch, 0);
                drain(loader);
            }
            assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
        }
    }

    /** Workers limit libtorch to one thread for themselves; the trainer's count must survive that. */
    @Test
    void theCallersThreadCountIsKept() {
        int before = torch.get_num_threads();
        torch.set_num_threads(3);
        try (Loader loader = new Loader(new MemoryImages(8, Set.of()), CROPS, BATCH, 2, 31, 0, 1, quarantine)) {
            loader.start(0, 0);
            loader.next().release();
            assertThat(torch.get_num_threads()).isEqualTo(3);
        } finally {
            torch.set_num_threads(before);
        }
    }

    @Test
    void refusesABatchLargerThanTheSource() {
        MemoryImages images = new MemoryImages(7, Set.of());
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new Loader(images, CROPS, 4, 2, 1, 31, 0, 1, quarantine, 0, ComputeDevice.CPU, null))
                .withMessage("memory: 7 images: fewer than one batch of 8; use a smaller batch");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new Loader(images, CROPS, 4, 1, 31, 0, 2, quarantine))
                .withMessage("memory: 7 images: fewer than one batch of 4 on each of 2 ranks; use a smaller batch");
        try (Loader loader = new Loader(images, CROPS, 4, 1, 31, 0, 1, quarantine)) {
            assertThatIllegalArgumentException().isThrownBy(() -> loader.start(0, 2));
        }
    }

    @Test
    void imageBatchesShowEveryReadableImageOnceInOrder() {
        MemoryImages images = new MemoryImages(23, Set.of(0, 4, 5, 6, 7, 22));
        List<byte[]> one = null;
        for (int workers : new int[] {1, 3}) {
            List<Integer> seen = new ArrayList<>();
            List<byte[]> rows = new ArrayList<>();
            try (ImageBatches batches = new ImageBatches(images, new EvalTransform(16), 4, workers, quarantine)) {
                for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
                    assertThat(batch.size()).isBetween(1, 4);
                    Arrays.stream(batch.indices()).forEach(seen::add);
                    rows.add(Arrays.copyOf(bytes(batch, 0), batch.size() * 16 * 16 * 3));
                    batch.release();
                }
            }
            Set<Integer> broken = Set.of(0, 4, 5, 6, 7, 22);
            assertThat(seen)
                    .isEqualTo(IntStream.range(0, 23)
                            .filter(i -> !broken.contains(i))
                            .boxed()
                            .toList());
            if (one == null) {
                one = rows;
            }
            assertThat(rows).usingRecursiveComparison().isEqualTo(one);
        }
        assertThat(quarantine.count()).isEqualTo(6);
        // the second image stands alone in the source: its row must be the same after the broken one before it is left
        // out
        try (ImageBatches alone = new ImageBatches(images, new EvalTransform(16), 2, 1, quarantine)) {
            assertThat(Arrays.copyOf(bytes(alone.next(), 0), 16 * 16 * 3))
                    .isEqualTo(Arrays.copyOf(one.get(0), 16 * 16 * 3));
        }
    }

    /** The bytes of both resolutions of every batch from {@code firstBatch} on. */
    private List<byte[]> epoch(ImageSource images, int workers, int epoch, int firstBatch) {
        try (Loader loader = new Loader(images, CROPS, BATCH, workers, 31, 0, 1, quarantine)) {
            loader.start(epoch, firstBatch);
            return drain(loader);
        }
    }

    private static List<byte[]> drain(Loader loader) {
        List<byte[]> bytes = new ArrayList<>();
        for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
            bytes.add(bytes(batch, 0));
            bytes.add(bytes(batch, 1));
            batch.release();
        }
        return bytes;
    }

    private static byte[] bytes(Batch batch, int resolution) {
        BytePointer pixels = batch.pixels(resolution);
        byte[] bytes = new byte[(int) pixels.capacity()];
        pixels.get(bytes);
        return bytes;
    }

    private static double meanDifference(byte[] bytes, int a, int b, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            sum += Math.abs((bytes[a + i] & 255) - (bytes[b + i] & 255));
        }
        return (double) sum / length;
    }

    private abstract static class ForwardingSource implements ImageSource {
        private final ImageSource source;

        ForwardingSource(ImageSource source) {
            this.source = source;
        }

        @Override
        public int size() {
            return source.size();
        }

        @Override
        public String name(int index) {
            return source.name(index);
        }

        @Override
        public String fingerprint() {
            return source.fingerprint();
        }

        @Override
        public String description() {
            return source.description();
        }
    }
}
