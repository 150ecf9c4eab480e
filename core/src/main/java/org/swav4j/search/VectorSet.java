package org.swav4j.search;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.data.DataException;
import org.swav4j.embed.EmbeddingReader;
import org.swav4j.format.FormatException;

/**
 * Images' vectors, scaled to unit length, with their names and labels: 4·N·D bytes outside the Java heap, which it owns
 * until closed. Threads may read at once.
 */
public final class VectorSet implements AutoCloseable {
    /** A buffer holds at most this many numbers, in whole rows. */
    private static final int BUFFER_NUMBERS = 1 << 28;

    private final int size;
    private final int dimensions;
    private final FloatPointer values;
    private final int bufferRows;
    private final List<FloatBuffer> buffers = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();
    private final Map<String, String> about;
    private final List<String> withoutDirection;

    /**
     * Makes room for rows, which are {@link #put} one after the other.
     *
     * @throws DataException if the machine has not that much memory
     */
    VectorSet(Path file, int size, int dimensions, Map<String, String> about, List<String> withoutDirection) {
        requireMemory(file, size, dimensions);
        this.size = size;
        this.dimensions = dimensions;
        this.about = about;
        this.withoutDirection = withoutDirection;
        values = new FloatPointer((long) size * dimensions);
        bufferRows = Math.max(1, BUFFER_NUMBERS / dimensions);
        for (long row = 0; row < size; row += bufferRows) {
            long numbers = Math.min(bufferRows, size - row) * dimensions;
            buffers.add(values.<FloatPointer>getPointer(row * dimensions)
                    .capacity(numbers)
                    .asBuffer());
        }
    }

    /**
     * Reads a file of embeddings. Vectors of nothing but zeros have no direction, so that no cosine says anything of them:
     * they are left out.
     *
     * @throws DataException if it is no such file, holds no vectors, or what it holds cannot be compared
     */
    public static VectorSet read(Path file) throws IOException {
        try (EmbeddingReader reader = EmbeddingReader.open(file)) {
            Reading reading = new Reading(file, reader);
            try {
                reader.read(reading::row);
                return reading.done();
            } catch (Throwable e) {
                reading.close();
                throw e;
            }
        }
    }

    private static void requireMemory(Path file, long size, long dimensions) {
        double needed = 4.0 * size * dimensions;
        double there = Pointer.totalPhysicalBytes();
        if (there > 0 && needed > there) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: %,d vectors of %,d numbers need %.1f GB of memory, and this machine has %.1f GB",
                    file,
                    size,
                    dimensions,
                    needed / 1e9,
                    there / 1e9));
        }
    }

    /** Adds a row whose vector has unit length already. */
    void put(String name, String label, float[] unit) {
        int row = names.size();
        buffers.get(row / bufferRows).put(row % bufferRows * dimensions, unit);
        add(name, label);
    }

    /** Adds a row's texts alone, where the vectors come by {@link #numbers()}. */
    void add(String name, String label) {
        names.add(name);
        labels.add(label);
    }

    /** All numbers, row after row. */
    List<FloatBuffer> numbers() {
        return buffers.stream().map(FloatBuffer::duplicate).toList();
    }

    /** How many rows. */
    public int size() {
        return names.size();
    }

    /** Length of a vector. */
    public int dimensions() {
        return dimensions;
    }

    /** The image's path, as the source of images names it. */
    public String name(int row) {
        return names.get(row);
    }

    /** The image's label; null if it has none. */
    public String label(int row) {
        return labels.get(row);
    }

    /** The first row of that name. */
    public OptionalInt find(String name) {
        int row = names.indexOf(name);
        return row < 0 ? OptionalInt.empty() : OptionalInt.of(row);
    }

    /** The vector of a row, a copy. */
    public float[] vector(int row) {
        float[] vector = new float[dimensions];
        buffers.get(row / bufferRows).get(row % bufferRows * dimensions, vector);
        return vector;
    }

    /** Cosine of a row's vector with another, of any length but 0 and the same number of numbers. */
    public double cosine(int row, float[] other) {
        float[] mine = vector(row);
        double product = 0;
        double square = 0;
        for (int i = 0; i < mine.length; i++) {
            product += (double) mine[i] * other[i];
            square += (double) other[i] * other[i];
        }
        return square == 0 ? 0 : Math.max(-1, Math.min(1, product / Math.sqrt(square)));
    }

    /** Entries of the file about its vectors. */
    public Map<String, String> about() {
        return about;
    }

    /** Names of images that were left out. */
    public List<String> withoutDirection() {
        return withoutDirection;
    }

    /** [N, D] float32, rows of unit length; nothing is copied, and the calling scope owns the tensor. */
    public Tensor tensor() {
        return torch.from_blob(values, new long[] {size(), dimensions}, new TensorOptions(ScalarType.Float));
    }

    @Override
    public void close() {
        buffers.clear();
        values.close();
    }

    /**
     * A vector scaled to unit length.
     *
     * @return false if it has no direction; it stays as it was
     */
    static boolean scale(float[] vector) {
        double sum = 0;
        for (float number : vector) {
            sum += (double) number * number;
        }
        if (sum == 0) {
            return false;
        }
        double length = Math.sqrt(sum);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / length);
        }
        return true;
    }

    /** What is read so far. */
    private static final class Reading {
        private final Path file;
        private final EmbeddingReader reader;
        private final List<String> withoutDirection = new ArrayList<>();
        private VectorSet made;
        private float[] unit;

        Reading(Path file, EmbeddingReader reader) {
            this.file = file;
            this.reader = reader;
            if (reader.rows() == 0) {
                throw new DataException(file + ": holds no vectors");
            }
        }

        void row(String path, String label, float[] vector, int length) throws IOException {
            if (made == null) {
                begin(length);
            }
            if (length != unit.length) {
                throw new FormatException(
                        file,
                        FormatException.quote(path) + ": its vector has " + length
                                + " numbers, and those before it have " + unit.length);
            }
            for (int i = 0; i < length; i++) {
                if (!Float.isFinite(vector[i])) {
                    throw new DataException(file + ": " + FormatException.quote(path) + ": number " + i
                            + " of its vector is " + vector[i] + "; vectors of a diverged training cannot be compared");
                }
            }
            System.arraycopy(vector, 0, unit, 0, length);
            if (scale(unit)) {
                if (made.size() == made.size) {
                    throw new FormatException(file, "has more than the " + made.size + " rows it says it has");
                }
                made.put(path, label, unit);
            } else {
                withoutDirection.add(path);
            }
        }

        /** What a header claims must fit into the file before memory is taken for it. */
        private void begin(int length) throws IOException {
            long rows = reader.rows();
            if (length == 0) {
                throw new FormatException(file, "its first vector has no numbers");
            }
            if (rows > Integer.MAX_VALUE || rows > Files.size(file) / 2 / length) {
                throw new FormatException(
                        file,
                        "says it has " + rows + " vectors of " + length + " numbers, which its " + Files.size(file)
                                + " bytes cannot hold");
            }
            unit = new float[length];
            made = new VectorSet(file, (int) rows, length, reader.about(), withoutDirection);
        }

        VectorSet done() {
            if (made == null || made.size() == 0) {
                throw new DataException(file + ": holds no vectors but "
                        + (withoutDirection.isEmpty() ? "empty ones" : "such of zeros, which have no direction"));
            }
            return made;
        }

        void close() {
            if (made != null) {
                made.close();
            }
        }
    }
}
