package org.swav4j.embed;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.util.List;
import java.util.Set;
import org.swav4j.data.Images;
import org.swav4j.data.LabelledImages;

/** Small images whose names need quoting now and then, some without a label, some broken. */
record NumberedImages(int size, Set<Integer> broken, boolean labelled) implements LabelledImages {
    @Override
    public List<String> classNames() {
        return labelled ? List.of("cat", "dog, \"old\"") : List.of();
    }

    @Override
    public int label(int index) {
        return labelled ? index % 3 - 1 : -1;
    }

    @Override
    public String name(int index) {
        return index % 5 == 0 ? "a,\"" + index + "\" ü.png" : index + ".png";
    }

    @Override
    public byte[] read(int index) {
        return broken.contains(index)
                ? new byte[] {1, 2, 3}
                : Images.encoded(".png", 16 + index % 3, 16, CV_8UC3, index);
    }

    @Override
    public String fingerprint() {
        return size + "-" + labelled;
    }

    @Override
    public String description() {
        return "numbered: " + size + " images";
    }
}
