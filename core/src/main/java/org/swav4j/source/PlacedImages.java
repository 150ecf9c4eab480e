package org.swav4j.source;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.ShardLayout;

/** Images under a description that begins with the place people know them by; all else is theirs. */
record PlacedImages(LabelledImages images, String place) implements LabelledImages {

    @Override
    public String description() {
        String own = images.description();
        int end = own.indexOf(": ");
        return end < 0 ? place : place + own.substring(end);
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
    public OptionalLong bytes() {
        return images.bytes();
    }

    @Override
    public List<String> classNames() {
        return images.classNames();
    }

    @Override
    public int label(int index) {
        return images.label(index);
    }

    @Override
    public Optional<ShardLayout> shards() {
        return images.shards();
    }

    @Override
    public Map<String, String> damaged() {
        return images.damaged();
    }

    @Override
    public int[] looks(int count) {
        return images.looks(count);
    }

    @Override
    public Reading reading(EpochOrder order, int first) {
        return images.reading(order, first);
    }
}
