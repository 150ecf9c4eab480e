package org.swav4j.source;

import java.util.List;
import java.util.OptionalLong;
import org.swav4j.data.LabelledImages;

/** A source whose names and classes are an {@link ImageIndex}; what is left to a kind of source is where the bytes lie. */
abstract sealed class IndexedImages implements LabelledImages permits ImageFolder, ImageList, ZipImages, CifarBinary {
    private final ImageIndex index;
    private final String description;

    IndexedImages(ImageIndex index, String description) {
        this.index = index;
        this.description = description;
    }

    @Override
    public final int size() {
        return index.size();
    }

    @Override
    public final String name(int index) {
        return this.index.name(index);
    }

    @Override
    public final String fingerprint() {
        return index.fingerprint();
    }

    @Override
    public final OptionalLong bytes() {
        return index.bytes();
    }

    @Override
    public final String description() {
        return description;
    }

    @Override
    public final List<String> classNames() {
        return index.classNames();
    }

    @Override
    public final int label(int index) {
        return this.index.label(index);
    }
}
