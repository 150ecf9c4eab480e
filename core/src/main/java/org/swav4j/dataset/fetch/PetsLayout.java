package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.swav4j.data.DataException;

/**
 * The Oxford-IIIT pets: {@code annotations/trainval.txt} and {@code test.txt} list images as {@code Abyssinian_100 1 1 1}. The
 * breed is the name without its number; {@code train/Abyssinian/Abyssinian_100.jpg}. Images that no list has are left out.
 */
record PetsLayout() implements Layout {
    static final String IMAGES = "images.tar.gz";
    static final String ANNOTATIONS = "annotations.tar.gz";
    private static final String TRAIN = "annotations/trainval.txt";
    private static final String TEST = "annotations/test.txt";

    @Override
    public void unpack(Map<String, Path> files, Output out) throws IOException {
        Map<String, byte[]> lists = new Archive(files.get(ANNOTATIONS)).small(List.of(TRAIN, TEST));
        Map<String, String> folders = new HashMap<>();
        read(lists.get(TRAIN), "train/", folders);
        read(lists.get(TEST), "test/", folders);
        new Archive(files.get(IMAGES)).visit((name, content) -> {
            if (name.startsWith("images/") && name.endsWith(".jpg")) {
                String file = name.substring("images/".length());
                String folder = folders.remove(file.substring(0, file.length() - ".jpg".length()));
                if (folder != null) {
                    out.image(folder, file, content);
                }
            }
            return true;
        });
        if (!folders.isEmpty()) {
            throw new DataException(IMAGES + ": " + folders.size() + " images that the lists name are missing, such as "
                    + folders.keySet().iterator().next());
        }
    }

    private static void read(byte[] list, String split, Map<String, String> folders) {
        for (String line : new String(list, StandardCharsets.UTF_8).lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String id = line.strip().split("\\s+")[0];
            int number = id.lastIndexOf('_');
            if (number < 1) {
                throw new DataException(ANNOTATIONS + ": '" + id + "' has no breed and number");
            }
            if (folders.put(id, split + id.substring(0, number)) != null) {
                throw new DataException(ANNOTATIONS + ": '" + id + "' is listed twice");
            }
        }
    }
}
