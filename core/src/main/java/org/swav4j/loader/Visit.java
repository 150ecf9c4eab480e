package org.swav4j.loader;

import java.io.IOException;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.ImageSource;

/** One pass over a source's images in an order, shared by the workers. */
final class Visit implements AutoCloseable {
    private final ImageSource source;
    private final EpochOrder order;
    private final ImageSource.Reading reading;
    private volatile boolean givenUp;

    Visit(ImageSource source, EpochOrder order, int first) {
        this.source = source;
        this.order = order;
        this.reading = source.reading(order, first);
    }

    EpochOrder order() {
        return order;
    }

    String name(int position) {
        return source.name(order.image(position));
    }

    /** The image at {@code position}, asked for by the worker that fills position {@code filled}. */
    byte[] read(int position, int filled) throws IOException {
        boolean near = order.windowStart(position) == order.windowStart(filled);
        return near ? reading.read(position) : source.read(order.image(position));
    }

    /** Whether nobody wants the images any more; failures to read them then mean nothing. */
    boolean givenUp() {
        return givenUp;
    }

    /** Gives the pass up. Workers still at it come back soon, with an {@code IOException} or with an image. */
    @Override
    public void close() {
        givenUp = true;
        reading.close();
    }
}
