package org.swav4j.dataset.check;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.swav4j.data.LabelledImages;

/** Encoded images in memory; those without bytes have disappeared. */
class MemoryImages implements LabelledImages {
    private final List<String> names = new ArrayList<>();
    private final List<byte[]> contents = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();
    private final List<String> classes;

    MemoryImages(String... classes) {
        this.classes = List.of(classes);
    }

    MemoryImages with(String name, int label, byte[] content) {
        names.add(name);
        labels.add(label);
        contents.add(content);
        return this;
    }

    @Override
    public int size() {
        return names.size();
    }

    @Override
    public String name(int index) {
        return names.get(index);
    }

    @Override
    public byte[] read(int index) throws IOException {
        if (contents.get(index) == null) {
            throw new NoSuchFileException(names.get(index));
        }
        return contents.get(index);
    }

    @Override
    public String fingerprint() {
        return "memory";
    }

    @Override
    public String description() {
        return "memory: " + size() + " images";
    }

    @Override
    public List<String> classNames() {
        return classes;
    }

    @Override
    public int label(int index) {
        return labels.get(index);
    }
}
