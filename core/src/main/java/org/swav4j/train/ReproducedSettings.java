package org.swav4j.train;

import java.util.ArrayList;
import java.util.List;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.Progress;
import org.swav4j.runlog.RunDirectory;

/**
 * What to train again with to come to a checkpoint's state.
 *
 * @param config the checkpoint's, which is what was trained; it ends at the checkpoint's step, on the same schedule, and
 *     has no probe beside it
 * @param warnings what a user should know of it
 */
public record ReproducedSettings(PretrainConfig config, List<String> warnings) {
    /** Copies the list. */
    public ReproducedSettings {
        warnings = List.copyOf(warnings);
    }

    /**
     * Of a checkpoint.
     *
     * @param edited the text of the run's {@code config.yaml}; empty if there is none
     * @param name what to call that text in messages
     * @throws ConfigurationException if the checkpoint's configuration is not understood
     */
    public static ReproducedSettings of(Checkpoint checkpoint, String edited, String name) {
        String own = checkpoint.directory().resolve(RunDirectory.CONFIG).toString();
        PretrainConfig trained = ConfigYaml.read(checkpoint.configYaml(), own);
        List<String> warnings = new ArrayList<>();
        if (!edited.isEmpty()) {
            try {
                ResumedSettings.different(ConfigYaml.read(edited, name), trained)
                        .forEach(setting -> warnings.add(name + ": " + setting.key()
                                + " is not what the newest checkpoint was trained with; its own value is used"));
            } catch (ConfigurationException e) {
                warnings.add(name + " is not understood; the copy in " + checkpoint.directory() + " is used");
            }
        }
        Values values = Values.of(trained);
        Progress progress = checkpoint.progress();
        // what it predicted is compared no more than k-NN is, and the labels may be gone
        values.put(Setting.PROBE, false);
        boolean allEpochs = progress.epoch() >= trained.epochs();
        values.put(Setting.MAX_STEPS, allEpochs ? 0L : progress.step());
        return new ReproducedSettings(values.config(), warnings);
    }
}
