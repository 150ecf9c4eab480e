package org.swav4j.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The settings of a run that goes on: it keeps its own, and takes of what was given what changes nothing that is learned. */
public final class ResumedSettings {
    private static final Set<Setting> CHANGEABLE = new LinkedHashSet<>(List.of(
            Setting.THREADS,
            Setting.WORKERS,
            Setting.CACHE_MB,
            Setting.CHECKPOINT_ACTIVATIONS,
            Setting.KNN_EVERY,
            Setting.PROBE,
            Setting.MAX_STEPS,
            Setting.CHECKPOINT_EVERY,
            Setting.KEEP,
            Setting.ON_DIVERGENCE));

    private ResumedSettings() {}

    /**
     * The run's own settings with those given that may change.
     *
     * @param own what the run was begun with
     * @param name what to call that in messages
     * @param given once more or anew; a value equal to the run's is always right
     * @throws ConfigurationException naming every given setting that differs and must not, with both values
     */
    public static Settings of(PretrainConfig own, String name, Settings given) {
        Values values = Values.of(own);
        List<Problem> problems = new ArrayList<>();
        Settings.Builder settings = Settings.builder().yaml(ConfigYaml.write(own, List.of()), name);
        for (Setting setting : given.names()) {
            String text = given.text(setting).orElseThrow();
            if (CHANGEABLE.contains(setting)) {
                settings.replace(setting, text, given.place(setting));
            } else if (!text.equals(values.format(setting))) {
                problems.add(new Problem(
                        Optional.of(setting),
                        given.place(setting),
                        "'" + text + "': the run was begun with '" + values.format(setting)
                                + "' and goes on with that; only " + changeable() + " may change"));
            }
        }
        ConfigurationException.throwIfAny(problems);
        return settings.build();
    }

    /**
     * What makes a configuration unfit to go on with from a checkpoint.
     *
     * @param now the configuration to go on with
     * @param name what to call it in messages
     * @param before the checkpoint's
     * @throws ConfigurationException naming every setting that differs and must not, with both values
     */
    public static void requireFits(PretrainConfig now, String name, PretrainConfig before) {
        Values values = Values.of(now);
        Values old = Values.of(before);
        ConfigurationException.throwIfAny(different(now, before).stream()
                .map(s -> Problem.at(
                        name + ": " + s.key(),
                        "'" + values.format(s) + "': the newest checkpoint was made with '" + old.format(s)
                                + "'; put that back, or begin a new run with --init-from"))
                .toList());
    }

    /** The settings that differ and must not. */
    static List<Setting> different(PretrainConfig now, PretrainConfig before) {
        Values values = Values.of(now);
        Values old = Values.of(before);
        return Arrays.stream(Setting.values())
                .filter(s -> !CHANGEABLE.contains(s) && !values.format(s).equals(old.format(s)))
                .toList();
    }

    private static String changeable() {
        return CHANGEABLE.stream().map(Setting::flag).collect(Collectors.joining(", "));
    }
}
