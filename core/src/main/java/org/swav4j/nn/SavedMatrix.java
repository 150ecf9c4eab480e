package org.swav4j.nn;

import java.util.Arrays;
import org.swav4j.tensor.StateDict;

/** The shapes of saved weights, looked at before anything is built for them: it is then no larger than what was saved. */
final class SavedMatrix {
    private SavedMatrix() {}

    /**
     * The rows of a weight [rows, columns].
     *
     * @param place where it came from, for messages
     * @throws IllegalArgumentException if it is missing, or of another shape
     */
    static int rows(StateDict saved, String name, int columns, String place) {
        if (!saved.contains(name)) {
            throw new IllegalArgumentException(place + ": missing [" + name + "]");
        }
        long[] shape = saved.get(name).shape();
        if (shape.length != 2 || shape[1] != columns) {
            throw new IllegalArgumentException(place + ": '" + name + "' is " + Arrays.toString(shape)
                    + "; this encoder needs [any, " + columns + "]");
        }
        return Math.toIntExact(shape[0]);
    }
}
