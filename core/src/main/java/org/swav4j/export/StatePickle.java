package org.swav4j.export;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.tensor.StateDict;

/**
 * The pickle (protocol 2) of a state dict: an {@code OrderedDict} of tensors, each rebuilt from a storage of its own that is
 * named by its position. It asks for nothing but what Python's {@code torch.load(weights_only=True)} allows.
 */
final class StatePickle {
    private static final String ORDERED_DICT = "ccollections\nOrderedDict\n";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private StatePickle() {}

    static byte[] of(StateDict state) {
        StatePickle pickle = new StatePickle();
        pickle.op("\u0080\u0002" + ORDERED_DICT + ")R(");
        int[] key = {0};
        state.forEach((name, tensor) -> {
            pickle.text(name);
            pickle.tensor(tensor, key[0]++);
        });
        pickle.op("u.");
        return pickle.bytes.toByteArray();
    }

    /** {@code _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)}. */
    private void tensor(Tensor tensor, int key) {
        op("ctorch._utils\n_rebuild_tensor_v2\n(");
        op("(");
        text("storage");
        op("ctorch\n" + storage(tensor.scalar_type()) + "\n");
        text(Integer.toString(key));
        text("cpu");
        integer(tensor.numel());
        op("tQ");
        integer(0);
        long[] shape = tensor.shape();
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape[i];
        }
        tuple(shape);
        tuple(strides);
        op("\u0089" + ORDERED_DICT + ")RtR");
    }

    private static String storage(ScalarType type) {
        return switch (type.intern()) {
            case Float -> "FloatStorage";
            case Half -> "HalfStorage";
            case Long -> "LongStorage";
            default -> throw new IllegalArgumentException("tensors of type " + type + " are not exported");
        };
    }

    private void tuple(long[] values) {
        if (values.length == 0) {
            op(")");
            return;
        }
        op("(");
        for (long value : values) {
            integer(value);
        }
        op("t");
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        op("X");
        little(utf8.length);
        bytes.writeBytes(utf8);
    }

    private void integer(long value) {
        op("J");
        little(Math.toIntExact(value));
    }

    private void little(int value) {
        bytes.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    /** Opcodes and the ASCII lines behind them, one byte for each character. */
    private void op(String characters) {
        bytes.writeBytes(characters.getBytes(StandardCharsets.ISO_8859_1));
    }
}
