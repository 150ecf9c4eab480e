package org.swav4j.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * Where in its run a checkpoint was made.
 *
 * @param step optimiser steps done over the whole run
 * @param epoch the epoch to go on in, from 0
 * @param batch steps of that epoch already done
 * @param stepsPerEpoch steps of an epoch
 * @param dataFingerprint of the image source the run trains on
 * @param randomState of libtorch's default generator, Base64
 * @param shares by how many ranks those steps were done, in their order; empty if one process did them all
 */
public record Progress(
        long step,
        int epoch,
        int batch,
        int stepsPerEpoch,
        String dataFingerprint,
        String randomState,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Share> shares) {

    /**
     * Steps of an epoch that were done by one number of ranks: those before {@code end} that no share before this one covers.
     */
    public record Share(int ranks, int end) {}

    /** Copies the list; what was written before there were ranks has none. */
    public Progress {
        shares = shares == null ? List.of() : List.copyOf(shares);
    }

    /** Of one process. */
    public Progress(long step, int epoch, int batch, int stepsPerEpoch, String dataFingerprint, String randomState) {
        this(step, epoch, batch, stepsPerEpoch, dataFingerprint, randomState, List.of());
    }
}
