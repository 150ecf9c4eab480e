package org.swav4j.bench;

import java.io.IOException;
import java.util.List;
import org.swav4j.data.LabelledImages;

/** The first images of a source, where all of them would take too long. */
record FirstImages(LabelledImages source, int size) implements LabelledImages {
    FirstImages {
        size = Math.min(size, source.size());
    }

    @Override
    public List<String> classNames() {
        return source.classNames();
    }

    @Override
    public int label(int index) {
        return source.label(index);
    }

    @Override
    public String name(int index) {
        return source.name(index);
    }

    @Override
    public byte[] read(int index) throws IOException {
        return source.read(index);
    }

    @Override
    public String fingerprint() {
        return source.fingerprint() + size;
    }

    @Override
    public String description() {
        return source.description() + ", the first " + size;
    }
}
