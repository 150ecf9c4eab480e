package org.swav4j.checkpoint;

/**
 * Where in its run a checkpoint was made.
 *
 * @param step optimiser steps done over the whole run
 * @param epoch the epoch to go on in, from 0
 * @param batch steps of that epoch already done
 * @param stepsPerEpoch steps of an epoch
 * @param dataFingerprint of the image source the run trains on
 * @param randomState of libtorch's default generator, Base64
 */
public record Progress(
        long step, int epoch, int batch, int stepsPerEpoch, String dataFingerprint, String randomState) {}
