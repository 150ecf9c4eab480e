package org.swav4j.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The columns of a Parquet file, as far as vectors with texts beside them need it.
 *
 * @param leaves in the file's order
 */
record ParquetSchema(List<Leaf> leaves) {
    private static final int OPTIONAL = 1;
    private static final int REPEATED = 2;

    /**
     * A column.
     *
     * @param name of the field at the top that it belongs to
     * @param type Parquet's number of the physical type
     * @param typeLength bytes of a value of fixed length, otherwise 0
     * @param definition level of a value that is there
     * @param repetition 1 for a list's elements, otherwise 0
     */
    record Leaf(String name, int type, int typeLength, int definition, int repetition) {}

    ParquetSchema {
        leaves = List.copyOf(leaves);
    }

    /** Of the footer's list of schema elements, which is a tree in preorder. */
    static ParquetSchema of(List<?> elements) throws FormatException {
        List<Leaf> leaves = new ArrayList<>();
        int at = 1;
        while (at < elements.size()) {
            at = walk(elements, at, "", 0, 0, 0, leaves);
        }
        return new ParquetSchema(leaves);
    }

    private static int walk(
            List<?> elements, int at, String top, int definition, int repetition, int depth, List<Leaf> leaves)
            throws FormatException {
        if (at >= elements.size() || depth > 8) {
            throw new FormatException("the schema is no tree of columns");
        }
        Map<?, ?> element = ParquetFields.struct(elements.get(at));
        String name = depth > 0 ? top : new String(ParquetFields.bytes(element, 4), StandardCharsets.UTF_8);
        long repeats = ParquetFields.number(element, 3, 0);
        int inner = definition + (repeats == OPTIONAL || repeats == REPEATED ? 1 : 0);
        int repeated = repetition + (repeats == REPEATED ? 1 : 0);
        long children = ParquetFields.number(element, 5, 0);
        int next = at + 1;
        if (children == 0) {
            int type = (int) ParquetFields.number(element, 1, -1);
            int length = (int) ParquetFields.number(element, 2, 0);
            leaves.add(new Leaf(name, type, length, inner, repeated));
        }
        for (long child = 0; child < children; child++) {
            next = walk(elements, next, name, inner, repeated, depth + 1, leaves);
        }
        return next;
    }
}
