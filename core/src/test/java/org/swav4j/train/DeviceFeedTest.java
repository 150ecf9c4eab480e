package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.Canvas;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.data.Quarantine;
import org.swav4j.loader.Loader;
import org.swav4j.loader.MemoryImages;
import org.swav4j.method.MicroBatch;
import org.swav4j.tensor.ComputeDevice;

/** The way of the crops on the CPU, and crops made by tensor operations instead of by the workers. */
@Timeout(120)
class DeviceFeedTest {
    private static final int BATCH = 8;

    @TempDir
    private Path temporary;

    /** An unreadable image is replaced by the same other one. */
    private final MemoryImages images = new MemoryImages(24, Set.of(3));

    @Test
    void cropsMadeOnTheDeviceAreThoseOfTheWorkers() {
        MultiCrop recipe = new MultiCrop(CropSpec.parseAll("2x16@0.3-1,3x8@0.1-0.3"), Augmentation.SWAV);
        List<double[]> expected = epoch(recipe, null, 2);
        List<double[]> actual = epoch(recipe, Canvas.of(recipe), 3);
        assertThat(actual).hasSameSizeAs(expected).hasSize(3 * 2);
        for (int i = 0; i < expected.size(); i++) {
            double[] wanted = expected.get(i);
            double[] found = actual.get(i);
            assertThat(found).hasSameSizeAs(wanted);
            double sum = 0;
            for (int p = 0; p < wanted.length; p++) {
                sum += Math.abs(wanted[p] - found[p]);
            }
            assertThat(sum / wanted.length).as("mean difference in levels").isLessThan(0.5);
        }
    }

    /** The pixels of every batch and resolution of an epoch. */
    private List<double[]> epoch(MultiCrop recipe, Canvas canvas, int workers) {
        List<double[]> pixels = new ArrayList<>();
        Quarantine quarantine = new Quarantine("test");
        try (Loader loader = new Loader(
                        images, recipe, BATCH, 1, workers, 31, 0, 1, quarantine, 0, ComputeDevice.CPU, canvas);
                DeviceFeed feed = DeviceFeed.of(loader, ComputeDevice.CPU, canvas == null ? null : recipe)) {
            feed.start(2, 0, List.of());
            while (true) {
                try (PointerScope scope = new PointerScope()) {
                    List<MicroBatch> step = feed.next();
                    if (step == null) {
                        return pixels;
                    }
                    for (Tensor resolution : step.get(0).crops()) {
                        assertThat(resolution.scalar_type().intern()).isEqualTo(ScalarType.Byte);
                        pixels.add(org.swav4j.Tensors.doubles(resolution));
                    }
                }
                feed.release();
            }
        }
    }

    @Test
    void aTrainingThatAugmentsOnTheDeviceGoesOnWhereItWasStopped() {
        TinyTraining whole = onDevice("whole", 1);
        whole.run(images);
        TinyTraining broken = onDevice("broken", 3).stopAfter(4);
        Checkpoint checkpoint = Checkpoint.open(broken.run(images).checkpoint());
        broken.stopAfter(Long.MAX_VALUE).run(images, checkpoint);
        assertThat(losses(broken)).isEqualTo(losses(whole).subList(4, 9));

        TinyTraining workers = new TinyTraining(temporary.resolve("workers"));
        workers.run(images);
        assertThat(losses(whole))
                .as("almost the same pixels, not the same")
                .doesNotContainAnyElementsOf(losses(workers));
    }

    private TinyTraining onDevice(String name, int workers) {
        return new TinyTraining(temporary.resolve(name)).with("augment_on=device workers=" + workers);
    }

    private static List<Double> losses(TinyTraining training) {
        return training.steps().stream().map(StepReport::loss).toList();
    }
}
