package org.swav4j.loader;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.augment.Canvas.Placed;
import org.swav4j.augment.CropSpec;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.HostBuffer;

/**
 * The crops of some images, one native buffer per resolution. Belongs to its loader, which fills it again after
 * {@link #release()}; nothing of it may be used after that, nor after the loader was closed.
 */
public final class Batch {
    private final List<CropSpec> specs;
    private final int capacity;
    private final HostBuffer[] buffers;
    private final BytePointer[] pixels;
    /** Per resolution and row a header over the row's pixels, made once: a header per crop would cost more than small crops do. */
    private final Mat[][] places;

    private final int[] indices;
    /** Where whole images were laid out for cropping on the device. */
    private final Placed[] images;

    private Visit visit;
    private int first;
    private int size;
    private long epoch;
    private long position;
    private boolean handedOut;
    private Runnable release = () -> {};

    /** @param device that the batch is for, which decides about its kind of memory */
    Batch(List<CropSpec> specs, int capacity, ComputeDevice device) {
        this.specs = List.copyOf(specs);
        this.capacity = capacity;
        indices = new int[capacity];
        images = new Placed[capacity];
        buffers = new HostBuffer[specs.size()];
        pixels = new BytePointer[specs.size()];
        places = new Mat[specs.size()][];
        for (int r = 0; r < pixels.length; r++) {
            int side = specs.get(r).size();
            long rowBytes = 3L * side * side;
            places[r] = new Mat[specs.get(r).count() * capacity];
            buffers[r] = new HostBuffer(device, places[r].length * rowBytes);
            pixels[r] = buffers[r].bytes();
            for (int row = 0; row < places[r].length; row++) {
                places[r][row] = new Mat(side, side, CV_8UC3, pixels[r].position(row * rowBytes));
            }
            pixels[r].position(0);
        }
    }

    /** Sets what the batch is about to hold: {@code count} images of a visit from its position {@code newFirst} on. */
    void open(long newEpoch, long newPosition, Visit newVisit, int newFirst, int count) {
        epoch = newEpoch;
        position = newPosition;
        visit = newVisit;
        first = newFirst;
        size = count;
        for (int i = 0; i < count; i++) {
            indices[i] = visit.order().image(first + i);
        }
    }

    /** The image a sample is to show. */
    int image(int sample) {
        return indices[sample];
    }

    /** Where the images come from. */
    Visit visit() {
        return visit;
    }

    /** A sample's position in the visit. */
    int positionOf(int sample) {
        return first + sample;
    }

    /** Where a crop of a sample goes. */
    Mat place(int resolution, int crop, int sample) {
        return places[resolution][crop * capacity + sample];
    }

    /** Notes which image a sample really shows. */
    void shows(int sample, int index) {
        indices[sample] = index;
    }

    /** Notes how a sample's image lies in its square, and which views of it are wanted. */
    void lies(int sample, Placed image) {
        images[sample] = image;
    }

    /** Drops the samples whose index is negative; the rest move up. Only for a single crop, where a row is a sample. */
    void dropUnread() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (indices[i] < 0) {
                continue;
            }
            if (kept < i) {
                places[0][i].copyTo(places[0][kept]);
                indices[kept] = indices[i];
            }
            kept++;
        }
        size = kept;
    }

    void onRelease(Runnable action) {
        release = action;
    }

    /** Sets whether the batch is with its taker; returns what it was. */
    boolean handedOut(boolean now) {
        boolean before = handedOut;
        handedOut = now;
        return before;
    }

    void free() {
        for (int r = 0; r < pixels.length; r++) {
            for (Mat place : places[r]) {
                place.close();
            }
            buffers[r].close();
        }
    }

    /** Number of images B. */
    public int size() {
        return size;
    }

    /** The epoch the images belong to. */
    public long epoch() {
        return epoch;
    }

    /** Which batch of its epoch this is, from 0. */
    public long position() {
        return position;
    }

    /** The images shown, [B] indices into the source; a replaced image stands under its replacement's index. */
    public int[] indices() {
        return Arrays.copyOf(indices, size);
    }

    /** How the images lie in their squares and which views of them are wanted, [B]; for a loader that makes no crops itself. */
    public List<Placed> images() {
        return List.of(images).subList(0, size);
    }

    /** Number of resolutions. */
    public int resolutions() {
        return specs.size();
    }

    /** What resolution {@code r} holds. */
    public CropSpec spec(int r) {
        return specs.get(r);
    }

    /**
     * The crops of resolution {@code r}: uint8 RGB [count·B, size, size, 3], crop-major: row = crop·B + sample. Never close it.
     */
    public BytePointer pixels(int r) {
        return pixels[r];
    }

    /**
     * The crops of resolution {@code r} as a tensor over the batch's memory, as {@link #pixels} lays them out; nothing is copied.
     * Owned by the calling scope, and not to be used after {@link #release()}.
     */
    public Tensor tensor(int r) {
        CropSpec spec = specs.get(r);
        long[] shape = {(long) spec.count() * size, spec.size(), spec.size(), 3};
        return torch.from_blob(pixels[r], shape, new TensorOptions(ScalarType.Byte));
    }

    /** Gives the buffers back to the loader. A second call does nothing. */
    public void release() {
        release.run();
    }
}
