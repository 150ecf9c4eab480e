package org.swav4j.comm;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.Tensor;

/** What carries a group's tensors: gloo those in host memory, and NCCL, if it was asked for, those on GPUs. */
final class Carriers {
    private final Backend host;
    /** Null without GPUs. */
    private final Backend gpus;

    private Carriers(Backend host, Backend gpus) {
        this.host = host;
        this.gpus = gpus;
    }

    /**
     * Connects a group's ranks. Every one of them must call.
     *
     * @param rank in the group
     * @param world ranks of the group
     * @throws RankLostException if that cannot be done, since one is lost or did not come
     */
    static Carriers connect(Rendezvous rendezvous, String name, int rank, int world, boolean onGpus) {
        // c10d waits for its own timeout, whatever has become of the others
        try (BoundedCalls calls = new BoundedCalls(
                "rank connecting",
                rendezvous.timeout(),
                () -> rendezvous.watch().verdict().isPresent())) {
            Backend host = calls.call(() -> {
                try (PointerScope scope = new PointerScope()) {
                    return Backends.gloo(rendezvous, name, rank, world).retainReference();
                }
            });
            Backend gpus = !onGpus
                    ? null
                    : calls.call(() -> {
                        try (PointerScope scope = new PointerScope()) {
                            return Backends.nccl(rendezvous, name + ".nccl", rank, world)
                                    .retainReference();
                        }
                    });
            return new Carriers(host, gpus);
        } catch (RuntimeException e) {
            throw rendezvous.lost("connecting", e);
        }
    }

    /** What carries a tensor. */
    Backend of(Tensor tensor) {
        if (!tensor.is_cuda()) {
            return host;
        }
        if (gpus == null) {
            throw new IllegalStateException("these ranks exchange no tensors on GPUs");
        }
        return gpus;
    }

    void release() {
        host.releaseReference();
        if (gpus != null) {
            gpus.releaseReference();
        }
    }
}
