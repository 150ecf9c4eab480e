package org.swav4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.swav4j.data.ImageSize;
import org.swav4j.data.LabelledImages;
import org.swav4j.source.ImageSources;

/** Images to search for: single files, and all of whatever else images are read from. */
final class QueryImages implements LabelledImages {
    private static final long MAX_FILE_BYTES = 1 << 28;
    private static final int START_BYTES = 1 << 16;

    /** An image, its name, and where it is read. */
    private record Query(String name, Read read) {}

    @FunctionalInterface
    private interface Read {
        byte[] bytes() throws IOException;
    }

    private final List<Query> queries = new ArrayList<>();

    /** @throws org.swav4j.data.DataException if a place holds no images */
    QueryImages(List<Path> places) throws IOException {
        for (Path place : places) {
            if (isImage(place)) {
                queries.add(new Query(place.toString(), () -> Files.readAllBytes(place)));
            } else {
                LabelledImages images = ImageSources.open(place);
                for (int i = 0; i < images.size(); i++) {
                    int image = i;
                    queries.add(new Query(place.resolve(images.name(i)).toString(), () -> images.read(image)));
                }
            }
        }
    }

    /** By its content; what is no image may be an archive or a list of them. */
    private static boolean isImage(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_FILE_BYTES) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return ImageSize.of(in.readNBytes(START_BYTES)).isPresent();
        }
    }

    @Override
    public int size() {
        return queries.size();
    }

    @Override
    public String name(int index) {
        return queries.get(index).name();
    }

    @Override
    public byte[] read(int index) throws IOException {
        return queries.get(index).read().bytes();
    }

    @Override
    public String fingerprint() {
        return "as given";
    }

    @Override
    public String description() {
        return queries.size() == 1 ? queries.get(0).name() : queries.size() + " images";
    }

    @Override
    public List<String> classNames() {
        return List.of();
    }

    @Override
    public int label(int index) {
        return -1;
    }
}
