package org.swav4j.export;

import java.util.ArrayList;
import java.util.List;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ProjectionHead;
import org.swav4j.nn.Prototypes;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.StateDict;

/**
 * What must be known to build the exported part of a network.
 *
 * @param part how much of it
 * @param hidden width of the projection head's hidden layer; 0 without one, or without a head
 * @param dim length of an embedding, D; 0 without a head
 * @param prototypes K of each prototype head; empty without them
 */
record NetworkShape(
        Architecture architecture, Stem stem, ExportedPart part, int hidden, int dim, List<Integer> prototypes) {
    NetworkShape {
        prototypes = List.copyOf(prototypes);
    }

    /**
     * Recognises head and prototypes by the shapes of their tensors.
     *
     * @throws CheckpointException if the part that is asked for is not there
     * @throws IllegalArgumentException if its shapes do not go together
     */
    static NetworkShape of(Checkpoint checkpoint, StateDict saved, ExportedPart part) {
        Architecture architecture;
        Stem stem;
        try {
            architecture = Architecture.parse(checkpoint.encoder().arch());
            stem = Stem.parse(checkpoint.encoder().stem());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(checkpoint.directory() + ": " + e.getMessage(), e);
        }
        if (part == ExportedPart.TRUNK) {
            return new NetworkShape(architecture, stem, part, 0, 0, List.of());
        }
        String place = checkpoint.directory().toString();
        ProjectionHead.Widths head = ProjectionHead.saved(saved, architecture.features(), place)
                .orElseThrow(() -> missing(checkpoint, "projection head", part));
        List<Integer> prototypes = part == ExportedPart.SCORES ? Prototypes.saved(saved, head.dim(), place) : List.of();
        if (part == ExportedPart.SCORES && prototypes.isEmpty()) {
            throw missing(checkpoint, "prototypes", part);
        }
        return new NetworkShape(architecture, stem, part, head.hidden(), head.dim(), prototypes);
    }

    private static CheckpointException missing(Checkpoint checkpoint, String what, ExportedPart part) {
        return new CheckpointException(checkpoint.directory() + ": has no " + what + ", which '" + part
                + "' needs; the trunk can be exported");
    }

    /** The tensor that holds the prototypes of a head. */
    String prototypes(int head) {
        return Prototypes.name(head, prototypes.size());
    }

    /** Names of what comes out. */
    List<String> outputs() {
        return switch (part) {
            case TRUNK -> List.of("features");
            case EMBEDDING -> List.of("embeddings");
            case SCORES -> {
                List<String> names = new ArrayList<>();
                for (int head = 0; head < prototypes.size(); head++) {
                    names.add(prototypes.size() == 1 ? "scores" : "scores" + head);
                }
                yield names;
            }
        };
    }

    /** Length of the rows of an output. */
    int width(int output) {
        return switch (part) {
            case TRUNK -> architecture.features();
            case EMBEDDING -> dim;
            case SCORES -> prototypes.get(output);
        };
    }
}
