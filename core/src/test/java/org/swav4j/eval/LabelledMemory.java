package org.swav4j.eval;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.swav4j.data.LabelledImages;
import org.swav4j.loader.MemoryImages;

/** Images in memory with labels, some of them -1 for none. */
public final class LabelledMemory implements LabelledImages {
    private final MemoryImages images;
    private final List<String> classNames;
    private final int[] labels;

    public LabelledMemory(List<String> classNames, Set<Integer> broken, int... labels) {
        this.images = new MemoryImages(labels.length, broken);
        this.classNames = List.copyOf(classNames);
        this.labels = labels.clone();
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public String name(int index) {
        return images.name(index);
    }

    @Override
    public byte[] read(int index) throws IOException {
        return images.read(index);
    }

    @Override
    public String fingerprint() {
        return images.fingerprint();
    }

    @Override
    public String description() {
        return images.description();
    }
}
