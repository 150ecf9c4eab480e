package org.swav4j.pickle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.swav4j.format.DType;
import org.swav4j.format.FormatException;

/** What each name on {@link Global}'s list makes of its arguments. Every argument is checked; a message names what was made. */
final class Constructions {
    private final PickleInput input;
    private final StorageTable storages;

    /** A type of numpy's numbers. */
    private record NumpyType(char kind, int bytes) implements Global {}

    /** @param storages null where there must be none */
    Constructions(PickleInput input, StorageTable storages) {
        this.input = input;
        this.storages = storages;
    }

    FormatException unknown(String module, String name, long at) {
        String quoted = FormatException.quote(module + "." + name);
        String bare = quoted.substring(1, quoted.length() - 1);
        if (module.startsWith("torch.nn.modules.")
                || module.startsWith("torchvision.models.")
                || module.startsWith("timm.models.")) {
            return input.failure(
                    at,
                    "refused: a whole module was saved, " + bare,
                    "; save its state with torch.save(model.state_dict(), FILE)");
        }
        return input.failure(
                at,
                "refused: " + bare,
                "; only tensors and plain values are read. --skip-objects passes over objects of other classes, and runs"
                        + " nothing either");
    }

    void put(PickledDict dict, Object key, Object value, long at) throws IOException {
        require(
                key == null
                        || key instanceof String
                        || key instanceof Long
                        || key instanceof Boolean
                        || key instanceof Double
                        || key instanceof Global.Passive
                        || key instanceof PassedOver,
                at,
                "a key that is neither text nor a number");
        dict.put(key, value);
    }

    /** What a persistent identity stands for: {@code ('storage', class, key, location, elements[, view])}. */
    Storage.View persistent(Object identity, long at) throws IOException {
        require(storages != null, at, "a storage where there can be none");
        List<Object> parts = values(identity);
        require(parts.size() == 5 || parts.size() == 6, at, "a persistent identity that is no storage's");
        require(
                "storage".equals(parts.get(0))
                        && parts.get(1) instanceof Global.StorageType
                        && parts.get(2) instanceof String
                        && parts.get(3) instanceof String
                        && parts.get(4) instanceof Long,
                at,
                "a persistent identity that is no storage's");
        DType dtype = ((Global.StorageType) parts.get(1)).dtype();
        long elements = (Long) parts.get(4);
        require(storages.canHold(elements, dtype.bytes()), at, "a storage of " + elements + " elements");
        Storage described = new Storage((String) parts.get(2), dtype, elements);
        Storage storage = storages.intern(described);
        require(storage != null, at, "storage " + FormatException.quote(described.key()) + " of two sizes or types");
        if (parts.size() == 5 || parts.get(5) == null) {
            return new Storage.View(storage, 0, elements);
        }
        List<Object> view = values(parts.get(5));
        require(
                view.size() == 3 && view.get(1) instanceof Long && view.get(2) instanceof Long,
                at,
                "a view of a storage that is not described");
        long offset = (Long) view.get(1);
        long size = (Long) view.get(2);
        require(
                offset >= 0 && size >= 0 && offset <= elements - size,
                at,
                "a view outside its storage: " + size + " elements from " + offset + " of " + elements);
        return new Storage.View(storage, offset, size);
    }

    /** The value of a function on the list for these arguments. */
    Object apply(Object function, Object arguments, long at) throws IOException {
        boolean passive = function instanceof Global.Passive;
        require(passive || function instanceof Global.Function, at, "a call of what is no function");
        require(arguments instanceof PickledList list && list.isTuple(), at, "a call without arguments");
        List<Object> args = values(arguments);
        if (passive) {
            return new PassedOver(((Global.Passive) function).type());
        }
        return switch ((Global.Function) function) {
            case ORDERED_DICT -> orderedDict(args, at);
            case REBUILD_TENSOR -> tensor(args, at);
            case REBUILD_PARAMETER -> {
                require(
                        args.size() >= 1 && args.size() <= 4 && args.get(0) instanceof PickledTensor,
                        at,
                        "a parameter without a tensor");
                yield args.get(0);
            }
            case REBUILD_OF_TYPE -> {
                boolean nested = args.size() == 4
                        && (args.get(0) == Global.Function.REBUILD_TENSOR
                                || args.get(0) == Global.Function.REBUILD_PARAMETER);
                require(nested, at, "a tensor of a type of its own that is not rebuilt as tensors are");
                yield apply(args.get(0), args.get(2), at);
            }
            case SIZE -> {
                require(args.size() == 1, at, "a torch.Size of " + args.size() + " arguments");
                longs(args.get(0), at, "a torch.Size");
                yield args.get(0);
            }
            case DEVICE -> {
                require(!args.isEmpty() && args.get(0) instanceof String, at, "a device without a name");
                yield args.get(0);
            }
            case NUMPY_DTYPE -> numpyType(args, at);
            case NUMPY_SCALAR -> numpyScalar(args, at);
            case ENCODE -> {
                require(
                        args.size() == 2 && args.get(0) instanceof String && "latin1".equals(args.get(1)),
                        at,
                        "bytes in another encoding than latin1");
                yield ((String) args.get(0)).getBytes(StandardCharsets.ISO_8859_1);
            }
        };
    }

    /** State given to a value: attributes of a dictionary, which are left out, or a numpy type's byte order. */
    void build(Object value, Object state, long at) throws IOException {
        if (value instanceof PassedOver) {
            return;
        }
        if (value instanceof NumpyType) {
            List<Object> parts = values(state);
            require(parts.size() > 1 && !">".equals(parts.get(1)), at, "a big-endian number");
            return;
        }
        require(value instanceof PickledDict && state instanceof PickledDict, at, "state given to what has none");
    }

    private PickledDict orderedDict(List<Object> args, long at) throws IOException {
        PickledDict dict = new PickledDict();
        require(args.size() <= 1, at, "an OrderedDict of " + args.size() + " arguments");
        for (Object pair : args.isEmpty() ? List.of() : values(args.get(0))) {
            List<Object> parts = values(pair);
            require(parts.size() == 2 && isValue(parts.get(1)), at, "an OrderedDict of what are no pairs");
            put(dict, parts.get(0), parts.get(1), at);
        }
        return dict;
    }

    private static boolean isValue(Object found) {
        return !(found instanceof Storage.View) && (!(found instanceof Global) || found instanceof Global.Passive);
    }

    private PickledTensor tensor(List<Object> args, long at) throws IOException {
        require(args.size() >= 4 && args.size() <= 7, at, "a tensor of " + args.size() + " arguments");
        require(
                args.get(0) instanceof Storage.View && args.get(1) instanceof Long,
                at,
                "a tensor without storage and offset");
        Storage.View view = (Storage.View) args.get(0);
        long offset = (Long) args.get(1);
        long[] shape = longs(args.get(2), at, "a tensor's shape");
        long[] stride = longs(args.get(3), at, "a tensor's strides");
        require(
                shape.length == stride.length && shape.length <= Budget.DIMENSIONS,
                at,
                "a tensor of " + shape.length + " dimensions and " + stride.length + " strides");
        try {
            long span = PickledTensor.span(shape, stride);
            require(
                    offset >= 0 && offset <= view.elements() && span <= view.elements() - offset,
                    at,
                    "a tensor outside its storage: " + span + " elements from " + offset + " of " + view.elements());
            long bytes = Math.multiplyExact(
                    PickledTensor.elements(shape), view.root().dtype().bytes());
            require(storages.admits(bytes), at, "tensors that are larger together than the file allows,");
        } catch (ArithmeticException e) {
            throw refused(at, "a tensor of more elements than can be counted");
        }
        return new PickledTensor(view.root(), view.offset() + offset, shape, stride);
    }

    private NumpyType numpyType(List<Object> args, long at) throws IOException {
        Object name = args.isEmpty() ? null : args.get(0);
        require(name instanceof String, at, "a numpy type without a name");
        return switch ((String) name) {
            case "f8" -> new NumpyType('f', 8);
            case "f4" -> new NumpyType('f', 4);
            case "i8" -> new NumpyType('i', 8);
            case "i4" -> new NumpyType('i', 4);
            case "b1" -> new NumpyType('b', 1);
            // of arrays, which are passed over; numbers of these types are refused
            case "f2", "i1", "i2", "u1", "u2", "u4", "u8" -> new NumpyType('-', 0);
            default -> throw refused(at, "the numpy type " + FormatException.quote((String) name));
        };
    }

    private Object numpyScalar(List<Object> args, long at) throws IOException {
        require(
                args.size() == 2
                        && args.get(0) instanceof NumpyType type
                        && args.get(1) instanceof byte[] bytes
                        && type.bytes() > 0
                        && bytes.length == type.bytes(),
                at,
                "a numpy number of another size than its type");
        NumpyType type = (NumpyType) args.get(0);
        ByteBuffer bytes = ByteBuffer.wrap((byte[]) args.get(1)).order(ByteOrder.LITTLE_ENDIAN);
        return switch (type.kind()) {
            case 'f' -> type.bytes() == 8 ? bytes.getDouble() : (double) bytes.getFloat();
            case 'i' -> type.bytes() == 8 ? bytes.getLong() : (long) bytes.getInt();
            default -> bytes.get() != 0;
        };
    }

    private long[] longs(Object value, long at, String what) throws IOException {
        require(value instanceof PickledList, at, what + " that is no tuple");
        List<Object> values = values(value);
        long[] longs = new long[values.size()];
        for (int i = 0; i < longs.length; i++) {
            require(
                    values.get(i) instanceof Long number && number >= 0,
                    at,
                    what + " of what are no whole numbers from 0,");
            longs[i] = (Long) values.get(i);
        }
        return longs;
    }

    /** The values of a list or tuple; none of anything else. */
    private static List<Object> values(Object value) {
        return value instanceof PickledList list ? list.values() : List.of();
    }

    private void require(boolean holds, long at, String found) throws IOException {
        if (!holds) {
            throw refused(at, found);
        }
    }

    private FormatException refused(long at, String found) {
        return input.failure(at, "refused: " + found);
    }
}
