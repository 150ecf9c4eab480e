package org.swav4j.train;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A complete configuration as YAML: every setting on a line of its own, under the keys that {@code --config} takes, with
 * the reason of each automatic choice as a comment. Reading it back gives an equal configuration.
 */
public final class ConfigYaml {
    private static final String HEADER =
            "# Every setting of this run. 'swav pretrain --config THIS_FILE' uses them again.\n";

    /** What runs did that were begun before there was such a setting. */
    private static final Map<Setting, String> YOUNGER = Map.ofEntries(
            Map.entry(Setting.AUGMENT, "fast"),
            Map.entry(Setting.CACHE_MB, "0"),
            Map.entry(Setting.GRAD_ACCUM, "1"),
            Map.entry(Setting.CHECKPOINT_ACTIVATIONS, "false"),
            Map.entry(Setting.PROBE, "false"),
            Map.entry(Setting.AUGMENT_ON, "cpu"),
            Map.entry(Setting.CHECKPOINT_EVERY, "auto"),
            Map.entry(Setting.KEEP, "3"),
            Map.entry(Setting.ON_DIVERGENCE, "stop"),
            Map.entry(Setting.SYNCBN_GROUP, "0"),
            Map.entry(Setting.GRADIENT_COMPRESSION, "none"));

    private ConfigYaml() {}

    /**
     * The text of a configuration.
     *
     * @param choices the automatic ones among its values
     */
    public static String write(PretrainConfig config, List<Choice> choices) {
        Map<String, Choice> chosen = choices.stream().collect(Collectors.toMap(Choice::key, Function.identity()));
        Values values = Values.of(config);
        StringBuilder yaml = new StringBuilder(HEADER);
        for (Setting setting : Setting.values()) {
            yaml.append(setting.key()).append(": ").append(values.format(setting));
            Choice choice = chosen.get(setting.key());
            if (choice != null) {
                yaml.append("  # auto: ").append(choice.reason());
            }
            yaml.append('\n');
        }
        return yaml.toString();
    }

    /**
     * The configuration of a text that {@link #write} made.
     *
     * @param name what to call the text in messages
     * @throws ConfigurationException if a setting is missing, unknown or wrong
     */
    public static PretrainConfig read(String text, String name) {
        Settings settings = Settings.builder().yaml(text, name).build();
        Values values = new Values();
        for (Setting setting : settings.names()) {
            values.put(setting, settings.given(setting).orElseThrow().value());
        }
        for (Setting younger : YOUNGER.keySet()) {
            if (!values.has(younger)) {
                values.put(younger, younger.parse(YOUNGER.get(younger)));
            }
        }
        ConfigurationException.throwIfAny(values.missing().stream()
                .map(s -> Problem.at(name + ": " + s.key(), "is missing from this complete configuration"))
                .toList());
        return values.config();
    }
}
