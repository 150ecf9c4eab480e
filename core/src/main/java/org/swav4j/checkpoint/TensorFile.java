package org.swav4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.format.DType;
import org.swav4j.format.Safetensors;
import org.swav4j.format.TensorBytes;
import org.swav4j.tensor.StateDict;

/** Named tensors as a safetensors file, whatever their device and layout in memory. */
public final class TensorFile {
    private TensorFile() {}

    static void write(WritableByteChannel channel, StateDict state) throws IOException {
        write(channel, state, Map.of("format", "pt"));
    }

    /** Writes them to a channel, which stays open, with text for readers. */
    public static void write(WritableByteChannel channel, StateDict state, Map<String, String> metadata)
            throws IOException {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Map<String, TensorBytes> tensors = new LinkedHashMap<>();
            state.forEach((name, tensor) -> {
                Tensor plain = tensor.detach().cpu().contiguous();
                BytePointer bytes = new BytePointer(plain.data_ptr()).capacity(plain.nbytes());
                ByteBuffer buffer = plain.nbytes() == 0 ? ByteBuffer.allocate(0) : bytes.asByteBuffer();
                tensors.put(name, new TensorBytes(dtype(plain.scalar_type()), plain.shape(), buffer));
            });
            Safetensors.write(channel, tensors, metadata);
        }
    }

    /** The tensors of a file in host memory; the caller closes them. */
    public static StateDict read(Path file) throws IOException {
        Safetensors.File tensors = Safetensors.read(file);
        StateDict state = new StateDict();
        try (PointerScope scope = new PointerScope()) {
            for (String name : tensors.names()) {
                TensorBytes bytes = tensors.get(name);
                Tensor tensor = torch.zeros(bytes.shape(), new TensorOptions(scalarType(bytes.dtype())));
                if (bytes.elements() > 0) {
                    new BytePointer(tensor.data_ptr())
                            .capacity(tensor.nbytes())
                            .asByteBuffer()
                            .put(bytes.data());
                }
                state.add(name, tensor);
            }
            return state;
        } catch (IOException | RuntimeException e) {
            state.close();
            throw e;
        }
    }

    private static DType dtype(ScalarType type) {
        return switch (type.intern()) {
            case Float -> DType.F32;
            case Double -> DType.F64;
            case Half -> DType.F16;
            case BFloat16 -> DType.BF16;
            case Long -> DType.I64;
            case Int -> DType.I32;
            case Short -> DType.I16;
            case Char -> DType.I8;
            case Byte -> DType.U8;
            case Bool -> DType.BOOL;
            default -> throw new IllegalArgumentException("tensors of type " + type + " are not saved");
        };
    }

    private static ScalarType scalarType(DType type) {
        return switch (type) {
            case F32 -> ScalarType.Float;
            case F64 -> ScalarType.Double;
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case I64 -> ScalarType.Long;
            case I32 -> ScalarType.Int;
            case I16 -> ScalarType.Short;
            case I8 -> ScalarType.Char;
            case U8 -> ScalarType.Byte;
            case BOOL -> ScalarType.Bool;
        };
    }
}
