package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.swav4j.data.DataException;

/**
 * STL-10's binary version: images of [3, 96, 96], each plane column after column, and labels from 1 in files of their own.
 * {@code train/cat/00029.png}, {@code test/...}, and {@code unlabeled/000029.png} without classes; the ten folds of the
 * training data stay a text file.
 */
record StlLayout() implements Layout {
    static final String ARCHIVE = "stl10_binary.tar.gz";
    private static final String FOLDER = "stl10_binary/";
    private static final String NAMES = FOLDER + "class_names.txt";
    private static final String FOLDS = FOLDER + "fold_indices.txt";
    private static final int SIDE = 96;

    @Override
    public void unpack(Map<String, Path> files, Output out) throws IOException {
        Archive packed = new Archive(files.get(ARCHIVE));
        Map<String, byte[]> small = packed.small(List.of(NAMES, FOLDS, FOLDER + "train_y.bin", FOLDER + "test_y.bin"));
        List<String> classes = ClassNames.parse(small.get(NAMES));
        out.text("fold_indices.txt", small.get(FOLDS));
        try (PngEncoder png = new PngEncoder(SIDE)) {
            packed.visit((name, content) -> {
                switch (name.substring(name.lastIndexOf('/') + 1)) {
                    case "train_X.bin" ->
                        images(content, "train", small.get(FOLDER + "train_y.bin"), classes, png, out);
                    case "test_X.bin" -> images(content, "test", small.get(FOLDER + "test_y.bin"), classes, png, out);
                    case "unlabeled_X.bin" -> images(content, "unlabeled", null, classes, png, out);
                    default -> {}
                }
                return true;
            });
        }
    }

    /** {@code labels}: a byte an image; null if there are none. */
    private static void images(
            InputStream content, String split, byte[] labels, List<String> classes, PngEncoder png, Output out)
            throws IOException {
        byte[] image = new byte[3 * SIDE * SIDE];
        for (int i = 0; ; i++) {
            int read = content.readNBytes(image, 0, image.length);
            if (read == 0) {
                if (labels != null && i != labels.length) {
                    throw new DataException(
                            ARCHIVE + ": " + i + " images of " + split + ", but " + labels.length + " labels");
                }
                return;
            }
            if (read < image.length) {
                throw new DataException(ARCHIVE + ": image " + i + " of " + split + " ends early");
            }
            out.image(
                    labels == null ? split : split + "/" + label(labels, i, split, classes),
                    String.format(Locale.ROOT, labels == null ? "%06d.png" : "%05d.png", i),
                    png.encode(image, 0, true));
        }
    }

    private static String label(byte[] labels, int image, String split, List<String> classes) {
        int label = image < labels.length ? (labels[image] & 255) - 1 : -1;
        if (label < 0 || label >= classes.size()) {
            throw new DataException(
                    ARCHIVE + ": image " + image + " of " + split + " has no label from 1 to " + classes.size());
        }
        return classes.get(label);
    }
}
