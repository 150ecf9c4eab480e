package org.swav4j.embed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collecting;
import org.swav4j.comm.Collective;
import org.swav4j.data.DataException;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.Quarantine;
import org.swav4j.data.Share;
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
 * @param ranks that share the images, consecutive batches each; they need one file system
 */
public record Embedding(
        LabelledImages images,
        EncoderNetwork network,
        boolean half,
        int batch,
        int workers,
        Map<String, String> about,
        Collective ranks) {
    public Embedding {
        if (batch < 1 || workers < 1) {
            throw new IllegalArgumentException("batch and workers must be at least 1: " + batch + " and " + workers);
        }
        // sorted, as Map.copyOf's order differs from process to process and shows in the file
        about = Collections.unmodifiableSortedMap(new TreeMap<>(about));
    }

    /** By one process. */
    public Embedding(
            LabelledImages images,
            EncoderNetwork network,
            boolean half,
            int batch,
            int workers,
            Map<String, String> about) {
        this(images, network, half, batch, workers, about, new Alone());
    }

    /**
     * Begins, or goes on with what an earlier call for the same target left. Collective: every rank must call. Rank 0 writes the
     * target; what another number of ranks had begun, but for rank 0's share, is done again.
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
        if (ranks.rank() > 0) {
            return other(PartialFolder.of(target), layout, format, quarantine, stop, begun);
        }
        try (PartialFolder partial = PartialFolder.open(target, format, job(), layout)) {
            quarantine.restore(partial.brokenImages());
            partial.startAgain();
            ranks.first(() -> {});
            int first = partial.next();
            listener.started(first, images.size());
            long now = assemble(partial, format, layout, quarantine, listener, stop);
            boolean complete = partial.next() == images.size();
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
                    (int) now,
                    (System.nanoTime() - begun) / 1e9);
        }
    }

    private Share share(int rank) {
        return Share.of(images.size(), batch, rank, ranks.world());
    }

    /** Receives batches as they are made. */
    private interface Sink {
        /** @param before the image that follows on the batch before */
        void batch(EmbeddedBatch batch, int before) throws IOException;
    }

    /**
     * On the first rank: does its own share, and once the others have done theirs, brings all into the target's files.
     *
     * @return images done by all ranks now
     */
    private long assemble(
            PartialFolder partial,
            EmbeddingFormat format,
            Layout layout,
            Quarantine quarantine,
            EmbedListener listener,
            BooleanSupplier stop)
            throws IOException {
        int begin = partial.next();
        Share own = new Share(Math.min(begin, share(0).to()), share(0).to());
        Assembly assembly = new Assembly(partial, quarantine, rowBytes(format, layout), Math.min(batch, images.size()));
        int next = embed(own, format, quarantine, stopping(partial.folder(), stop), assembly::take, listener);
        boolean whole = next == own.to();
        Done done = meet(next - own.from(), whole);
        next = Math.max(begin, next);
        for (int rank = 1; done.whole() && rank < ranks.world(); rank++) {
            Share part = share(rank);
            int[] at = {next};
            PartFile.read(partial.folder(), part, quarantine, made -> {
                if (made.next() > at[0]) {
                    assembly.take(made, at[0]);
                    at[0] = made.next();
                }
            });
            next = part.to();
        }
        assembly.write(next);
        return done.images();
    }

    /**
     * What all ranks have done.
     *
     * @param images now
     * @param whole whether it is all of their shares
     */
    private record Done(long images, boolean whole) {}

    /** Waits until all ranks are done with their shares, or were stopped. */
    private Done meet(int images, boolean whole) {
        ranks.meet();
        long[][] all = new Collecting(ranks).numbers(images, whole ? 1 : 0);
        return new Done(
                Arrays.stream(all).mapToLong(each -> each[0]).sum(),
                Arrays.stream(all).allMatch(each -> each[1] == 1));
    }

    /** One rank that is asked to stop stops all, by a file that all look for. */
    private BooleanSupplier stopping(Path folder, BooleanSupplier stop) {
        if (ranks.world() == 1) {
            return stop;
        }
        Path said = folder.resolve(PartialFolder.STOP);
        return () -> {
            if (!stop.getAsBoolean()) {
                return Files.exists(said);
            }
            try {
                Files.write(said, new byte[0]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return true;
        };
    }

    /** On the other ranks: does its share, and leaves it to the first. */
    private EmbedResult other(
            Path folder, Layout layout, EmbeddingFormat format, Quarantine quarantine, BooleanSupplier stop, long begun)
            throws IOException {
        ranks.first(() -> {});
        Share share = share(ranks.rank());
        int first;
        int next;
        try (PartFile part = new PartFile(folder, share, quarantine)) {
            first = part.next();
            next = embed(
                    new Share(first, share.to()),
                    format,
                    quarantine,
                    stopping(folder, stop),
                    (made, before) -> part.append(made),
                    EmbedListener.SILENT);
        }
        boolean complete = meet(next - first, next == share.to()).whole();
        return new EmbedResult(
                complete,
                images.size(),
                0,
                network.dimensions(),
                quarantine.entries(),
                Optional.empty(),
                Optional.empty(),
                next - first,
                (System.nanoTime() - begun) / 1e9);
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

    private static int rowBytes(EmbeddingFormat format, Layout layout) {
        return layout.dimensions()
                * (format == EmbeddingFormat.CSV ? Float.BYTES : layout.dtype().bytes());
    }

    /** Embeds a share until {@code stop} says so; returns the image behind the last that is done. */
    private int embed(
            Share share,
            EmbeddingFormat format,
            Quarantine quarantine,
            BooleanSupplier stop,
            Sink sink,
            EmbedListener listener)
            throws IOException {
        boolean text = format == EmbeddingFormat.CSV;
        int capacity = Math.min(batch, images.size());
        int next = share.from();
        try (ImageBatches batches = new ImageBatches(images, share, network.view(), batch, workers, quarantine)) {
            while (!stop.getAsBoolean()) {
                Batch loaded = batches.next();
                if (loaded == null) {
                    return share.to();
                }
                try {
                    int behind = (int) Math.min(share.to(), share.from() + (loaded.position() + 1) * capacity);
                    sink.batch(made(loaded, behind, text), next);
                    next = behind;
                } finally {
                    loaded.release();
                }
                listener.images(next, ranks.world() == 1 ? images.size() : share(0).to());
            }
        }
        return next;
    }

    private EmbeddedBatch made(Batch loaded, int next, boolean text) {
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
        List<String> names = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int index : loaded.indices()) {
            int label = images.label(index);
            names.add(images.name(index));
            labels.add(label < 0 ? "" : images.classNames().get(label));
        }
        return new EmbeddedBatch(next, names, labels, vectors);
    }
}
