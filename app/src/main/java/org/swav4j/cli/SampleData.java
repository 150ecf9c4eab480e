package org.swav4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.swav4j.sample.SampleImages;
import org.swav4j.source.ImageFolder;

/** The sample images, drawn into the user's cache when they are first needed. */
record SampleData(ImageFolder train, ImageFolder test) {
    private static final long SEED = 31;
    private static final String PROGRAM = "swav4j";
    private static final String FOLDER = "sample-images";
    private static final String TRAIN = "train";

    /** @param say told when drawing takes a moment */
    static SampleData prepare(Consumer<String> say) throws IOException {
        Path root = root();
        if (!SampleImages.isComplete(root, SampleImages.TRAIN_PER_CLASS, SampleImages.TEST_PER_CLASS, SEED)) {
            int classes = SampleImages.classes().size();
            say.accept("Drawing " + classes * (SampleImages.TRAIN_PER_CLASS + SampleImages.TEST_PER_CLASS)
                    + " sample images of " + classes + " classes into " + root);
            SampleImages.draw(root, SampleImages.TRAIN_PER_CLASS, SampleImages.TEST_PER_CLASS, SEED);
        }
        return new SampleData(ImageFolder.open(trainFolder()), ImageFolder.open(root.resolve("test")));
    }

    /** Where the images to train on lie, or will. */
    static Path trainFolder() {
        return root().resolve(TRAIN).toAbsolutePath();
    }

    /** Whether a run's record of where its images lay means the sample images, in whosever cache. */
    static boolean isTrainFolder(String location) {
        return Path.of(location).endsWith(Path.of(PROGRAM, FOLDER, TRAIN));
    }

    private static Path root() {
        return cache().resolve(FOLDER);
    }

    /** {@code $XDG_CACHE_HOME/swav4j}, or {@code ~/.cache/swav4j}. */
    private static Path cache() {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path base = configured != null && !configured.isBlank()
                ? Path.of(configured)
                : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve(PROGRAM);
    }
}
