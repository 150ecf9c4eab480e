package org.swav4j.export;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.checkpoint.TensorFile;
import org.swav4j.tensor.StateDict;

/** Weights under their names, without operations: safetensors or PyTorch's state dict. */
final class WeightFile implements ModelFile {
    private final NetworkShape shape;
    private final ExportFormat format;
    private final Map<String, String> metadata;
    private final StateDict weights;
    private final FrozenNetwork expected;

    /**
     * @param half whether they are rounded to float16
     * @param metadata text for readers, where the format has a place for it
     */
    WeightFile(FrozenNetwork network, ExportFormat format, boolean half, Map<String, String> metadata)
            throws ExportException {
        this.shape = network.shape();
        this.format = format;
        this.metadata = Map.copyOf(metadata);
        this.weights = plain(network.state(), half);
        if (half && !weights.isFinite()) {
            weights.close();
            throw new ExportException("--half: some weights are too large for float16; export them without it");
        }
        this.expected = new FrozenNetwork(shape, weights, "rounded weights");
    }

    private static StateDict plain(StateDict state, boolean half) {
        StateDict plain = new StateDict();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            state.forEach((name, tensor) -> {
                boolean rounded = half && tensor.scalar_type().intern() == ScalarType.Float;
                Tensor detached = tensor.detach();
                plain.add(name, (rounded ? detached.to(ScalarType.Half) : detached).contiguous());
            });
        }
        return plain;
    }

    @Override
    public void write(FileChannel channel) throws IOException {
        if (format == ExportFormat.SAFETENSORS) {
            TensorFile.write(channel, weights, metadata);
        } else {
            PyTorchFile.write(channel, weights);
        }
    }

    /** Whatever differs from what was written, if only by a bit, is refused. */
    @Override
    public Forward read(Path file) throws IOException {
        try (StateDict read =
                        format == ExportFormat.SAFETENSORS ? TensorFile.read(file) : PyTorchFile.read(file, weights);
                PointerScope scope = new PointerScope()) {
            for (String name : weights.names()) {
                Tensor written = weights.get(name);
                boolean same = read.contains(name)
                        && read.get(name).scalar_type().intern()
                                == written.scalar_type().intern()
                        && read.get(name).equal(written);
                if (!same) {
                    throw new ExportException("'" + name + "' of the " + format + " file is not what was written");
                }
            }
            return new FrozenNetwork(shape, read, file.toString());
        }
    }

    @Override
    public Forward expected() {
        return expected;
    }

    @Override
    public void close() {
        expected.close();
        weights.close();
    }
}
