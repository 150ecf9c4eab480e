package org.swav4j.export;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Writes the opcodes of a pickle, protocol 2, and those of them that make a tensor as PyTorch does. */
final class PickleWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    PickleWriter() {
        op("\u0080\u0002");
    }

    /** Ends the pickle. */
    byte[] finish() {
        op(".");
        return bytes.toByteArray();
    }

    /** Opcodes and the ASCII lines behind them, one byte for each character. */
    PickleWriter op(String characters) {
        bytes.writeBytes(characters.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** A class or function by its name. */
    PickleWriter global(String module, String name) {
        return op("c" + module + "\n" + name + "\n");
    }

    /** An empty {@code collections.OrderedDict}. */
    PickleWriter orderedDict() {
        return global("collections", "OrderedDict").op(")R");
    }

    PickleWriter text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        op("X");
        little(utf8.length);
        bytes.writeBytes(utf8);
        return this;
    }

    /** {@code _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)} of a whole storage. */
    void tensor(Tensor tensor, int key) {
        global("torch._utils", "_rebuild_tensor_v2").op("((").text("storage");
        global("torch", storage(tensor.scalar_type()));
        text(Integer.toString(key)).text("cpu").integer(tensor.numel());
        op("tQ").integer(0);
        long[] shape = tensor.shape();
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape[i];
        }
        tuple(shape);
        tuple(strides);
        op("\u0089").orderedDict().op("tR");
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
}
