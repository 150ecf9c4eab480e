package org.swav4j.export;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TupleElements;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.PixelNormalization;
import org.swav4j.tensor.ComputeDevice;

/** Runs a TorchScript file by libtorch. */
final class ScriptNetwork implements Forward {
    private final boolean bytes;
    private final JitModule module;
    private final PixelNormalization normalization =
            new PixelNormalization(new Placement(ComputeDevice.CPU, MemoryFormat.Contiguous));

    /** @param bytes whether it takes uint8 images, else normalised ones */
    private ScriptNetwork(JitModule module, boolean bytes) {
        this.bytes = bytes;
        this.module = module;
        module.retainReference();
    }

    /** @throws ExportException if libtorch cannot load it */
    static ScriptNetwork read(Path file, boolean bytes) throws ExportException {
        try {
            return new ScriptNetwork(torch.load(file.toString()), bytes);
        } catch (RuntimeException e) {
            throw new ExportException("libtorch cannot load the torchscript file: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    @Override
    public List<Tensor> outputs(Tensor pixels) {
        IValue input = new IValue(bytes ? pixels : normalization.apply(pixels));
        IValue result = module.forward(new IValueVector(input));
        if (!result.isTuple()) {
            return List.of(result.toTensor());
        }
        List<Tensor> outputs = new ArrayList<>();
        TupleElements elements = result.toTupleRef().elements();
        for (long i = 0; i < elements.size(); i++) {
            outputs.add(elements.at(i).toTensor());
        }
        return outputs;
    }

    @Override
    public void close() {
        normalization.close();
        module.releaseReference();
    }
}
