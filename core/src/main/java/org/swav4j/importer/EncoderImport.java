package org.swav4j.importer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.checkpoint.EncoderFolder;
import org.swav4j.format.DType;
import org.swav4j.format.FormatException;
import org.swav4j.format.Safetensors;
import org.swav4j.format.Sha256;
import org.swav4j.pickle.TorchFile;
import org.swav4j.tensor.StateDict;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes a checkpoint of an encoder that another program saved with PyTorch or as safetensors, or that was exported. Weights become float32, whatever they were; tensors
 * are read one at a time.
 */
public final class EncoderImport {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private EncoderImport() {}

    /**
     * Reads a file and writes the encoder in it.
     *
     * @param target a new or an empty folder
     * @param version of the program
     * @return what was recognised
     * @throws FormatException if the file is refused, or holds no encoder that is known and complete; nothing is written then
     * @throws org.swav4j.checkpoint.CheckpointException if it cannot be written
     */
    public static ImportedEncoder run(Path file, Path target, ImportedEncoder.Choices choices, String version)
            throws IOException {
        EncoderFolder.requireFree(target);
        if (SafetensorsState.isOne(file)) {
            Safetensors.File content = Safetensors.read(file);
            ImportedEncoder.Choices completed = SafetensorsState.completed(file, content, choices);
            return write(file, SafetensorsState.of(file, content), completed, target, version);
        }
        try (TorchFile content = TorchFile.open(file, choices.skipObjects())) {
            return write(file, SavedState.in(file, content), choices, target, version);
        }
    }

    private static ImportedEncoder write(
            Path file, SavedState state, ImportedEncoder.Choices choices, Path target, String version)
            throws IOException {
        ImportedEncoder encoder = ImportedEncoder.recognise(file, state, choices);
        try (StateDict model = read(file, encoder)) {
            byte[] origin = JSON.writeValueAsBytes(origin(file, encoder));
            EncoderFolder.write(target, encoder.encoder(), model, origin, version);
        }
        return encoder;
    }

    /** The encoder's tensors; the caller closes them. */
    private static StateDict read(Path file, ImportedEncoder encoder) throws IOException {
        StateDict state = new StateDict();
        try {
            for (Map.Entry<String, SavedTensor> each : encoder.tensors().entrySet()) {
                try (PointerScope scope = new PointerScope();
                        NoGradGuard noGrad = new NoGradGuard()) {
                    Tensor tensor = tensor(each.getValue());
                    if (!tensor.isfinite().all().item_bool()) {
                        throw new FormatException(
                                file,
                                FormatException.quote(each.getKey()) + " holds values that are infinite or no numbers");
                    }
                    state.add(each.getKey(), tensor);
                }
            }
            for (String name : encoder.absent()) {
                try (PointerScope scope = new PointerScope()) {
                    state.add(name, torch.zeros(new long[0], new TensorOptions(ScalarType.Long)));
                }
            }
            return state;
        } catch (IOException | RuntimeException e) {
            state.close();
            throw e;
        }
    }

    private static Tensor tensor(SavedTensor saved) throws IOException {
        Tensor tensor = torch.zeros(saved.shape(), new TensorOptions(type(saved.dtype())));
        if (tensor.numel() > 0) {
            saved.content()
                    .read(new BytePointer(tensor.data_ptr())
                            .capacity(tensor.nbytes())
                            .asByteBuffer());
        }
        boolean whole = saved.dtype() == DType.I64 || saved.dtype() == DType.I32;
        return tensor.to(whole ? ScalarType.Long : ScalarType.Float);
    }

    private static ScalarType type(DType type) {
        return switch (type) {
            case F64 -> ScalarType.Double;
            case F32 -> ScalarType.Float;
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case I64 -> ScalarType.Long;
            case I32 -> ScalarType.Int;
            default -> throw new IllegalArgumentException("weights of type " + type);
        };
    }

    private static Map<String, Object> origin(Path file, ImportedEncoder encoder) throws IOException {
        Map<String, Object> origin = new LinkedHashMap<>();
        origin.put("imported_from", file.getFileName().toString());
        origin.put("sha256", Sha256.of(file));
        origin.put("place", encoder.place());
        origin.put("prefix", encoder.prefix());
        origin.put("method", encoder.method().toString());
        origin.put("left_out", encoder.leftOut());
        origin.put("objects_passed_over", encoder.passedOver());
        origin.put("expects_mean", List.of(0.485, 0.456, 0.406));
        origin.put("expects_std", List.of(encoder.method().redDeviation(), 0.224, 0.225));
        return origin;
    }
}
