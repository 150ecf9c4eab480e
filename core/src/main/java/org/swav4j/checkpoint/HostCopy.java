package org.swav4j.checkpoint;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.tensor.StateDict;

/** A copy of named tensors in host memory, in plain layout. Its memory is used again for the next copy. */
final class HostCopy implements AutoCloseable {
    private StateDict copies = new StateDict();

    /**
     * Copies everything; the result is this object's and holds until the next call.
     *
     * @return null for null
     */
    StateDict of(StateDict source) {
        if (source == null) {
            return null;
        }
        if (!fits(source)) {
            close();
            copies = allocated(source);
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            copies.forEach((name, copy) -> copy.copy_(source.get(name)));
        }
        return copies;
    }

    private boolean fits(StateDict source) {
        return copies.names().equals(source.names())
                && copies.names().stream()
                        .allMatch(name -> Arrays.equals(
                                        copies.get(name).shape(),
                                        source.get(name).shape())
                                && copies.get(name).scalar_type().intern()
                                        == source.get(name).scalar_type().intern());
    }

    private static StateDict allocated(StateDict source) {
        StateDict fresh = new StateDict();
        try (PointerScope scope = new PointerScope()) {
            source.forEach((name, tensor) -> fresh.add(
                    name,
                    torch.empty(tensor.shape(), new TensorOptions(tensor.scalar_type()), new MemoryFormatOptional())));
            return fresh;
        } catch (RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    @Override
    public void close() {
        copies.close();
    }
}
