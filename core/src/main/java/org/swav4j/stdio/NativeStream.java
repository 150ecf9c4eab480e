package org.swav4j.stdio;

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

/**
 * C's {@code stdout} or {@code stderr}, a stream on file descriptor 1 or 2, which can be put on {@code /dev/null} for a while.
 * The descriptor itself stays as it is, so {@code System.out} and {@code System.err} and what the JVM prints when it crashes are
 * not concerned; what other native code prints through the stream during that time is lost.
 *
 * <p>There is no call for that which Java could make, so the descriptor's number is changed where glibc keeps it, in a field
 * that has not moved since 1997 because programs are linked to it. Elsewhere than on Linux with glibc, or if the field does not
 * hold what it should, nothing is changed and everything is printed.
 */
public final class NativeStream {
    /** In C's {@code struct _IO_FILE} with pointers of 8 bytes: {@code int _flags} first, {@code int _fileno} after 13 pointers. */
    private static final int FLAGS = 0;

    private static final int FILE_NUMBER = 28;
    private static final int MAGIC = 0xFBAD;

    private final IntPointer fields;
    private final int descriptor;
    private final FileOutputStream nowhere;
    private final int nowhereNumber;
    private int silent;

    private NativeStream(IntPointer fields, int descriptor, FileOutputStream nowhere, int nowhereNumber) {
        this.fields = fields;
        this.descriptor = descriptor;
        this.nowhere = nowhere;
        this.nowhereNumber = nowhereNumber;
    }

    /** Standard output; there must be one object for it in the process, and a library of JavaCPP must have been loaded. */
    public static Optional<NativeStream> stdout() {
        return find("_IO_2_1_stdout_", 1);
    }

    /** Standard error, likewise. */
    public static Optional<NativeStream> stderr() {
        return find("_IO_2_1_stderr_", 2);
    }

    /** A time during which nothing is printed, until it is closed. Such times may overlap, on any threads. */
    public Silence silence() {
        begin();
        return this::end;
    }

    /** Closed without exceptions. */
    public interface Silence extends AutoCloseable {
        @Override
        void close();
    }

    private synchronized void begin() {
        if (silent++ == 0) {
            fields.put(FILE_NUMBER, nowhereNumber);
        }
    }

    private synchronized void end() {
        if (--silent == 0) {
            fields.put(FILE_NUMBER, descriptor);
        }
    }

    private static Optional<NativeStream> find(String symbol, int descriptor) {
        if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
            return Optional.empty();
        }
        Pointer glibc = Loader.addressof("gnu_get_libc_version");
        Pointer stream = Loader.addressof(symbol);
        if (glibc == null || stream == null || Loader.sizeof(Pointer.class) != Long.BYTES) {
            return Optional.empty();
        }
        IntPointer fields = new IntPointer(stream);
        if (fields.get(FLAGS) >>> 16 != MAGIC || fields.get(FILE_NUMBER) != descriptor) {
            return Optional.empty();
        }
        try {
            Set<Path> before = toNowhere();
            FileOutputStream nowhere = new FileOutputStream("/dev/null");
            Set<Path> opened = toNowhere();
            opened.removeAll(before);
            if (opened.size() == 1) {
                Path number = opened.iterator().next().getFileName();
                return Optional.of(new NativeStream(fields, descriptor, nowhere, Integer.parseInt(number.toString())));
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
            return open.filter(NativeStream::isNowhere).collect(Collectors.toCollection(HashSet::new));
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
