package org.swav4j.format;

import java.util.List;
import java.util.Map;

/** Fields of the structures that {@link ThriftReader} read, of the kind that they must have. */
final class ParquetFields {
    private ParquetFields() {}

    static Map<?, ?> struct(Object value) throws FormatException {
        if (value instanceof Map<?, ?> fields) {
            return fields;
        }
        throw new FormatException("its metadata lacks a structure");
    }

    static Map<?, ?> struct(Map<?, ?> of, int field) throws FormatException {
        return struct(of.get(field));
    }

    static List<?> list(Map<?, ?> of, int field) throws FormatException {
        if (of.get(field) instanceof List<?> elements) {
            return elements;
        }
        throw new FormatException("its metadata lacks the list " + field);
    }

    static long number(Map<?, ?> of, int field, long otherwise) throws FormatException {
        Object value = of.get(field);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Long number) {
            return number;
        }
        throw new FormatException("field " + field + " of its metadata is no number");
    }

    static byte[] bytes(Map<?, ?> of, int field) throws FormatException {
        if (of.get(field) instanceof byte[] text) {
            return text;
        }
        throw new FormatException("its metadata lacks the text " + field);
    }
}
