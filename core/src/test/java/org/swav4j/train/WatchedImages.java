package org.swav4j.train;

import java.io.IOException;
import org.swav4j.data.ImageSource;

/** A source of which every reading is preceded by something: a delay, a failure. */
record WatchedImages(ImageSource images, Runnable beforeEach) implements ImageSource {
    @Override
    public byte[] read(int index) throws IOException {
        beforeEach.run();
        return images.read(index);
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
    public String fingerprint() {
        return images.fingerprint();
    }

    @Override
    public String description() {
        return images.description();
    }
}
