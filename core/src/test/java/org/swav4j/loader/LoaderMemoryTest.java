package org.swav4j.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.swav4j.ChildJvm;

/** Memory as docs/architecture.md states it: workers × image + batches in flight, whatever the number of images. */
@EnabledOnOs(OS.LINUX)
class LoaderMemoryTest {
    /** Java itself, both native libraries and the batches, which are small here. */
    private static final long BASE = 500;

    @TempDir
    private Path folder;

    @Test
    void fourWorkersOnTwelveMegapixels() throws IOException, InterruptedException {
        long[] memory = load("-Xmx256m", 60, 4000, 3000, 4, 16);
        assertThat(memory[3]).isLessThan(BASE + 4 * workerMegabytes(4000, 3000));
    }

    @Test
    @Tag("slow")
    void sixteenWorkersOnFiftyMegapixelsWithAGigabyteOfHeap() throws IOException, InterruptedException {
        long[] memory = load("-Xmx1g", 600, 8192, 6144, 16, 128);
        assertThat(memory[3]).isLessThan(BASE + 1024 + 16 * workerMegabytes(8192, 6144));
    }

    @Test
    void memoryIsFlatOverManyImages() throws IOException, InterruptedException {
        soak(5_000, 60);
    }

    @Test
    @Tag("slow")
    void memoryIsFlatOverTwoHundredThousandImages() throws IOException, InterruptedException {
        soak(200_000, 900);
    }

    private void soak(int images, int seconds) throws IOException, InterruptedException {
        long[] memory = load("-Xmx128m", seconds, 48, 40, 2, images);
        assertThat(memory[2]).as("%s", Arrays.toString(memory)).isLessThan(memory[0] + 48);
        assertThat(memory[2]).as("%s", Arrays.toString(memory)).isLessThan(memory[1] + 32);
    }

    /** What one worker holds: the decoded image, and a quarter for its file and the crops' scratch. */
    private static long workerMegabytes(long width, long height) {
        return width * height * 3 * 5 / 4 >> 20;
    }

    private long[] load(String heap, int seconds, int... arguments) throws IOException, InterruptedException {
        String[] words = Arrays.stream(arguments).mapToObj(Integer::toString).toArray(String[]::new);
        long begin = System.nanoTime();
        ChildJvm.Result result = ChildJvm.run(folder, seconds, List.of(heap), LoaderLoad.class, words)
                .succeeded();
        System.out.printf(
                "%s, %s: memory after a tenth, half, all and at most, MB: %s(%.0f s)%n",
                heap, Arrays.toString(arguments), result.out().replace('\n', ' '), (System.nanoTime() - begin) / 1e9);
        return Arrays.stream(result.out().trim().split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
    }
}
