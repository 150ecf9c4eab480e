package org.swav4j.loader;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.swav4j.data.ImageSource;
import org.swav4j.data.Images;

/** Images in memory, some of them broken, that count how often they are read. */
public final class MemoryImages implements ImageSource {
    private final List<byte[]> encoded = new ArrayList<>();
    private final AtomicInteger reads = new AtomicInteger();

    public MemoryImages(int count, Set<Integer> broken) {
        for (int i = 0; i < count; i++) {
            String extension = i % 2 == 0 ? ".jpg" : ".png";
            encoded.add(
                    broken.contains(i)
                            ? new byte[] {1, 2, 3}
                            : Images.encoded(extension, 24 + i % 7, 20 + i % 5, CV_8UC3, i));
        }
    }

    int reads() {
        return reads.get();
    }

    @Override
    public int size() {
        return encoded.size();
    }

    @Override
    public String name(int index) {
        return String.format("%03d.jpg", index);
    }

    @Override
    public byte[] read(int index) throws IOException {
        reads.incrementAndGet();
        if (encoded.get(index) == null) {
            throw new NoSuchFileException(name(index));
        }
        return encoded.get(index);
    }

    void vanish(int index) {
        encoded.set(index, null);
    }

    @Override
    public String fingerprint() {
        return "0";
    }

    @Override
    public String description() {
        return "memory: " + size() + " images";
    }
}
