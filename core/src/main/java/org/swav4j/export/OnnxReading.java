package org.swav4j.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.export.Op.Attribute;
import org.swav4j.export.Op.Real;
import org.swav4j.export.Op.Whole;
import org.swav4j.export.Op.Wholes;
import org.swav4j.format.ProtobufReader;
import org.swav4j.format.ProtobufReader.Malformed;
import org.swav4j.format.ProtobufWriter;
import org.swav4j.tensor.StateDict;

/** Reads the ONNX files that {@link OnnxFile} writes back into graphs. */
final class OnnxReading {
    private static final int MIN_RANK_OF_IMAGES = 4;

    private final List<Op> ops = new ArrayList<>();
    private final Map<String, Integer> outputs = new LinkedHashMap<>();
    private final StateDict weights = new StateDict();
    private Graph.Input input;

    private OnnxReading() {}

    /**
     * The graph in a file; the caller closes it.
     *
     * @throws ExportException if there is none in it, or one with other operations
     */
    static Graph read(Path file) throws IOException {
        OnnxReading reading = new OnnxReading();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            reading.model(new ProtobufReader(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())));
            if (reading.input == null) {
                throw new ExportException("the onnx file has no input");
            }
            return new Graph(reading.input, reading.ops, reading.outputs, reading.weights);
        } catch (Malformed | IllegalArgumentException e) {
            reading.weights.close();
            throw new ExportException("the onnx file cannot be read back: " + e.getMessage());
        } catch (IOException e) {
            reading.weights.close();
            throw e;
        }
    }

    private void model(ProtobufReader model) throws Malformed {
        while (model.next()) {
            if (model.is(7, ProtobufWriter.BYTES)) {
                graph(new ProtobufReader(model.bytes()));
            } else {
                model.skip();
            }
        }
    }

    private void graph(ProtobufReader graph) throws Malformed {
        while (graph.next()) {
            if (graph.is(1, ProtobufWriter.BYTES)) {
                ops.add(node(new ProtobufReader(graph.bytes())));
            } else if (graph.is(5, ProtobufWriter.BYTES)) {
                weight(new ProtobufReader(graph.bytes()));
            } else if (graph.is(11, ProtobufWriter.BYTES)) {
                Value value = value(new ProtobufReader(graph.bytes()));
                if (value.shape.size() < MIN_RANK_OF_IMAGES) {
                    throw new Malformed("'" + value.name + "' is no batch of images");
                }
                input = new Graph.Input(
                        value.name,
                        value.shape.get(2).intValue(),
                        value.type == OnnxType.UINT8,
                        value.shape.get(0) < 0);
            } else if (graph.is(12, ProtobufWriter.BYTES)) {
                Value value = value(new ProtobufReader(graph.bytes()));
                outputs.put(value.name, value.shape.get(value.shape.size() - 1).intValue());
            } else {
                graph.skip();
            }
        }
    }

    private static Op node(ProtobufReader node) throws Malformed {
        List<String> inputs = new ArrayList<>();
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        String output = "";
        String type = "";
        while (node.next()) {
            if (node.is(1, ProtobufWriter.BYTES)) {
                inputs.add(node.string());
            } else if (node.is(2, ProtobufWriter.BYTES)) {
                output = node.string();
            } else if (node.is(4, ProtobufWriter.BYTES)) {
                type = node.string();
            } else if (node.is(5, ProtobufWriter.BYTES)) {
                attribute(new ProtobufReader(node.bytes()), attributes);
            } else {
                node.skip();
            }
        }
        return new Op(Op.Type.valueOf(type), inputs, output, attributes);
    }

    private static void attribute(ProtobufReader attribute, Map<String, Attribute> attributes) throws Malformed {
        String name = "";
        Attribute value = null;
        List<Long> wholes = new ArrayList<>();
        while (attribute.next()) {
            if (attribute.is(1, ProtobufWriter.BYTES)) {
                name = attribute.string();
            } else if (attribute.is(2, ProtobufWriter.FIXED32)) {
                value = new Real(attribute.fixed32());
            } else if (attribute.is(3, ProtobufWriter.VARINT)) {
                value = new Whole(attribute.varint());
            } else if (attribute.is(8, ProtobufWriter.VARINT)) {
                wholes.add(attribute.varint());
            } else {
                attribute.skip();
            }
        }
        attributes.put(name, value != null ? value : new Wholes(wholes));
    }

    private void weight(ProtobufReader tensor) throws Malformed {
        List<Long> shape = new ArrayList<>();
        String name = "";
        ByteBuffer data = ByteBuffer.allocate(0);
        while (tensor.next()) {
            if (tensor.is(1, ProtobufWriter.VARINT)) {
                shape.add(tensor.varint());
            } else if (tensor.is(8, ProtobufWriter.BYTES)) {
                name = tensor.string();
            } else if (tensor.is(9, ProtobufWriter.BYTES)) {
                data = tensor.bytes();
            } else {
                tensor.skip();
            }
        }
        try (PointerScope scope = new PointerScope()) {
            long[] sides = shape.stream().mapToLong(Long::longValue).toArray();
            Tensor made = torch.zeros(sides, new TensorOptions(ScalarType.Float));
            if (made.nbytes() != data.remaining()) {
                throw new Malformed("'" + name + "' has " + data.remaining() + " bytes, not " + made.nbytes());
            }
            TensorData.of(made).put(data);
            weights.add(name, made);
        }
    }

    private record Value(String name, int type, List<Long> shape) {}

    private static Value value(ProtobufReader value) throws Malformed {
        String name = "";
        int type = 0;
        List<Long> shape = new ArrayList<>();
        while (value.next()) {
            if (value.is(1, ProtobufWriter.BYTES)) {
                name = value.string();
            } else if (value.is(2, ProtobufWriter.BYTES)) {
                ProtobufReader tensor = only(1, value.bytes());
                while (tensor.next()) {
                    if (tensor.is(1, ProtobufWriter.VARINT)) {
                        type = (int) tensor.varint();
                    } else if (tensor.is(2, ProtobufWriter.BYTES)) {
                        ProtobufReader sides = new ProtobufReader(tensor.bytes());
                        while (sides.next()) {
                            ProtobufReader side = new ProtobufReader(sides.bytes());
                            boolean stated = side.next() && side.is(1, ProtobufWriter.VARINT);
                            shape.add(stated ? side.varint() : -1L);
                        }
                    } else {
                        tensor.skip();
                    }
                }
            } else {
                value.skip();
            }
        }
        return new Value(name, type, shape);
    }

    private static ProtobufReader only(int field, ByteBuffer message) throws Malformed {
        ProtobufReader reader = new ProtobufReader(message);
        if (!reader.next() || !reader.is(field, ProtobufWriter.BYTES)) {
            throw new Malformed("a value is no tensor");
        }
        return new ProtobufReader(reader.bytes());
    }
}
