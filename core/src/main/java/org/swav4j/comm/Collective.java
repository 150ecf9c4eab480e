package org.swav4j.comm;

import org.bytedeco.pytorch.Tensor;

/**
 * Operations that every rank of a training takes part in. All ranks must call the same operations in the same order with
 * tensors of the same shape and type; a call returns when this rank's tensor holds the result. Tensors are changed in
 * place and need no gradient.
 */
public interface Collective {
    /** This process's number, from 0. */
    int rank();

    /** How many processes take part. */
    int world();

    /** Replaces {@code tensor} by its sum over all ranks. */
    void sum(Tensor tensor);

    /** Replaces {@code tensor} by its elementwise maximum over all ranks. */
    void max(Tensor tensor);

    /** Replaces {@code tensor} on every rank by the one of rank {@code root}. */
    void broadcast(Tensor tensor, int root);
}
