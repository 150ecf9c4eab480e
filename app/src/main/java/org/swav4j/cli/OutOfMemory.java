package org.swav4j.cli;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.swav4j.comm.RankLostException;

/** Says which memory is at an end, since each needs something else: the heap, the machine's for tensors, a GPU's, threads. */
final class OutOfMemory {
    private static final Pattern BYTES =
            Pattern.compile("(?i)tr(?:ied|ying) to allocate ([0-9.]+ ?[kmgt]?i?b(?:ytes)?)");

    private static final String SMALLER = "a smaller --batch-size, smaller --crops, a higher --grad-accum or"
            + " --checkpoint-activations true may help";

    private OutOfMemory() {}

    /** What to say of a failure that came of a lack of memory; empty if it came of something else. */
    static Optional<String> explain(Throwable failure) {
        if (Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(RankLostException.class::isInstance)) {
            // it may tell of another's lack of memory
            return Optional.empty();
        }
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String message = String.valueOf(each.getMessage());
            if (each instanceof OutOfMemoryError) {
                return Optional.of(ofJava(message));
            }
            if (each instanceof RuntimeException && message.contains("CUDA out of memory")) {
                return Optional.of("out of memory on the GPU" + tried(message) + "; " + SMALLER);
            }
            if (isNative(each, message)) {
                return Optional.of(ofTheMachine(message));
            }
        }
        return Optional.empty();
    }

    private static String ofJava(String message) {
        if (message.contains("native thread")) {
            return "no more threads can be started; fewer --workers and --threads, or a higher limit of processes"
                    + " (ulimit -u, or the container's) may help";
        }
        if (message.contains("direct buffer")) {
            return "out of memory for Java's direct buffers; SWAV_JAVA_OPTS=-XX:MaxDirectMemorySize=... gives more";
        }
        if (message.contains("heap") || message.contains("GC overhead") || message.contains("array size")) {
            long megabytes = Runtime.getRuntime().maxMemory() >> 20;
            return String.format(
                    Locale.ROOT,
                    "out of memory: the Java heap of %,d MB is full; SWAV_JAVA_OPTS=-Xmx... gives it more, and fewer"
                            + " --workers need less",
                    megabytes);
        }
        // JavaCPP's own words for memory outside the heap
        return ofTheMachine(message);
    }

    private static String ofTheMachine(String message) {
        return "out of memory outside the Java heap, where images and tensors are" + tried(message) + "; " + SMALLER
                + ", and so may other programs that end";
    }

    /**
     * libtorch and OpenCV report that they get no memory as a plain RuntimeException with the native stack in its message; the
     * loader of native libraries says so of a part that cannot be mapped.
     */
    private static boolean isNative(Throwable failure, String message) {
        return (failure instanceof RuntimeException
                        && (message.contains("can't allocate memory")
                                || message.contains("not enough memory")
                                || message.contains("Insufficient memory")
                                || message.contains("std::bad_alloc")))
                || (failure instanceof UnsatisfiedLinkError
                        && (message.contains("failed to map segment") || message.contains("Cannot allocate memory")));
    }

    private static String tried(String message) {
        Matcher bytes = BYTES.matcher(message);
        return bytes.find() ? " (" + bytes.group(1) + " more were asked for)" : "";
    }
}
