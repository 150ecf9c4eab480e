package org.swav4j.profile;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/**
 * Records which of libtorch's operations the calling thread starts, those of its backward passes too. {@link #begin} and
 * {@link #end} are for one thread.
 *
 * <p>The bindings leave libtorch's profilers out, but the library has {@code torch::autograd::profiler::RecordProfile}: its
 * constructor begins a record, its destructor writes the record to a file and reports failures instead of throwing. Both are
 * looked up by their names in the library that is loaded already, and nothing is called unless both are there.
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
    /** An operation that no training uses; where it lies in the record and when it was called tie the clocks together. */
    private static final String MARK = "aten::scalar_tensor";

    private static final double MOST_DRIFT_MICROS = 1000;

    private final Function constructor;
    private final Function destructor;
    private final Memory object = new Memory(OBJECT_BYTES);
    private FileChannel record;
    private boolean recording;
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
     * @param folder for a file without a name, until {@link #end}
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
        mark();
        began = mark();
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

    /** Ends the record without looking at it, if one was begun. */
    @Override
    public void close() throws IOException {
        try (object;
                FileChannel written = record) {
            destruct();
        }
    }

    private void destruct() {
        if (recording) {
            recording = false;
            destructor.invokeVoid(new Object[] {object});
        }
    }

    /** Ends the record and returns it, operations within others before them, on {@link System#nanoTime}'s clock. Takes some microseconds an operation. */
    List<Operation> end() throws IOException, ProfilerException {
        long ended = mark();
        destruct();
        try (FileChannel written = record;
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(Channels.newInputStream(written), StandardCharsets.UTF_8))) {
            return aligned(OperationLog.read(lines), began, ended);
        }
    }

    /** Calls the marking operation; returns the middle of when that was. */
    private static long mark() {
        long before = System.nanoTime();
        torch.scalar_tensor(new Scalar(0.0)).close();
        return before + (System.nanoTime() - before) / 2;
    }

    /** What lies between the second mark, set at {@code began}, and the last, set at {@code ended}. */
    static List<Operation> aligned(List<OperationLog.Entry> entries, long began, long ended) throws ProfilerException {
        List<OperationLog.Entry> marks = entries.stream()
                .filter(e -> e.name().equals(MARK))
                .sorted(Comparator.comparingDouble(OperationLog.Entry::start))
                .toList();
        Optional<OperationLog.Entry> first = marks.stream().skip(1).findFirst();
        if (first.isEmpty() || marks.size() < 3) {
            throw new ProfilerException("libtorch's record of its operations is not complete");
        }
        OperationLog.Entry last = marks.get(marks.size() - 1);
        double from = middle(first.get());
        double to = middle(last);
        double drift = (to - from) - (ended - began) / 1e3;
        if (Math.abs(drift) > MOST_DRIFT_MICROS + 1e-3 * (to - from)) {
            throw new ProfilerException("the clock of libtorch's record was set while it was written");
        }
        double scale = (ended - began) / (to - from);
        List<Operation> operations = new ArrayList<>();
        for (OperationLog.Entry e : entries) {
            if (e.start() > first.get().start() + first.get().duration() && e.start() + e.duration() < last.start()) {
                long start = began + Math.round((e.start() - from) * scale);
                long end = began + Math.round((e.start() + e.duration() - from) * scale);
                int thread = e.thread() == last.thread() ? Operation.RECORDING_THREAD : e.thread();
                operations.add(new Operation(e.name(), thread, start, end));
            }
        }
        return operations;
    }

    private static double middle(OperationLog.Entry e) {
        return e.start() + e.duration() / 2;
    }
}
