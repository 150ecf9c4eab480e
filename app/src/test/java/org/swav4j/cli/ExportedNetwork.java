package org.swav4j.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.Contents;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.checkpoint.Progress;
import org.swav4j.cli.TinyCommand.Result;
import org.swav4j.comm.Alone;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.Swav;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/** A network saved in a run, its exports, and what they must compute. Its tensors live until it is closed. */
final class ExportedNetwork implements AutoCloseable {
    static final int IMAGES = 3;
    /** Begins what {@link #python} returns where something is missing. */
    static final String NOT_INSTALLED = "not installed: ";

    private final Path folder;
    private final PointerScope scope;
    private Swav model;
    private int size;

    ExportedNetwork(Path folder) {
        this.folder = folder;
        // small tensors gain nothing from more threads; a thread's first call sets its number, so that call comes first
        torch.get_num_threads();
        torch.set_num_threads(1);
        scope = new PointerScope();
    }

    int size() {
        return size;
    }

    /** A network whose running statistics are not those of the start, as the newest checkpoint of {@code folder/run}. */
    void save(String arch, Stem stem, int side, Integer... prototypes) {
        RandomState.seed(3);
        size = side;
        model = new Swav(
                new ModelConfig(Architecture.parse(arch), stem, 16, 8, List.of(prototypes)),
                Placement.CPU,
                new Alone());
        model.project(model.trunk(List.of(pixels()), Pass.TRAINING, Precision.FP32), Pass.TRAINING, Precision.FP32);
        try (StateDict optimizer = new StateDict()) {
            Contents contents = new Contents(
                    new Progress(1, 0, 1, 1, "", ""),
                    new EncoderInfo(arch, stem.toString(), side),
                    model.state(),
                    optimizer,
                    null,
                    "arch: " + arch + "\n");
            new CheckpointDirectory(folder.resolve("run/checkpoints"), 1).save(contents, "0.1.0");
        }
    }

    /** uint8 [{@link #IMAGES}, size, size, 3], the same in every call. */
    Tensor pixels() {
        byte[] bytes = new byte[IMAGES * size * size * 3];
        new Random(size).nextBytes(bytes);
        Tensor tensor = torch.zeros(new long[] {IMAGES, size, size, 3}, new TensorOptions(ScalarType.Byte));
        new BytePointer(tensor.data_ptr()).put(bytes);
        return tensor;
    }

    /** {@code swav export} of the network, to a file in the folder. */
    Result export(String format, String file, Object... more) {
        Object[] all = new Object[7 + more.length];
        List.of("export", "--model", folder.resolve("run"), "--format", format, "--out", folder.resolve(file))
                .toArray(all);
        System.arraycopy(more, 0, all, 7, more.length);
        return TinyCommand.swav(all);
    }

    /** What the network makes of the pixels: {@code trunk}, {@code embedding} or {@code scores}. */
    List<Tensor> expected(String part) {
        Tensor features = model.trunk(List.of(pixels()), Pass.INFERENCE, Precision.FP32);
        Swav.Output output = model.project(features, Pass.INFERENCE, Precision.FP32);
        return switch (part) {
            case "trunk" -> List.of(features);
            case "embedding" -> List.of(output.embeddings());
            default -> output.scores();
        };
    }

    static float[] floats(Tensor tensor) {
        Tensor plain = tensor.detach().contiguous();
        float[] values = new float[(int) plain.numel()];
        new FloatPointer(plain.data_ptr()).get(values);
        return values;
    }

    /** Writes the pixels' bytes to a file in the folder. */
    void writePixels(String file) throws IOException {
        Tensor pixels = pixels();
        byte[] bytes = new byte[(int) pixels.nbytes()];
        new BytePointer(pixels.data_ptr()).get(bytes);
        Files.write(folder.resolve(file), bytes);
    }

    /** Writes what is {@linkplain #expected expected} of a part, one output behind the other, as float32, big-endian. */
    void writeExpected(String part, String file) throws IOException {
        List<Tensor> outputs = expected(part);
        ByteBuffer bytes = ByteBuffer.allocate(
                Float.BYTES * (int) outputs.stream().mapToLong(Tensor::numel).sum());
        for (Tensor output : outputs) {
            for (float value : floats(output)) {
                bytes.putFloat(value);
            }
        }
        Files.write(folder.resolve(file), bytes.array());
    }

    /** The Python code in the model card of an exported file. */
    String codeOfCard(String file) throws IOException {
        String card = Files.readString(folder.resolve(file + ".README.md"));
        return card.replaceFirst("(?s).*```python\n", "").replaceFirst("(?s)\n```.*", "");
    }

    /** Runs Python code in the folder. What it says if it fails; nothing if it succeeds. */
    String python(String code) throws IOException, InterruptedException {
        Path output = folder.resolve("python.txt");
        try {
            Process process = new ProcessBuilder("/usr/bin/python3", "-c", code)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            int status = process.waitFor();
            return status == 0 ? "" : "exit " + status + ": " + Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return NOT_INSTALLED + e.getMessage();
        }
    }

    @Override
    public void close() {
        if (model != null) {
            model.close();
        }
        scope.close();
    }
}
