package org.swav4j.train;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.swav4j.data.ImageSource;

/** A source that takes so many milliseconds for each image. */
record SlowImages(ImageSource images, int millis) implements ImageSource {
    @Override
    public byte[] read(int index) throws IOException {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
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
