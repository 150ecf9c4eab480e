package org.swav4j.importer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.Stem;
import org.swav4j.pickle.PickleBytes;
import org.swav4j.pickle.TorchFiles;
import org.swav4j.pickle.TorchFiles.Entry;

/** A checkpoint as some program saves it: names and shapes, with numbers that follow from the name. */
final class SavedTensors {
    private final Map<String, long[]> shapes = new LinkedHashMap<>();
    private final Map<String, String[]> objects = new LinkedHashMap<>();
    private String type = "FloatStorage";
    private float first = Float.NaN;

    /** A trunk whose names begin with a prefix. */
    static SavedTensors trunk(String arch, Stem stem, String prefix) {
        SavedTensors saved = new SavedTensors();
        new TrunkShapes(Architecture.parse(arch), stem)
                .expected()
                .forEach((name, shape) -> saved.shapes.put(prefix + name, shape));
        return saved;
    }

    SavedTensors with(String name, long... shape) {
        shapes.put(name, shape);
        return this;
    }

    /** With SwAV's head of these sizes. */
    SavedTensors withHead(String prefix, long features, long hidden, long dim) {
        new HeadShapes(hidden, dim, List.of())
                .expected(features)
                .forEach((name, shape) -> shapes.put(prefix + name, shape));
        return this;
    }

    /** With an object of this class under a name beside the state, as settings are saved. */
    SavedTensors beside(String name, String module, String type) {
        objects.put(name, new String[] {module, type});
        return this;
    }

    SavedTensors without(String part) {
        shapes.keySet().removeIf(name -> name.contains(part));
        return this;
    }

    SavedTensors renamed(String from, String to) {
        Map<String, long[]> before = new LinkedHashMap<>(shapes);
        shapes.clear();
        before.forEach((name, shape) -> shapes.put(name.replaceFirst(from, to), shape));
        return this;
    }

    /** The storages' class, of all but counts. */
    SavedTensors of(String storageType) {
        type = storageType;
        return this;
    }

    /** The first number of every tensor. */
    SavedTensors beginningWith(float value) {
        first = value;
        return this;
    }

    /** The number at a place of a tensor. */
    static float value(String name, int at) {
        return ((name.hashCode() & 1023) + at % 97) / 2048f;
    }

    /** Writes it, below these keys. */
    Path write(Path file, String... keys) throws IOException {
        PickleBytes pickle = PickleBytes.pickle();
        for (String key : keys) {
            pickle.op('}').text("epoch").number(3).op('s').text(key);
        }
        pickle.op('}');
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, long[]> each : shapes.entrySet()) {
            String key = "" + entries.size();
            long[] shape = each.getValue();
            boolean count = each.getKey().endsWith("num_batches_tracked");
            int elements = 1;
            long[] stride = new long[shape.length];
            for (int i = shape.length - 1; i >= 0; i--) {
                stride[i] = elements;
                elements *= (int) shape[i];
            }
            pickle.text(each.getKey())
                    .global("torch._utils", "_rebuild_tensor_v2")
                    .op('(')
                    .storage(count ? "LongStorage" : type, key, "cuda:0", elements)
                    .number(0)
                    .tuple(shape)
                    .tuple(stride)
                    .op(0x89, '}', 't', 'R', 's');
            entries.add(Entry.of("archive/data/" + key, numbers(each.getKey(), elements, count)));
        }
        for (String key : keys) {
            pickle.op('s');
        }
        objects.forEach((name, type) -> pickle.text(name)
                .global(type[0], type[1])
                .op(')', 0x81, '}')
                .text("lr")
                .number(1)
                .ops("sbs"));
        entries.add(Entry.of("archive/data.pkl", pickle.op('.').toBytes()));
        return Files.write(file, TorchFiles.zip(entries));
    }

    private byte[] numbers(String name, int elements, boolean count) {
        int width = count ? 8 : type.equals("FloatStorage") ? 4 : type.equals("DoubleStorage") ? 8 : 2;
        ByteBuffer bytes = ByteBuffer.allocate(elements * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            float value = i == 0 && !Float.isNaN(first) ? first : value(name, i);
            if (count) {
                bytes.putLong(7);
            } else if (width == 4) {
                bytes.putFloat(value);
            } else if (width == 8) {
                bytes.putDouble(value);
            } else {
                bytes.putShort((short) (Float.floatToIntBits(value) >> 16));
            }
        }
        return bytes.array();
    }
}
