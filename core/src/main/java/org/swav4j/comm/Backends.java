package org.swav4j.comm;

import java.io.IOException;
import java.util.Optional;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;
import org.swav4j.stdio.NativeStream;

/** c10d's two transports. */
final class Backends {
    /** Operations of one group that are under way at the same time. */
    private static final int THREADS = 2;

    /** Gloo says there how many it is connected with. For the whole process, as the stream is. */
    private static final Optional<NativeStream> STDOUT = NativeStream.stdout();

    private Backends() {}

    /**
     * TCP between hosts, by the interfaces that {@code GLOO_SOCKET_IFNAME} names, otherwise by the one that leads to rank 0: a
     * machine's own name often stands for its loopback address.
     */
    static Backend gloo(Rendezvous rendezvous, String name, int rank, int world) throws IOException {
        Milliseconds timeout = new Milliseconds(rendezvous.timeout().toMillis());
        ProcessGroupGloo.Options options;
        if (System.getenv("GLOO_SOCKET_IFNAME") != null) {
            options = ProcessGroupGloo.Options.create_default(timeout);
        } else {
            options = ProcessGroupGloo.Options.create(timeout);
            options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname(rendezvous.ownAddress())));
        }
        options.threads(THREADS);
        try (NativeStream.Silence silence = STDOUT.map(NativeStream::silence).orElse(() -> {})) {
            return new ProcessGroupGloo(rendezvous.under(name), rank, world, options);
        }
    }

    /** Between GPUs, on streams of its own. */
    static Backend nccl(Rendezvous rendezvous, String name, int rank, int world) {
        ProcessGroupNCCL.Options options = ProcessGroupNCCL.Options.create();
        ProcessGroupNCCL group = new ProcessGroupNCCL(rendezvous.under(name), rank, world, options);
        group.setTimeout(new Milliseconds(rendezvous.timeout().toMillis()));
        return group;
    }
}
