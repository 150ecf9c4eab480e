package org.swav4j.encode;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.data.UnreadableImageException;

/**
 * A trained encoder: images in, vectors out.
 *
 * <pre>{@code
 * try (Encoder encoder = Encoder.load(Path.of("runs/photos"))) {
 *     float[] v = encoder.embed(image);
 * }
 * }</pre>
 *
 * <p>Images are shown to the network as evaluations show them: from 97 pixels on the shorter side is resized to
 * size·256/224 and the centre kept, smaller sizes see the whole image; EXIF orientation is ignored. A {@link BufferedImage}
 * gives the vector of its file, down to the last bit where the format keeps every pixel; Java's JPEG decoder may differ from
 * this one by a level or two.
 *
 * <p>Any number of threads may call at once. Decoding is shared out among {@link EncoderOptions#threads()} threads of this
 * encoder, and one call after the other goes through the network, so that a vector never depends on who else is asking.
 * Calls wait for each other where there are more than that: native memory stays bounded by the weights, what
 * {@link EncoderOptions#maxBatch()} images need in the network, and for each thread and one more so many images' pixels and one decoded image. An
 * interrupt does not end a call; the thread stays interrupted.
 *
 * <p>Close it when it is no longer needed; its memory lies outside the Java heap.
 */
public final class Encoder implements AutoCloseable {
    private final EncoderOptions options;
    private final EncoderNetwork network;
    private final Workers<ImageView> decoding;
    private final Workers<AutoCloseable> computing;
    private final BlockingQueue<PixelBlock> blocks;
    /** Calls read, closing writes. */
    private final ReadWriteLock use = new ReentrantReadWriteLock(true);

    private boolean closed;

    private Encoder(EncoderNetwork network, EncoderOptions options) {
        this.options = options;
        this.network = network;
        int side = network.view().size();
        blocks = new ArrayBlockingQueue<>(options.threads() + 1);
        while (blocks.remainingCapacity() > 0) {
            blocks.add(new PixelBlock(side));
        }
        decoding = new Workers<>("swav-decode", options.threads(), 1, () -> new ImageView(network.view()));
        computing = new Workers<>("swav-encode", 1, options.threads(), () -> () -> {});
    }

    /**
     * Loads an encoder that gives trunk features.
     *
     * @param runOrCheckpoint a run directory, whose newest whole checkpoint is taken, or a checkpoint
     * @throws CheckpointException if there is none or it is damaged; the message says what and where
     */
    public static Encoder load(Path runOrCheckpoint) {
        return load(runOrCheckpoint, EncoderOptions.defaults());
    }

    /**
     * Loads an encoder.
     *
     * @throws CheckpointException also if the model lacks what the representation needs
     */
    public static Encoder load(Path runOrCheckpoint, EncoderOptions options) {
        return new Encoder(EncoderNetwork.load(runOrCheckpoint, options), options);
    }

    /**
     * The vector of an image in memory, [{@link #dimensions()}].
     *
     * @throws UnreadableImageException if it has more pixels than the decoder accepts
     */
    public float[] embed(BufferedImage image) throws UnreadableImageException {
        return single(Picture.of(image));
    }

    /**
     * The vector of an image file's content, [{@link #dimensions()}]: JPEG, PNG, WebP, BMP, TIFF or GIF.
     *
     * @throws UnreadableImageException if it is none, damaged or too large; the message is the reason
     */
    public float[] embed(byte[] file) throws UnreadableImageException {
        return single(Picture.of(file));
    }

    /** The vector of an image file, as {@link #embed(byte[])}; the message names the file. */
    public float[] embed(Path file) throws IOException, UnreadableImageException {
        return embedFiles(List.of(file)).get(0);
    }

    /** The vector of an image file that a stream gives, as {@link #embed(byte[])}. Reads to its end, does not close it. */
    public float[] embed(InputStream file) throws IOException, UnreadableImageException {
        return embed(Picture.bounded(file));
    }

    /**
     * The vectors of several images, in their order, through the network {@link EncoderOptions#maxBatch()} at a time. In
     * float32 a vector may differ by rounding from that of the image alone.
     *
     * @throws UnreadableImageException for the first that cannot be read; there are no vectors then
     */
    public List<float[]> embedAll(List<BufferedImage> images) throws UnreadableImageException {
        return inMemory(images.stream().map(Picture::of).toList());
    }

    /** The vectors of several image files, as {@link #embedAll}. */
    public List<float[]> embedFiles(List<Path> files) throws IOException, UnreadableImageException {
        return vectors(files.stream().map(Picture::of).toList());
    }

    private float[] single(Picture picture) throws UnreadableImageException {
        return inMemory(List.of(picture)).get(0);
    }

    private List<float[]> inMemory(List<Picture> pictures) throws UnreadableImageException {
        try {
            return vectors(pictures);
        } catch (IOException e) {
            throw new IllegalStateException("nothing is read from a disk here", e);
        }
    }

    private List<float[]> vectors(List<Picture> pictures) throws IOException, UnreadableImageException {
        use.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the encoder is closed");
            }
            List<float[]> vectors = new ArrayList<>(pictures.size());
            for (int from = 0; from < pictures.size(); from += options.maxBatch()) {
                int to = Math.min(pictures.size(), from + options.maxBatch());
                PixelBlock block = uninterrupted(blocks);
                try {
                    vectors.addAll(batch(pictures.subList(from, to), block));
                } finally {
                    blocks.add(block);
                }
            }
            return vectors;
        } finally {
            use.readLock().unlock();
        }
    }

    private List<float[]> batch(List<Picture> pictures, PixelBlock block) throws IOException, UnreadableImageException {
        block.ensure(pictures.size());
        List<CompletableFuture<Void>> shown = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            int at = i;
            shown.add(decoding.submit(view -> {
                view.show(pictures.get(at), block.place(at));
                return null;
            }));
        }
        // all of them end before the block may be used again, also where one fails
        CompletableFuture<Void> all = CompletableFuture.allOf(shown.toArray(CompletableFuture[]::new));
        all.handle((nothing, failure) -> failure).join();
        for (CompletableFuture<Void> each : shown) {
            result(each);
        }
        return result(computing.submit(nothing -> computed(block, pictures.size())));
    }

    private List<float[]> computed(PixelBlock block, int images) {
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = network.vectors(block.tensor(images)).cpu().contiguous();
            FloatPointer values = new FloatPointer(rows.data_ptr());
            List<float[]> vectors = new ArrayList<>(images);
            for (int i = 0; i < images; i++) {
                float[] vector = new float[network.dimensions()];
                values.position((long) i * vector.length).get(vector);
                vectors.add(vector);
            }
            return vectors;
        }
    }

    /** What the work gave or threw, with the caller's place in the trace. */
    private static <T> T result(CompletableFuture<T> work) throws IOException, UnreadableImageException {
        try {
            return work.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof UnreadableImageException) {
                throw new UnreadableImageException(cause.getMessage(), cause);
            }
            if (cause instanceof IOException file) {
                throw file;
            }
            if (cause instanceof OutOfMemoryError memory) {
                throw memory;
            }
            throw new IllegalStateException("an image could not be encoded: " + cause, cause);
        }
    }

    private static PixelBlock uninterrupted(BlockingQueue<PixelBlock> blocks) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return blocks.take();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Length of every vector. */
    public int dimensions() {
        return network.dimensions();
    }

    /** How it works. */
    public EncoderOptions options() {
        return options;
    }

    /** Waits for calls under way and frees everything; later calls throw {@link IllegalStateException}. */
    @Override
    public void close() {
        use.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                computing.close();
                decoding.close();
                blocks.forEach(PixelBlock::close);
                network.close();
            }
        } finally {
            use.writeLock().unlock();
        }
    }
}
