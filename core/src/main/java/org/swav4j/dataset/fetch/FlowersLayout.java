package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.swav4j.data.DataException;

/**
 * The 102 flowers: labels from 1 by image number, and the numbers of each split, in MATLAB files. Classes have no names there,
 * so that they become {@code train/001/image_06734.jpg}, {@code val/...} and {@code test/...}.
 */
record FlowersLayout() implements Layout {
    static final String IMAGES = "102flowers.tgz";
    static final String LABELS = "imagelabels.mat";
    static final String SPLITS = "setid.mat";

    @Override
    public void unpack(Map<String, Path> files, Output out) throws IOException {
        int[] labels = array(files.get(LABELS), "labels");
        Map<String, String> folders = new HashMap<>();
        for (Map.Entry<String, String> split :
                Map.of("train", "trnid", "val", "valid", "test", "tstid").entrySet()) {
            for (int image : array(files.get(SPLITS), split.getValue())) {
                if (image < 1 || image > labels.length) {
                    throw new DataException(SPLITS + ": there is no image " + image);
                }
                String name = String.format(Locale.ROOT, "jpg/image_%05d.jpg", image);
                String folder = String.format(Locale.ROOT, "%s/%03d", split.getKey(), labels[image - 1]);
                if (folders.put(name, folder) != null) {
                    throw new DataException(SPLITS + ": image " + image + " is in two splits");
                }
            }
        }
        new Archive(files.get(IMAGES)).visit((name, content) -> {
            String folder = folders.remove(name);
            if (folder != null) {
                out.image(folder, name.substring("jpg/".length()), content);
            }
            return true;
        });
        if (!folders.isEmpty()) {
            throw new DataException(IMAGES + ": " + folders.size() + " images of the splits are missing, such as "
                    + folders.keySet().iterator().next());
        }
    }

    private static int[] array(Path file, String name) throws IOException {
        int[] values = MatFile.read(file.getFileName().toString(), Files.readAllBytes(file))
                .get(name);
        if (values == null) {
            throw new DataException(file.getFileName() + ": has no array '" + name + "'");
        }
        return values;
    }
}
