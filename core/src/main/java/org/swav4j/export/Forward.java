package org.swav4j.export;

import java.io.IOException;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A network that can be run, whatever it was read from; owns its weights until closed. */
interface Forward extends AutoCloseable {
    /**
     * Runs it; called inside a scope that owns what it returns.
     *
     * @param pixels uint8 RGB [N, H, W, 3]
     * @return float32 [N, width] of each output
     */
    List<Tensor> outputs(Tensor pixels) throws IOException;

    @Override
    void close();
}
