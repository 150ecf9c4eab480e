package org.swav4j.embed;

import java.util.ArrayList;
import java.util.List;
import org.swav4j.format.DType;

/**
 * What a row holds.
 *
 * @param dimensions of every vector
 * @param half whether numbers are written as halves, or rounded to them where they are text
 * @param labelled whether the source has classes
 */
record Layout(int dimensions, boolean half, boolean labelled) {
    DType dtype() {
        return half ? DType.F16 : DType.F32;
    }

    List<String> textColumns() {
        return labelled ? List.of("path", "label") : List.of("path");
    }

    /** The texts of a row; an image without a label has an empty one. */
    List<String> texts(Rows rows, int row) {
        List<String> texts = new ArrayList<>();
        texts.add(rows.names().get(row));
        if (labelled) {
            String label = rows.labels().get(row);
            texts.add(label == null ? "" : label);
        }
        return texts;
    }
}
