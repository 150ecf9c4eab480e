package org.swav4j.preview;

import java.util.List;

/**
 * What a page says about how its crops came about.
 *
 * @param data the source in one line, such as {@code photos: 500 images}
 * @param seed of the crops
 * @param epoch whose crops they are, from 0
 * @param settings those that decide what crops look like, the crops themselves first
 * @param command what starts training with the same settings
 * @param warnings what whoever wrote the page knows beyond the images
 */
public record Caption(
        String data, long seed, int epoch, List<SettingLine> settings, String command, List<String> warnings) {

    /**
     * One setting.
     *
     * @param name as it is given, such as {@code --crops}
     * @param origin where the value comes from
     */
    public record SettingLine(String name, String value, String meaning, String origin) {}

    /** Copies the lists; at least one setting, the crops, is needed. */
    public Caption {
        settings = List.copyOf(settings);
        warnings = List.copyOf(warnings);
        if (settings.isEmpty()) {
            throw new IllegalArgumentException("settings must name the crops at least");
        }
    }
}
