package org.swav4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.ByteArrayOutputStream;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.Test;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.Quarantine;
import org.swav4j.tensor.ComputeDevice;

class DecodedCacheTest {
    private static final MultiCrop CROPS = new MultiCrop(CropSpec.parseAll("2x16@0.3-1"), Augmentation.SWAV);

    @Test
    void keepsWhatFitsFirstComeFirstKept() {
        try (DecodedCache cache = new DecodedCache(3, 2 * 3 * 10 * 10);
                Mat image = new Mat(10, 10, CV_8UC3, new Scalar(1, 2, 3, 0))) {
            for (int i = 0; i < 3; i++) {
                assertThat(cache.get(i)).isNull();
                cache.offer(i, image);
            }
            assertThat(cache.get(2)).isNull();
            try (Mat kept = cache.get(1);
                    BytePointer first = kept.data();
                    BytePointer original = image.data()) {
                assertThat(kept.cols()).isEqualTo(10);
                assertThat(first.get(2)).isEqualTo((byte) 3);
                assertThat(first.address()).isNotEqualTo(original.address());
            }
        }
    }

    @Test
    void nothingIsKeptWithoutRoom() {
        try (DecodedCache cache = new DecodedCache(1, 0);
                Mat image = new Mat(1, 1, CV_8UC3)) {
            cache.offer(0, image);
            assertThat(cache.get(0)).isNull();
        }
    }

    /** Broken images, replacements and a cache that holds only some of the images: not a byte may differ. */
    @Test
    void batchesAreTheSameWithAnyCacheAndLaterEpochsReadLess() {
        byte[] without = epochs(new MemoryImages(40, Set.of(3, 17)), 1, 0);
        for (long room : new long[] {1, 20_000, 1 << 20}) {
            MemoryImages images = new MemoryImages(40, Set.of(3, 17));
            assertThat(epochs(images, 3, room)).isEqualTo(without);
            if (room == 1 << 20) {
                // 38 good ones are read once; the broken ones may be asked for again in each of the three epochs
                assertThat(images.reads()).isBetween(30, 38 + 3 * 2 + 12);
            }
        }
    }

    @Test
    void closingFreesWhatWasKept() {
        epochs(new MemoryImages(40, Set.of()), 2, 1 << 20);
        long before = Pointer.totalBytes();
        epochs(new MemoryImages(40, Set.of()), 2, 1 << 20);
        assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    }

    private static byte[] epochs(MemoryImages images, int workers, long keptBytes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Loader loader = new Loader(
                images, CROPS, 8, 1, workers, 31, 0, 1, new Quarantine("test"), keptBytes, ComputeDevice.CPU, null)) {
            for (int epoch = 0; epoch < 3; epoch++) {
                loader.start(epoch, 0);
                for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
                    byte[] bytes = new byte[(int) batch.pixels(0).capacity()];
                    batch.pixels(0).get(bytes);
                    all.writeBytes(bytes);
                    batch.release();
                }
            }
        }
        return all.toByteArray();
    }
}
