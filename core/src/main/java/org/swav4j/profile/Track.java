package org.swav4j.profile;

import java.util.ArrayList;
import java.util.List;

/**
 * What one thread does: spans that follow one another, kept while recording is on. A thread writes, another switches
 * recording and reads. Memory is bounded: of more spans than there is room for, the last ones count in {@link #nanos}
 * but are not kept.
 *
 * @param <E> what a thread can be at
 */
final class Track<E extends Enum<E>> {
    private final String name;
    private final E[] stages;
    private final long[] starts;
    private final long[] ends;
    private final byte[] kinds;
    private final long[] nanos;
    private int count;
    private int dropped;
    private boolean recording;
    private E current;
    private long since;

    /** @param capacity spans that are kept */
    Track(String name, Class<E> stages, int capacity) {
        this.name = name;
        this.stages = stages.getEnumConstants();
        this.starts = new long[capacity];
        this.ends = new long[capacity];
        this.kinds = new byte[capacity];
        this.nanos = new long[this.stages.length];
    }

    /** The thread is at {@code stage} from {@code time} on; null: at nothing. */
    synchronized void now(E stage, long time) {
        if (recording) {
            close(time);
        }
        current = stage;
        since = Math.max(since, time);
    }

    /** Recording begins; what the thread is at counts from here. */
    synchronized void begin(long time) {
        recording = true;
        since = Math.max(since, time);
    }

    /** Recording ends, in the middle of a span perhaps. What the thread told since {@code time} is taken back. */
    synchronized void end(long time) {
        close(time);
        for (; count > 0 && ends[count - 1] > time; count--) {
            int last = count - 1;
            long kept = Math.max(starts[last], time);
            nanos[kinds[last]] -= ends[last] - kept;
            ends[last] = kept;
            if (starts[last] < time) {
                break;
            }
        }
        recording = false;
        since = Math.max(since, time);
    }

    private void close(long time) {
        if (current == null || time <= since) {
            return;
        }
        nanos[current.ordinal()] += time - since;
        if (count == starts.length) {
            dropped++;
            return;
        }
        starts[count] = since;
        ends[count] = time;
        kinds[count] = (byte) current.ordinal();
        count++;
    }

    String name() {
        return name;
    }

    /** Time spent at a stage while recording. */
    synchronized long nanos(E stage) {
        return nanos[stage.ordinal()];
    }

    /** Spans there was no room for. */
    synchronized int dropped() {
        return dropped;
    }

    /** The spans kept, in order, not overlapping. */
    synchronized List<Span<E>> spans() {
        List<Span<E>> spans = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            spans.add(new Span<>(stages[kinds[i]], starts[i], ends[i]));
        }
        return spans;
    }
}
