package org.swav4j.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.swav4j.train.Setting;
import org.swav4j.train.Settings;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Makes one option of every {@link Setting}, and reads them back. */
final class SettingOptions {
    private static final String HEADING =
            "%nSettings (with _ for - they are the keys of a --config file; auto: chosen from images and machine):%n";

    private SettingOptions() {}

    static void addTo(CommandSpec command) {
        addTo(command, List.of(Setting.values()));
    }

    /** Options for some settings only. */
    static void addTo(CommandSpec command, Collection<Setting> settings) {
        ArgGroupSpec.Builder group =
                ArgGroupSpec.builder().heading(HEADING).validate(false).exclusive(false);
        for (Setting setting : settings) {
            OptionSpec.Builder option = OptionSpec.builder(setting.flag())
                    .type(String.class)
                    .paramLabel(setting.placeholder())
                    .description(setting.help().replace("%", "%%"));
            if (setting.isTruth()) {
                option.arity("0..1").fallbackValue("true");
            }
            group.addArg(option.build());
        }
        command.addArgGroup(group.build());
    }

    /** The settings that were given as flags. */
    static List<Setting> given(CommandSpec command) {
        return Arrays.stream(Setting.values())
                .filter(s -> value(command, s) != null)
                .toList();
    }

    static void read(CommandSpec command, Settings.Builder settings) {
        for (Setting setting : Setting.values()) {
            String text = value(command, setting);
            if (text != null) {
                settings.flag(setting, text);
            }
        }
    }

    /** What a setting's option was given; null if nothing, or if the command has no such option. */
    private static String value(CommandSpec command, Setting setting) {
        OptionSpec option = command.findOption(setting.flag());
        return option == null ? null : option.getValue();
    }
}
