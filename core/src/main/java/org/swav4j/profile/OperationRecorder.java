package org.swav4j.profile;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/**
 * Records which of libtorch's operations the calling thread starts, those of its backward passes too. {@link #begin}
 * and {@link #end} are for one thread.
 *
 * <p>The bindings leave libtorch's profilers out, but the library has {@code
 * torch::autograd::profiler::RecordProfile}: its constructor begins a record, its destructor writes the record to a
 * file and reports failures instead of throwing. Both are looked up by their names in the library that is loaded
 * already, and nothing is called unless both are there.
 */
final class OperationRecorder implements AutoCloseable {
    private static final String CONSTRUCTOR =
            "_ZN5torch8autograd8profiler13RecordProfileC1ERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";
    private static final String DESTRUCTOR = "_ZN5torch8autograd8profiler13RecordProfileD1Ev";
    /** {@code dlopen}'s RTLD_LAZY and RTLD_NOLOAD: whatever is loaded stays as visible to others as it was. */
    private static final int LOADED_ONLY = 1 | 4;
    /** Two pointers in libtorch 2; the rest is for versions to come. */
    private static final int OBJECT_BYTES = 1024;
    /** {@code std::string} of GNU's library: pointer, length, capacity. */
    private static final int STRING_BYTES = 32;
    /** A call that takes longer has been interrupted, and its middle says little of when the operation was. */
    private static final long UNINTERRUPTED_NANOS = 200_000;

    private static final int MOST_CALLS = 50;

    private final Function constructor;
    private final Function destructor;
    private final Memory object = new Memory(OBJECT_BYTES);
    private FileChannel record;
    private boolean recording;
    private int marks;
    private int firstMark;
    private long began;

    private OperationRecorder(Function constructor, Function destructor) {
        this.constructor = constructor;
        this.destructor = destructor;
    }

    /** @throws ProfilerException if this libtorch cannot be recorded from here */
    static OperationRecorder find() throws ProfilerException {
        if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")) {
            throw new ProfilerException("libtorch's operations can be recorded on Linux only");
        }
        torch.get_num_threads();
        String library = Loader.getLoadedLibraries().get("torch_cpu");
        if (library == null) {
            throw new ProfilerException(
                    "libtorch's operations cannot be recorded: its library is not where it was expected");
        }
        return find(library, CONSTRUCTOR, DESTRUCTOR);
    }

    static OperationRecorder find(String library, String constructor, String destructor) throws ProfilerException {
        try {
            NativeLibrary loaded = NativeLibrary.getInstance(library, Map.of(Library.OPTION_OPEN_FLAGS, LOADED_ONLY));
            return new OperationRecorder(loaded.getFunction(constructor), loaded.getFunction(destructor));
        } catch (LinkageError e) {
            throw new ProfilerException("libtorch's operations cannot be recorded: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                    + "; this needs the libtorch that swav4j comes with");
        }
    }

    /**
     * Begins a record.
     *
     * @param folder for a file without a name, until what was recorded is closed
     */
    void begin(Path folder) throws IOException, ProfilerException {
        if (torch.profilerEnabled()) {
            throw new ProfilerException("libtorch's operations are being recorded by something else");
        }
        Path file = Files.createTempFile(folder, ".operations", ".tmp");
        try {
            record = FileChannel.open(file);
            // libtorch opens the file here; without a name it vanishes with the process, however that ends
            construct(file);
        } finally {
            Files.delete(file);
        }
        marks = 0;
        // the first call in a process is slow
        mark();
        began = mark();
        firstMark = marks - 1;
    }

    private void construct(Path file) {
        byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
        try (Memory characters = new Memory(path.length + 1L);
                Memory string = new Memory(STRING_BYTES)) {
            characters.clear();
            characters.write(0, path, 0, path.length);
            string.clear();
            string.setPointer(0, characters);
            string.setLong(8, path.length);
            string.setLong(16, path.length);
            object.clear();
            constructor.invokeVoid(new Object[] {object, string});
            recording = true;
        }
    }

    /** Ends the record, if one was begun, without keeping it. */
    void abandon() throws IOException {
        if (recording) {
            destruct();
            record.close();
        }
    }

    /** Ends a record that was begun. */
    @Override
    public void close() throws IOException {
        try (object) {
            abandon();
        }
    }

    private void destruct() {
        recording = false;
        destructor.invokeVoid(new Object[] {object});
    }

    /** Ends the record. Takes some microseconds an operation. */
    RecordedOperations end() {
        long ended = mark();
        destruct();
        return new RecordedOperations(record, firstMark, began, ended);
    }

    /**
     * Calls {@link RecordedOperations#MARK}, again if other programs had the processor meanwhile; returns the middle of when
     * the last call was.
     */
    private long mark() {
        for (int call = 1; ; call++) {
            long before = System.nanoTime();
            torch.scalar_tensor(new Scalar(0.0)).close();
            long took = System.nanoTime() - before;
            marks++;
            if (took < UNINTERRUPTED_NANOS || call == MOST_CALLS) {
                return before + took / 2;
            }
        }
    }
}
