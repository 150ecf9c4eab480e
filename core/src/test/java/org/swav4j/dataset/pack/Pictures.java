package org.swav4j.dataset.pack;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.swav4j.data.Images;
import org.swav4j.data.LabelledImages;
import org.swav4j.format.Sha256;

/** Named images in memory; the class is the first part of a name that has several. */
final class Pictures implements LabelledImages {
    private final List<String> names;
    private final List<byte[]> encoded = new ArrayList<>();
    private final List<String> classes;

    Pictures(List<String> names, List<byte[]> encoded) {
        this.names = List.copyOf(names);
        this.encoded.addAll(encoded);
        Set<String> first = new TreeSet<>();
        names.stream().filter(n -> n.contains("/")).forEach(n -> first.add(n.substring(0, n.indexOf('/'))));
        classes = List.copyOf(first);
    }

    /** {@code count} pictures of two classes and, every seventh, of none, from 16 to 40 pixels wide; the broken ones are text. */
    static Pictures drawn(int count, Integer... broken) {
        List<String> names = new ArrayList<>();
        List<byte[]> encoded = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String extension = i % 5 == 0 ? ".png" : ".jpg";
            String folder = i % 7 == 6 ? "" : i % 2 == 0 ? "cat/" : "dog/";
            names.add(folder + "picture." + i + extension);
            encoded.add(
                    List.of(broken).contains(i)
                            ? ("text " + i).getBytes(StandardCharsets.US_ASCII)
                            : Images.encoded(extension, 16 + i % 25, 18 + i % 13, CV_8UC3, i));
        }
        return new Pictures(names, encoded);
    }

    void vanish(int index) {
        encoded.set(index, null);
    }

    void replace(int index, byte[] bytes) {
        encoded.set(index, bytes);
    }

    @Override
    public int size() {
        return names.size();
    }

    @Override
    public String name(int index) {
        return names.get(index);
    }

    @Override
    public byte[] read(int index) throws IOException {
        if (encoded.get(index) == null) {
            throw new NoSuchFileException(name(index));
        }
        return encoded.get(index);
    }

    @Override
    public String fingerprint() {
        return Sha256.of(String.join("\n", names).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String description() {
        return "memory: " + size() + " images";
    }

    @Override
    public List<String> classNames() {
        return classes;
    }

    @Override
    public int label(int index) {
        String name = name(index);
        return name.contains("/") ? classes.indexOf(name.substring(0, name.indexOf('/'))) : -1;
    }
}
