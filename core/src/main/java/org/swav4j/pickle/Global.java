package org.swav4j.pickle;

import java.util.Optional;
import org.swav4j.format.DType;

/**
 * What a pickle may name of Python. The list is closed; a name stands for a meaning here and is never looked up as anything
 * that could be called.
 */
interface Global {
    /** Something that a pickle may apply to arguments, by one opcode alone. */
    enum Function implements Global {
        ORDERED_DICT,
        REBUILD_TENSOR,
        REBUILD_PARAMETER,
        REBUILD_OF_TYPE,
        SIZE,
        DEVICE,
        NUMPY_DTYPE,
        NUMPY_SCALAR,
        ENCODE
    }

    /** A class of storages; it only ever tells the element type. */
    record StorageType(DType dtype) implements Global {}

    /** A type such as {@code torch.float32}, as a plain value. */
    record TypeName(String name) implements Global {}

    /** A class or function whose objects are passed over: {@link PassedOver}. */
    record Passive(String type) implements Global {}

    /** What a name means; empty if it is not on the list. */
    static Optional<Global> of(String module, String name) {
        return Optional.ofNullable(
                switch (module) {
                    case "collections" -> name.equals("OrderedDict") ? Function.ORDERED_DICT : null;
                    case "torch._utils" ->
                        switch (name) {
                            case "_rebuild_tensor", "_rebuild_tensor_v2" -> Function.REBUILD_TENSOR;
                            case "_rebuild_parameter", "_rebuild_parameter_with_state" -> Function.REBUILD_PARAMETER;
                            default -> null;
                        };
                    case "torch._tensor" -> name.equals("_rebuild_from_type_v2") ? Function.REBUILD_OF_TYPE : null;
                    case "torch" -> ofTorch(name);
                    case "torch.cuda" -> storage(name);
                    case "torch.storage" ->
                        switch (name) {
                            case "UntypedStorage", "_UntypedStorage" -> new StorageType(DType.U8);
                            case "TypedStorage", "_TypedStorage" -> new TypeName("torch.storage.TypedStorage");
                            default -> storage(name);
                        };
                    case "numpy" -> name.equals("dtype") ? Function.NUMPY_DTYPE : null;
                    case "numpy.core.multiarray", "numpy._core.multiarray" ->
                        name.equals("scalar") ? Function.NUMPY_SCALAR : null;
                    case "_codecs" -> name.equals("encode") ? Function.ENCODE : null;
                    default -> null;
                });
    }

    private static Global ofTorch(String name) {
        return switch (name) {
            case "Size" -> Function.SIZE;
            case "device" -> Function.DEVICE;
            case "UntypedStorage" -> new StorageType(DType.U8);
            case "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool" ->
                new TypeName("torch." + name);
            default -> storage(name);
        };
    }

    private static Global storage(String name) {
        DType dtype = switch (name) {
            case "FloatStorage" -> DType.F32;
            case "DoubleStorage" -> DType.F64;
            case "HalfStorage" -> DType.F16;
            case "BFloat16Storage" -> DType.BF16;
            case "LongStorage" -> DType.I64;
            case "IntStorage" -> DType.I32;
            case "ShortStorage" -> DType.I16;
            case "CharStorage" -> DType.I8;
            case "ByteStorage" -> DType.U8;
            case "BoolStorage" -> DType.BOOL;
            default -> null;
        };
        return dtype == null ? null : new StorageType(dtype);
    }
}
