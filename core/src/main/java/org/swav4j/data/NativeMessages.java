package org.swav4j.data;

import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.swav4j.stdio.NativeStream;
import org.swav4j.stdio.NativeStream.Silence;

/**
 * Keeps what the native decoders print about damaged images off the terminal; the exceptions say it better. libjpeg, libpng
 * and OpenCV print through C's {@code stderr}. {@code -Dswav4j.decoder.messages=true} lets the messages appear.
 */
final class NativeMessages {
    /** For the whole process, as the stream is. */
    private static final Optional<NativeStream> STREAM = find();

    private NativeMessages() {}

    /** A time during which nothing is printed, until it is closed. Such times may overlap, on any threads. */
    static Silence silence() {
        return STREAM.map(NativeStream::silence).orElse(() -> {});
    }

    private static Optional<NativeStream> find() {
        if (Boolean.getBoolean("swav4j.decoder.messages")) {
            return Optional.empty();
        }
        Loader.load(opencv_imgcodecs.class);
        return NativeStream.stderr();
    }
}
