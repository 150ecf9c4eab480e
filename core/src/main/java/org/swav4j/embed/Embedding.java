package org.swav4j.embed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.encode.EncoderNetwork;
import org.swav4j.loader.Batch;
import org.swav4j.loader.ImageBatches;

/**
 * Writes the vector of every image of a source to a file, in the source's order, in memory that does not grow with their
 * number. The file's bytes are a function of images, model and settings: neither the number of workers nor interruptions
 * show in them, except that a Parquet file whose writing was asked to stop has a shorter row group there, with the same rows.
 *
 * @param images what to embed
 * @param network what makes vectors
 * @param half whether vectors are written as halves
 * @param batch images that go through the network at once
 * @param workers threads that read and decode
 * @param about entries that go into a format with room for them
 */
public record Embedding(
        LabelledImages images,
        EncoderNetwork network,
        boolean half,
        int batch,
        int workers,
        Map<String, String> about) {
    public Embedding {
        if (batch < 1 || workers < 1) {
            throw new IllegalArgumentException("batch and workers must be at least 1: " + batch + " and " + workers);
        }
        // sorted, as Map.copyOf's order differs from process to process and shows in the file
        about = Collections.unmodifiableSortedMap(new TreeMap<>(about));
    }

    /**
     * Begins, or goes on with what an earlier call for the same target left.
     *
     * @param target whose name ends as one of {@link EmbeddingFormat}'s; complete once it is there
     * @param stop asked after each batch; once it says true, what is done is saved and this returns
     * @throws DataException if the target is there already, or what was begun is something else, or no image can be read
     */
    public EmbedResult write(Path target, EmbedListener listener, BooleanSupplier stop) throws IOException {
        long begun = System.nanoTime();
        EmbeddingFormat format = EmbeddingFormat.of(target)
                .orElseThrow(() -> new DataException(target + ": must end in one of " + EmbeddingFormat.endings()));
        Layout layout =
                new Layout(network.dimensions(), half, !images.classNames().isEmpty());
        Quarantine quarantine = new Quarantine(images.description());
        try (PartialFolder partial = PartialFolder.open(target, format, job(), layout)) {
            quarantine.restore(partial.brokenImages());
            int first = partial.next();
            listener.started(first, images.size());
            boolean complete = embed(partial, format, layout, quarantine, listener, stop);
            int done = partial.next();
            long rows = partial.rows();
            if (complete && rows == 0) {
                partial.discard();
                throw new DataException(images.description() + ": no image could be read; the first: "
                        + quarantine.entries().get(0).name() + ": "
                        + quarantine.entries().get(0).reason());
            }
            if (complete) {
                partial.finish(about);
            }
            boolean listed = complete && quarantine.count() > 0;
            return new EmbedResult(
                    complete,
                    images.size(),
                    rows,
                    network.dimensions(),
                    quarantine.entries(),
                    listed ? Optional.of(format.beside(target, "broken")) : Optional.empty(),
                    complete && format == EmbeddingFormat.NPY
                            ? Optional.of(format.beside(target, EmbeddingWriter.NAMES))
                            : Optional.empty(),
                    done - first,
                    (System.nanoTime() - begun) / 1e9);
        }
    }

    /** What decides the file's bytes. */
    private Map<String, String> job() {
        Map<String, String> job = new LinkedHashMap<>();
        job.put("images", images.fingerprint());
        job.put("model", network.fingerprint());
        job.put("what", network.options().representation().toString());
        job.put("normalize", Boolean.toString(network.options().normalize()));
        job.put("image size", Integer.toString(network.view().size()));
        job.put("precision", network.options().precision().toString());
        job.put("device", network.options().device().toString());
        job.put("half", Boolean.toString(half));
        job.put("batch", Integer.toString(batch));
        return job;
    }

    private boolean embed(
            PartialFolder partial,
            EmbeddingFormat format,
            Layout layout,
            Quarantine quarantine,
            EmbedListener listener,
            BooleanSupplier stop)
            throws IOException {
        boolean text = format == EmbeddingFormat.CSV;
        int elementBytes = text ? Float.BYTES : layout.dtype().bytes();
        int capacity = Math.min(batch, images.size());
        Rows rows = new Rows(layout.dimensions() * elementBytes, capacity);
        int first = partial.next();
        int next = first;
        try (ImageBatches batches = new ImageBatches(images, first, network.view(), batch, workers, quarantine)) {
            while (!stop.getAsBoolean()) {
                Batch loaded = batches.next();
                if (loaded == null) {
                    next = images.size();
                    break;
                }
                try {
                    if (!rows.hasRoomFor(loaded.size())) {
                        partial.append(rows, next, quarantine);
                        rows.clear();
                    }
                    add(rows, loaded, text);
                    next = (int) Math.min(images.size(), first + (loaded.position() + 1) * capacity);
                } finally {
                    loaded.release();
                }
                listener.images(next, images.size());
            }
        }
        partial.append(rows, next, quarantine);
        return next == images.size();
    }

    private void add(Rows rows, Batch loaded, boolean text) {
        byte[] vectors;
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor made = network.vectors(loaded.tensor(0));
            if (half) {
                made = made.to(ScalarType.Half);
            }
            Tensor plain = (text ? made.to(ScalarType.Float) : made).cpu().contiguous();
            vectors = new byte[Math.toIntExact(plain.nbytes())];
            new BytePointer(plain.data_ptr()).get(vectors);
        }
        int[] indices = loaded.indices();
        for (int i = 0; i < indices.length; i++) {
            int label = images.label(indices[i]);
            rows.add(
                    images.name(indices[i]),
                    label < 0 ? null : images.classNames().get(label),
                    vectors,
                    i);
        }
    }
}
