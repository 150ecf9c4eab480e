package org.swav4j.data;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;

/**
 * Keeps what the native decoders print about damaged images off the terminal; the exceptions say it better.
 *
 * <p>libjpeg, libpng and OpenCV print through C's {@code stderr}, which is a stream on file descriptor 2. While an image is
 * being decoded that stream is put on {@code /dev/null} instead. Descriptor 2 itself stays as it is, so {@code System.err} and
 * what the JVM prints when it crashes are not concerned; what other native code prints through C's streams during those moments
 * is lost.
 *
 * <p>There is no call for that which Java could make, so the descriptor's number is changed where glibc keeps it, in a field
 * that has not moved since 1997 because programs are linked to it. Elsewhere than on Linux with glibc, or if the field does not
 * hold what it should, nothing is changed and the messages appear. {@code -Dswav4j.decoder.messages=true} lets them appear.
 */
final class NativeMessages {
    /** In C's {@code struct _IO_FILE} with pointers of 8 bytes: {@code int _flags} first, {@code int _fileno} after 13 pointers. */
    private static final int FLAGS = 0;

    private static final int FILE_NUMBER = 28;
    private static final int MAGIC = 0xFBAD;
    private static final int STDERR = 2;

    /** For the whole process, as the stream is. */
    private static final Optional<NativeMessages> STREAM = find();

    private final IntPointer stderr;
    private final FileOutputStream nowhere;
    private final int nowhereNumber;
    private int silent;

    private NativeMessages(IntPointer stderr, FileOutputStream nowhere, int nowhereNumber) {
        this.stderr = stderr;
        this.nowhere = nowhere;
        this.nowhereNumber = nowhereNumber;
    }

    /** A time during which nothing is printed, until it is closed. Such times may overlap, on any threads. */
    static Silence silence() {
        STREAM.ifPresent(NativeMessages::begin);
        return () -> STREAM.ifPresent(NativeMessages::end);
    }

    /** Closed without exceptions. */
    interface Silence extends AutoCloseable {
        @Override
        void close();
    }

    private synchronized void begin() {
        if (silent++ == 0) {
            stderr.put(FILE_NUMBER, nowhereNumber);
        }
    }

    private synchronized void end() {
        if (--silent == 0) {
            stderr.put(FILE_NUMBER, STDERR);
        }
    }

    private static Optional<NativeMessages> find() {
        boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
        if (!linux || Boolean.getBoolean("swav4j.decoder.messages")) {
            return Optional.empty();
        }
        Loader.load(opencv_imgcodecs.class);
        Pointer glibc = Loader.addressof("gnu_get_libc_version");
        Pointer stream = Loader.addressof("_IO_2_1_stderr_");
        if (glibc == null || stream == null || Loader.sizeof(Pointer.class) != Long.BYTES) {
            return Optional.empty();
        }
        IntPointer fields = new IntPointer(stream);
        if (fields.get(FLAGS) >>> 16 != MAGIC || fields.get(FILE_NUMBER) != STDERR) {
            return Optional.empty();
        }
        try {
            Set<Path> before = toNowhere();
            FileOutputStream nowhere = new FileOutputStream("/dev/null");
            Set<Path> opened = toNowhere();
            opened.removeAll(before);
            if (opened.size() == 1) {
                Path number = opened.iterator().next().getFileName();
                return Optional.of(new NativeMessages(fields, nowhere, Integer.parseInt(number.toString())));
            }
            nowhere.close();
        } catch (IOException e) {
            return Optional.empty(); // without /proc and /dev the messages appear
        }
        return Optional.empty();
    }

    /** This process's descriptors of {@code /dev/null}. */
    private static Set<Path> toNowhere() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(NativeMessages::isNowhere).collect(Collectors.toCollection(HashSet::new));
        }
    }

    private static boolean isNowhere(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals("/dev/null");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
