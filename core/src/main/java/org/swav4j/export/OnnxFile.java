package org.swav4j.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.export.Op.Attribute;
import org.swav4j.export.Op.Real;
import org.swav4j.export.Op.Whole;
import org.swav4j.export.Op.Wholes;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.ProtobufWriter;

/**
 * A graph as an ONNX file: a {@code ModelProto} of operator set 17 with the weights inside, as {@code onnx.proto} of ONNX 1.12
 * defines it. Weights are written from where they lie.
 */
final class OnnxFile {
    /** The version of the file format that goes with the operator set. */
    static final int IR_VERSION = 8;

    static final int OPERATOR_SET = 17;
    /** A protobuf message cannot be larger. */
    private static final long MAX_BYTES = Integer.MAX_VALUE;

    private static final int ATTRIBUTE_FLOAT = 1;
    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_INTS = 7;

    private final List<ByteBuffer> parts = new ArrayList<>();

    private OnnxFile() {}

    /**
     * Writes to a channel, which stays open.
     *
     * @param version of this library
     * @param metadata text for readers
     * @throws ExportException if the weights take more than an ONNX file may have
     */
    static void write(FileChannel channel, Graph graph, String version, Map<String, String> metadata)
            throws IOException {
        OnnxFile file = new OnnxFile();
        file.graph(graph);
        long graphBytes = file.parts.stream().mapToLong(ByteBuffer::remaining).sum();
        ProtobufWriter model = new ProtobufWriter()
                .varint(1, IR_VERSION)
                .string(2, "swav4j")
                .string(3, version)
                .message(8, new ProtobufWriter().string(1, "").varint(2, OPERATOR_SET));
        metadata.forEach((key, value) ->
                model.message(14, new ProtobufWriter().string(1, key).string(2, value)));
        byte[] head = model.begin(7, graphBytes).toBytes();
        if (head.length + graphBytes > MAX_BYTES) {
            throw new ExportException("onnx files have at most 2 GB, and this would have " + (head.length + graphBytes)
                    + " bytes; safetensors and pytorch have no such limit");
        }
        AtomicFile.writeFully(channel, ByteBuffer.wrap(head));
        for (ByteBuffer part : file.parts) {
            AtomicFile.writeFully(channel, part);
        }
    }

    private void graph(Graph graph) {
        ProtobufWriter nodes = new ProtobufWriter();
        graph.ops().forEach(op -> nodes.message(1, node(op)));
        parts.add(ByteBuffer.wrap(nodes.string(2, "swav").toBytes()));
        graph.weights().forEach(this::weight);
        Graph.Input input = graph.input();
        long n = input.dynamic() ? -1 : 1;
        long size = input.size();
        ProtobufWriter ends = new ProtobufWriter()
                .message(
                        11,
                        input.bytes()
                                ? value(input.name(), OnnxType.UINT8, n, size, size, 3)
                                : value(input.name(), OnnxType.FLOAT, n, 3, size, size));
        graph.outputs().forEach((name, width) -> ends.message(12, value(name, OnnxType.FLOAT, n, width)));
        parts.add(ByteBuffer.wrap(ends.toBytes()));
    }

    private static ProtobufWriter node(Op op) {
        ProtobufWriter node = new ProtobufWriter();
        op.inputs().forEach(input -> node.string(1, input));
        node.string(2, op.output()).string(3, op.output()).string(4, op.type().name());
        op.attributes().forEach((name, value) -> node.message(5, attribute(name, value)));
        return node;
    }

    private static ProtobufWriter attribute(String name, Attribute value) {
        ProtobufWriter attribute = new ProtobufWriter().string(1, name);
        if (value instanceof Real real) {
            attribute.fixed32(2, real.value()).varint(20, ATTRIBUTE_FLOAT);
        } else if (value instanceof Whole whole) {
            attribute.varint(3, whole.value()).varint(20, ATTRIBUTE_INT);
        } else if (value instanceof Wholes wholes) {
            wholes.values().forEach(each -> attribute.varint(8, each));
            attribute.varint(20, ATTRIBUTE_INTS);
        }
        return attribute;
    }

    private void weight(String name, Tensor tensor) {
        ByteBuffer data = TensorData.of(tensor);
        ProtobufWriter head = new ProtobufWriter();
        for (long side : tensor.shape()) {
            head.varint(1, side);
        }
        byte[] tensorHead = head.varint(2, OnnxType.FLOAT)
                .string(8, name)
                .begin(9, data.remaining())
                .toBytes();
        parts.add(ByteBuffer.wrap(new ProtobufWriter()
                .begin(5, (long) tensorHead.length + data.remaining())
                .toBytes()));
        parts.add(ByteBuffer.wrap(tensorHead));
        parts.add(data);
    }

    /** @param shape -1 stands for any number of images */
    private static ProtobufWriter value(String name, int type, long... shape) {
        ProtobufWriter dimensions = new ProtobufWriter();
        for (long side : shape) {
            dimensions.message(
                    1, side < 0 ? new ProtobufWriter().string(2, "N") : new ProtobufWriter().varint(1, side));
        }
        ProtobufWriter tensor = new ProtobufWriter().varint(1, type).message(2, dimensions);
        return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensor));
    }
}
