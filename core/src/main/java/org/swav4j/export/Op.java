package org.swav4j.export;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One operation of a graph, as ONNX's operator set 17 defines it.
 *
 * @param type ONNX's name
 * @param inputs names of what goes in: outputs of earlier operations, weights, or the graph's input
 * @param output name of what comes out
 * @param attributes by name
 */
record Op(Type type, List<String> inputs, String output, Map<String, Attribute> attributes) {
    /** The operations that exports need; the constants' names are ONNX's. */
    enum Type {
        Add,
        BatchNormalization,
        Cast,
        Conv,
        Div,
        Flatten,
        Gemm,
        GlobalAveragePool,
        Max,
        MaxPool,
        ReduceL2,
        Relu,
        Sub,
        Transpose
    }

    /** What an operation is told besides its inputs. */
    sealed interface Attribute permits Whole, Wholes, Real {}

    /** One integer. */
    record Whole(long value) implements Attribute {}

    /** Several integers. */
    record Wholes(List<Long> values) implements Attribute {
        Wholes {
            values = List.copyOf(values);
        }

        static Wholes of(long... values) {
            return new Wholes(Arrays.stream(values).boxed().toList());
        }

        long[] array() {
            return values.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /** One float32. */
    record Real(float value) implements Attribute {}

    Op {
        inputs = List.copyOf(inputs);
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    long whole(String name) {
        return ((Whole) attributes.get(name)).value();
    }

    long[] wholes(String name) {
        return ((Wholes) attributes.get(name)).array();
    }

    /** ε of a batch norm as the decimal that it was, 1e-5, not as the float32 nearest to it. */
    double epsilon() {
        return Double.parseDouble(Float.toString(((Real) attributes.get("epsilon")).value()));
    }

    /** The zeros around an image: ONNX states them for every side, libtorch for every axis. */
    long[] padding() {
        return Arrays.copyOf(wholes("pads"), 2);
    }
}
