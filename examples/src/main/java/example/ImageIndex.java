package example;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.swav4j.data.UnreadableImageException;
import org.swav4j.encode.Encoder;
import org.swav4j.encode.EncoderOptions;

/** Finds the pictures that look most like another. Any number of threads may add and ask. */
public final class ImageIndex implements AutoCloseable {
    /**
     * A picture that was found.
     *
     * @param likeness cosine of the two vectors, 1 for the same picture
     */
    public record Found(Path file, double likeness) {}

    private record Entry(Path file, float[] vector) {}

    // docs/library.md shows this
    private final Encoder encoder;
    private final List<Entry> entries = new CopyOnWriteArrayList<>();

    /** With the encoder of a training run, or one that {@code swav import} made. */
    public ImageIndex(Path model) {
        // vectors of unit length, so that a dot product is a cosine
        encoder = Encoder.load(model, EncoderOptions.defaults().normalized());
    }

    /** Adds pictures. In one call rather than one by one: the network likes batches. */
    public void add(List<Path> files) throws IOException, UnreadableImageException {
        List<float[]> vectors = encoder.embedFiles(files);
        for (int i = 0; i < files.size(); i++) {
            entries.add(new Entry(files.get(i), vectors.get(i)));
        }
    }

    /** The {@code count} pictures most like the given one, the nearest first. */
    public List<Found> nearest(InputStream picture, int count) throws IOException, UnreadableImageException {
        float[] asked = encoder.embed(picture);
        return entries.stream()
                .map(entry -> new Found(entry.file, dot(asked, entry.vector)))
                .sorted(Comparator.comparingDouble(Found::likeness).reversed())
                .limit(count)
                .toList();
    }

    // end

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    /** Gives the encoder's memory back, which lies outside the Java heap. */
    @Override
    public void close() {
        encoder.close();
    }
}
