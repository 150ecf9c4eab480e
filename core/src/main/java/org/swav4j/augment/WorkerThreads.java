package org.swav4j.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.pytorch.global.torch;

/**
 * Threads that decode and crop. They are the parallelism: within them both native libraries run on one thread.
 *
 * <p>OpenCV's count is the process's. libtorch's belongs to the calling thread, but {@code set_num_threads} also leaves it
 * behind as the default of threads that have not used libtorch yet, so the caller's count is set again once every thread has its
 * own.
 */
public final class WorkerThreads {
    private WorkerThreads() {}

    /** Starts {@code count} daemon threads called {@code name-0}, {@code name-1}, ..., each of which does all of {@code work}. */
    public static List<Thread> start(String name, int count, Runnable work) {
        return start(name, count, 1, work);
    }

    /** The same with threads within each of which libtorch computes on {@code threadsEach}. */
    public static List<Thread> start(String name, int count, int threadsEach, Runnable work) {
        opencv_core.setNumThreads(1);
        int callersThreads = torch.get_num_threads();
        CountDownLatch limited = new CountDownLatch(count);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            limitThisThread(threadsEach);
                        } finally {
                            limited.countDown();
                        }
                        work.run();
                    },
                    name + "-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        awaitAll(limited);
        torch.set_num_threads(callersThreads);
        return List.copyOf(threads);
    }

    /** A moment; an interrupt is kept for whoever waits next. */
    private static void awaitAll(CountDownLatch limited) {
        boolean interrupted = false;
        while (limited.getCount() > 0) {
            try {
                limited.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A thread's first use of libtorch gives it the process's default, also after its count was set. Asking for the count is
     * such a use; {@code lazy_init_num_threads} is not, as the binding's copy of that inline function has a flag of its own.
     */
    @SuppressWarnings("CheckReturnValue")
    private static void limitThisThread(int count) {
        torch.get_num_threads();
        torch.set_num_threads(count);
    }
}
