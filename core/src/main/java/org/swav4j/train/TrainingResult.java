package org.swav4j.train;

import java.nio.file.Path;
import org.swav4j.profile.ProfileReport;

/**
 * How a run ended.
 *
 * @param interrupted whether it was asked to stop before its end
 * @param step steps done
 * @param loss of the last step
 * @param checkpoint the newest checkpoint
 * @param profile where some steps' time went; null if that was not asked for or no step was measured
 */
public record TrainingResult(boolean interrupted, long step, double loss, Path checkpoint, ProfileReport profile) {}
