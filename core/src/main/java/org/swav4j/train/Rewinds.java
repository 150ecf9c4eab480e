package org.swav4j.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.swav4j.data.Csv;
import org.swav4j.format.AtomicFile;

/** The steps at which a run diverged: their images are written down, and their batches left out from then on. */
final class Rewinds {
    private static final String HEADER = "step,epoch,symptom,image\n";

    private final Path file;
    private final int most;
    private final Map<Long, String> leftOut = new TreeMap<>();
    private int count;

    /**
     * @param file list of the images in the batches that could not be learned from
     * @param most how often the run may go back
     * @param before how often it has gone back already, for batches before the step it goes on from
     */
    Rewinds(Path file, int most, int before) {
        this.file = file;
        this.most = most;
        this.count = before;
    }

    /** How many there have been. */
    int count() {
        return count;
    }

    /** Whether the run may go back because of this: a step that was left out already cannot be left out again. */
    boolean allow(DivergedException failure) {
        return count < most && !leftOut.containsKey(failure.step());
    }

    /** How many there may be. */
    int most() {
        return most;
    }

    /** Adds a batch's images to the list on disk. */
    void writeDown(DivergedException failure, int epoch, List<String> images) throws IOException {
        StringBuilder text = new StringBuilder(Files.exists(file) ? Files.readString(file) : HEADER);
        for (String image : images) {
            text.append(
                    Csv.line(List.of(String.valueOf(failure.step()), String.valueOf(epoch), failure.symptom(), image)));
        }
        AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** From now on the batch of that step is left out. */
    void leaveOut(DivergedException failure) {
        leftOut.put(failure.step(), failure.symptom());
        count++;
    }

    /** Why the batch of a step is left out; null if it is not. */
    String symptom(long step) {
        return leftOut.get(step);
    }
}
