package org.swav4j.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.swav4j.data.Csv;
import org.swav4j.format.AtomicFile;

/**
 * All prototypes as CSV, beside {@link AssignmentFile}'s {@code x.csv} as {@code x.prototypes.csv}: {@code prototype},
 * {@code images}, mean {@code confidence}, {@code nearest} image's path, and with labels the most frequent {@code label} and its
 * {@code share} of the prototype's labelled images.
 */
public final class PrototypeFile {
    private PrototypeFile() {}

    /** Where it lies for a file of assignments. */
    public static Path beside(Path assignments) {
        String name = assignments.getFileName().toString();
        return assignments.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".prototypes.csv");
    }

    /** Writes the file whole; the folder must be there. */
    public static void write(Path target, Clusters clusters) throws IOException {
        boolean labelled = clusters.labels().isPresent();
        List<String> header = new ArrayList<>(List.of("prototype", "images", "confidence", "nearest"));
        if (labelled) {
            header.addAll(List.of("label", "share"));
        }
        StringBuilder lines = new StringBuilder(Csv.line(header));
        Assignments assignments = clusters.assignments();
        List<List<Integer>> nearest = assignments.nearest();
        for (int p = 0; p < assignments.prototypes(); p++) {
            List<Integer> members = nearest.get(p);
            List<String> row = new ArrayList<>();
            row.add(Integer.toString(p));
            row.add(Integer.toString(members.size()));
            row.add(members.isEmpty() ? "" : Float.toString((float) assignments.meanConfidence(members)));
            row.add(members.isEmpty() ? "" : clusters.images().name(assignments.images()[members.get(0)]));
            if (labelled) {
                LabelQuality labels = clusters.labels().get();
                int label = labels.dominant()[p];
                row.add(label < 0 ? "" : clusters.images().classNames().get(label));
                row.add(label < 0 ? "" : Float.toString((float) labels.dominantShare()[p]));
            }
            lines.append(Csv.line(row));
        }
        Files.createDirectories(target.toAbsolutePath().getParent());
        AtomicFile.write(target, lines.toString().getBytes(StandardCharsets.UTF_8));
    }
}
