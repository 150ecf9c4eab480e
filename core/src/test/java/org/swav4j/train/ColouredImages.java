package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.swav4j.data.LabelledImages;

/** Noisy images of one colour each, red, green or blue, in turn; the colour is the class. Every so many have no label. */
final class ColouredImages implements LabelledImages {
    private static final List<String> CLASSES = List.of("blue", "green", "red");
    private static final int SIDE = 24;

    private final List<byte[]> encoded = new ArrayList<>();
    private final int unlabelledEvery;

    /** @param unlabelledEvery the last of so many images has no label */
    ColouredImages(int count, int unlabelledEvery) {
        this.unlabelledEvery = unlabelledEvery;
        Random random = new Random(5);
        for (int i = 0; i < count; i++) {
            byte[] pixels = new byte[SIDE * SIDE * 3];
            for (int p = 0; p < pixels.length; p++) {
                pixels[p] = (byte) (random.nextInt(80) + (p % 3 == i % 3 ? 170 : 20));
            }
            encoded.add(png(pixels));
        }
    }

    private static byte[] png(byte[] pixels) {
        try (Mat image = new Mat(SIDE, SIDE, CV_8UC3);
                BytePointer out = new BytePointer()) {
            image.data().put(pixels);
            assertThat(imencode(".png", image, out)).isTrue();
            byte[] bytes = new byte[(int) out.limit()];
            out.get(bytes);
            return bytes;
        }
    }

    @Override
    public List<String> classNames() {
        return CLASSES;
    }

    @Override
    public int label(int index) {
        return index % unlabelledEvery == unlabelledEvery - 1 ? -1 : index % 3;
    }

    @Override
    public int size() {
        return encoded.size();
    }

    @Override
    public String name(int index) {
        return index + ".png";
    }

    @Override
    public byte[] read(int index) {
        return encoded.get(index);
    }

    @Override
    public String fingerprint() {
        return "colours";
    }

    @Override
    public String description() {
        return "colours: " + size() + " images";
    }
}
