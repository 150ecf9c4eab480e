package org.swav4j.train;

import java.nio.file.Path;

/**
 * How a run ended.
 *
 * @param interrupted whether it was asked to stop before its end
 * @param step steps done
 * @param loss of the last step
 * @param checkpoint the newest checkpoint
 */
public record TrainingResult(boolean interrupted, long step, double loss, Path checkpoint) {}
