package org.swav4j.dataset.pack;

import java.io.IOException;
import java.util.Optional;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.data.ImageDecoder;
import org.swav4j.data.ImageSize;
import org.swav4j.data.ImageSource;
import org.swav4j.data.LabelledImages;
import org.swav4j.data.UnreadableImageException;

/**
 * Makes the sample of an image. Every image is decoded, also one that keeps its bytes, so that shards hold none that cannot
 * be. Owns native scratch: one per thread.
 */
final class SampleEncoder implements AutoCloseable {
    private final LabelledImages source;
    private final SampleKeys keys;
    private final ImageDecoder decoder = new ImageDecoder();
    private final Optional<SmallerJpeg> smaller;

    /**
     * An image's sample, or why it has none.
     *
     * @param name of the image in the source
     * @param sample null when it is broken
     * @param reason null when it is not
     */
    record Outcome(String name, TarSample sample, String reason) {

        /** What it costs to keep it. */
        int bytes() {
            return sample == null ? 0 : sample.length();
        }
    }

    SampleEncoder(LabelledImages source, SampleKeys keys, PackSettings settings) {
        this.source = source;
        this.keys = keys;
        smaller = settings.resize().map(SmallerJpeg::new);
    }

    /** Of the image that stands at {@code place} of what is being read. */
    Outcome encode(int index, ImageSource.Reading reading, int place) {
        String name = source.name(index);
        try {
            return new Outcome(name, sample(index, reading.read(place)), null);
        } catch (UnreadableImageException | IOException e) {
            return new Outcome(name, null, UnreadableImageException.reason(e));
        }
    }

    private TarSample sample(int index, byte[] encoded) throws UnreadableImageException {
        Mat rgb = decoder.decode(encoded);
        String key = keys.key(index);
        int label = source.label(index);
        if (smaller.isPresent() && smaller.get().shrinks(new ImageSize(rgb.cols(), rgb.rows()))) {
            return TarSample.of(key, "jpg", smaller.get().encode(rgb), label, encoded.length, true);
        }
        String extension = SampleKeys.extension(source.name(index));
        return TarSample.of(key, extension, encoded, label, encoded.length, false);
    }

    @Override
    public void close() {
        decoder.close();
        smaller.ifPresent(SmallerJpeg::close);
    }
}
