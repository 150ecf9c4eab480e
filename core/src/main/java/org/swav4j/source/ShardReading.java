package org.swav4j.source;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.swav4j.data.EpochOrder;
import org.swav4j.data.ImageSource;

/**
 * The images of an order, streamed: one thread reads shards from front to back, a window at a time, ahead of those who ask.
 *
 * <p>No more than two windows are in memory. The older one goes when all of it was asked for and some of the next, so that
 * its images can still stand in for those that turn out to be broken; only then is a third one begun.
 */
final class ShardReading implements ImageSource.Reading {
    /** Opens a shard at its beginning. */
    @FunctionalInterface
    interface Opener {
        ShardStream open(Path shard) throws IOException;
    }

    private static final int WINDOWS = 2;
    private static final int ATTEMPTS = 4;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long CLOSE_PATIENCE_MILLIS = 30_000;

    private final TarShards source;
    private final EpochOrder order;
    private final int first;
    private final Opener opener;
    private final Thread thread;

    /** By their first position. */
    private final TreeMap<Integer, Window> resident = new TreeMap<>();

    /** The first position of the next window to load. */
    private int next;

    private long bytesHeld;
    private Throwable failure;
    private boolean closed;

    private ShardReading(TarShards source, EpochOrder order, int first, Opener opener) {
        this.source = source;
        this.order = order;
        this.first = first;
        this.opener = opener;
        this.next = first < order.size() ? order.windowStart(first) : order.size();
        thread = new Thread(this::load, "swav-shards");
        thread.setDaemon(true);
    }

    static ShardReading begin(TarShards source, EpochOrder order, int first) {
        return begin(source, order, first, ShardStream::open);
    }

    static ShardReading begin(TarShards source, EpochOrder order, int first, Opener opener) {
        ShardReading reading = new ShardReading(source, order, first, opener);
        reading.thread.start();
        return reading;
    }

    @Override
    public byte[] read(int position) throws IOException {
        int image = order.image(position);
        int start = order.windowStart(position);
        synchronized (this) {
            while (true) {
                if (closed) {
                    throw new IOException("reading was given up");
                }
                if (failure != null) {
                    throw new IllegalStateException("reading shards failed: " + failure, failure);
                }
                Window window = resident.get(start);
                if (window == null && start < next) {
                    break;
                }
                Loaded loaded = window == null ? null : window.loaded.get(image);
                if (loaded != null) {
                    window.asked.set(position - start);
                    release();
                    return loaded.bytes();
                }
                await();
            }
        }
        return source.read(image);
    }

    private void await() throws IOException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for an image", e);
        }
    }

    /** Lets the oldest window go if nobody will come back to it. */
    private void release() {
        if (resident.size() < WINDOWS) {
            return;
        }
        Iterator<Window> windows = resident.values().iterator();
        Window oldest = windows.next();
        Window following = windows.next();
        if (oldest.asked.cardinality() == oldest.length && following.asked.cardinality() * 8 >= following.length) {
            resident.remove(oldest.start);
            bytesHeld -= oldest.bytes;
            notifyAll();
        }
    }

    /** How many bytes of images are in memory. */
    synchronized long bytesHeld() {
        return bytesHeld;
    }

    private void load() {
        try (Cursor cursor = new Cursor()) {
            for (Window window = open(); window != null; window = open()) {
                for (int place = window.start; place < window.start + window.length; place++) {
                    int image = order.stored(place);
                    if (!put(window, image, cursor.load(image))) {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            // only close() interrupts this thread
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            synchronized (this) {
                failure = e;
                notifyAll();
            }
        }
    }

    /** The next window, as soon as there is room for it; null after the last or when closed. */
    private synchronized Window open() throws InterruptedException {
        while (!closed && resident.size() == WINDOWS) {
            wait();
        }
        if (closed || next == order.size()) {
            return null;
        }
        Window window = new Window(next, order.windowEnd(next) - next);
        window.asked.set(0, Math.max(0, first - next));
        resident.put(next, window);
        next += window.length;
        return window;
    }

    private synchronized boolean put(Window window, int image, Loaded loaded) {
        if (closed) {
            return false;
        }
        window.loaded.put(image, loaded);
        window.bytes += loaded.size();
        bytesHeld += loaded.size();
        notifyAll();
        return true;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void pause(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = millis; left > 0 && !closed; left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
            wait(left);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            resident.clear();
            bytesHeld = 0;
            notifyAll();
        }
        thread.interrupt();
        try {
            thread.join(CLOSE_PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Some consecutive positions of the order, and what has been read of their images. */
    private static final class Window {
        private final int start;
        private final int length;
        private final BitSet asked = new BitSet();
        private final Map<Integer, Loaded> loaded = new HashMap<>();
        private long bytes;

        Window(int start, int length) {
            this.start = start;
            this.length = length;
        }
    }

    /** An image, or why there is none. */
    private record Loaded(byte[] encoded, IOException reason) {
        byte[] bytes() throws IOException {
            if (encoded == null) {
                throw new IOException(reason.getMessage(), reason);
            }
            return encoded;
        }

        int size() {
            return encoded == null ? 0 : encoded.length;
        }
    }

    /** A place in the shard that is being read. A shard that fails in spite of several attempts is given up from there on. */
    private final class Cursor implements AutoCloseable {
        private Path shard;
        private ShardStream in;
        private IOException lost;

        Loaded load(int image) throws InterruptedException {
            if (!source.shard(image).equals(shard)) {
                close();
                shard = source.shard(image);
                lost = null;
            }
            for (int attempt = 1; lost == null; attempt++) {
                try {
                    if (in == null) {
                        in = opener.open(shard);
                    }
                    return new Loaded(source.read(image, in), null);
                } catch (DamagedShardException e) {
                    lost = e;
                } catch (NoSuchFileException e) {
                    lost = new IOException("the shard has disappeared", e);
                } catch (AccessDeniedException e) {
                    lost = new IOException("permission denied for the shard", e);
                } catch (OutOfMemoryError e) {
                    close();
                    return new Loaded(null, new IOException("the image is too large for the program's heap", e));
                } catch (IOException e) {
                    close();
                    if (attempt == ATTEMPTS) {
                        lost = new IOException(e.getMessage() + ", " + ATTEMPTS + " times in a row", e);
                    } else if (isClosed()) {
                        lost = e;
                    } else {
                        pause(FIRST_PAUSE_MILLIS << 2 * (attempt - 1));
                    }
                }
            }
            close();
            return new Loaded(null, lost);
        }

        @Override
        public void close() {
            if (in != null) {
                try {
                    in.close();
                } catch (IOException e) {
                    // the bytes that were wanted have been read, and the next attempt opens the shard again
                }
                in = null;
            }
        }
    }
}
