package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.swav4j.data.DataException;

/**
 * CIFAR's binary version: records of {@code labelBytes} label bytes, of which the last is the class, and [3, 32, 32] pixels. An
 * image becomes {@code train/cat/00029.png}: its place within the training or test data, as the files are numbered.
 *
 * @param names the file of class names, a line each
 * @param train files of the training data in their order
 * @param test file of the test data
 */
record CifarLayout(String archive, int labelBytes, String names, List<String> train, String test) implements Layout {
    private static final int SIDE = 32;
    private static final int PIXELS = 3 * SIDE * SIDE;
    private static final int RECORDS_A_FILE = 10_000;

    static CifarLayout cifar10() {
        String folder = "cifar-10-batches-bin/";
        return new CifarLayout(
                "cifar-10-binary.tar.gz",
                1,
                folder + "batches.meta.txt",
                List.of(
                        folder + "data_batch_1.bin",
                        folder + "data_batch_2.bin",
                        folder + "data_batch_3.bin",
                        folder + "data_batch_4.bin",
                        folder + "data_batch_5.bin"),
                folder + "test_batch.bin");
    }

    static CifarLayout cifar100() {
        String folder = "cifar-100-binary/";
        return new CifarLayout(
                "cifar-100-binary.tar.gz",
                2,
                folder + "fine_label_names.txt",
                List.of(folder + "train.bin"),
                folder + "test.bin");
    }

    @Override
    public void unpack(Map<String, Path> files, Output out) throws IOException {
        Archive packed = new Archive(files.get(archive));
        List<String> classes = ClassNames.parse(packed.small(List.of(names)).get(names));
        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < train.size(); i++) {
            first.put(train.get(i), i * RECORDS_A_FILE);
        }
        try (PngEncoder png = new PngEncoder(SIDE)) {
            packed.visit((name, content) -> {
                if (first.containsKey(name)) {
                    records(name, content, "train/", first.get(name), classes, png, out);
                } else if (name.equals(test)) {
                    records(name, content, "test/", 0, classes, png, out);
                }
                return true;
            });
        }
    }

    private void records(
            String name, InputStream content, String split, int first, List<String> classes, PngEncoder png, Output out)
            throws IOException {
        byte[] record = new byte[labelBytes + PIXELS];
        for (int i = first; ; i++) {
            int read = content.readNBytes(record, 0, record.length);
            if (read == 0) {
                return;
            }
            int label = record[labelBytes - 1] & 255;
            if (read < record.length || label >= classes.size()) {
                throw new DataException("'" + name + "' in " + archive + ": record " + (i - first) + " "
                        + (read < record.length ? "ends early" : "has label " + label + " of " + classes.size()));
            }
            out.image(
                    split + classes.get(label),
                    String.format(Locale.ROOT, "%05d.png", i),
                    png.encode(record, labelBytes, false));
        }
    }
}
