package org.swav4j.comm;

import org.bytedeco.pytorch.Tensor;

/** A single process: every operation is the identity. */
public final class Alone implements Collective {
    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int world() {
        return 1;
    }

    @Override
    public void sum(Tensor tensor) {}

    @Override
    public void max(Tensor tensor) {}

    @Override
    public void broadcast(Tensor tensor, int root) {}

    @Override
    public Collective groups(int size) {
        Collective.requireGroups(size, 1);
        return this;
    }

    @Override
    public void first(Runnable work) {
        work.run();
    }
}
