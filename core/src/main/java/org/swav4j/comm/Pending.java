package org.swav4j.comm;

/** An operation that goes on beside the calling thread. */
@FunctionalInterface
public interface Pending {
    /**
     * Returns when the tensor holds the result; on a GPU, when what is computed from now on will see it. Once only.
     *
     * @throws RankLostException if another rank is gone or did not arrive in time
     */
    void await();
}
