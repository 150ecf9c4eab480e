package org.swav4j.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.swav4j.loader.LoadingWatch;

/** A {@link Track} for each of the loader's threads, made when the thread is first heard of. */
final class WorkerTracks implements LoadingWatch {
    private final int capacity;
    private final List<Track<Stage>> tracks = new ArrayList<>();
    private final ThreadLocal<Track<Stage>> own = ThreadLocal.withInitial(this::add);
    private volatile boolean done;
    private boolean recording;
    private long began;

    /** @param capacity spans that are kept of each thread */
    WorkerTracks(int capacity) {
        this.capacity = capacity;
    }

    @Override
    public void now(Stage stage) {
        if (!done) {
            own.get().now(stage == Stage.IDLE ? null : stage, System.nanoTime());
        }
    }

    private synchronized Track<Stage> add() {
        Track<Stage> track = new Track<>(Thread.currentThread().getName(), Stage.class, capacity);
        if (recording) {
            track.begin(began);
        }
        tracks.add(track);
        return track;
    }

    synchronized void begin(long time) {
        recording = true;
        began = time;
        tracks.forEach(track -> track.begin(time));
    }

    synchronized void end(long time) {
        recording = false;
        tracks.forEach(track -> track.end(time));
    }

    /** Hears nothing any more. */
    void finish() {
        done = true;
    }

    /** By the threads' names. */
    synchronized List<Track<Stage>> tracks() {
        Comparator<Track<Stage>> byName =
                Comparator.comparing(track -> track.name().length());
        return tracks.stream().sorted(byName.thenComparing(Track::name)).toList();
    }

    synchronized int dropped() {
        return tracks.stream().mapToInt(Track::dropped).sum();
    }

    /** @param nanos for how long each thread was recorded */
    synchronized ProfileReport.LoadingCost cost(long nanos) {
        double all = (double) nanos * Math.max(1, tracks.size());
        return new ProfileReport.LoadingCost(
                tracks.size(), sum(Stage.READ) / all, sum(Stage.DECODE) / all, sum(Stage.CROP) / all);
    }

    private long sum(Stage stage) {
        return tracks.stream().mapToLong(track -> track.nanos(stage)).sum();
    }
}
