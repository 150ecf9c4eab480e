package org.swav4j.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.swav4j.augment.MultiCrop;
import org.swav4j.data.ImageSource;
import org.swav4j.preview.Caption;
import org.swav4j.train.AutoConfig;
import org.swav4j.train.Choice;
import org.swav4j.train.ConfigurationException;
import org.swav4j.train.DataFacts;
import org.swav4j.train.MachineFacts;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Problem;
import org.swav4j.train.Resolution;
import org.swav4j.train.Setting;
import org.swav4j.train.Settings;

/**
 * The settings that crops depend on, completed as training completes them. A recipe that these images are too few to train
 * with can be looked at all the same; that it cannot be trained with is among the warnings.
 */
record PreviewSettings(MultiCrop recipe, long seed, List<Caption.SettingLine> lines, List<String> warnings) {
    /** Everything that changes what a crop looks like, the crops first. */
    static final Set<Setting> SHOWN = Collections.unmodifiableSet(EnumSet.of(
            Setting.CROPS,
            Setting.SEED,
            Setting.FLIP,
            Setting.JITTER_PROBABILITY,
            Setting.BRIGHTNESS,
            Setting.CONTRAST,
            Setting.SATURATION,
            Setting.HUE,
            Setting.GRAYSCALE,
            Setting.BLUR,
            Setting.BLUR_SIGMA,
            Setting.AUGMENT));

    static PreviewSettings of(Settings given, ImageSource source) {
        MachineFacts machine = MachineFacts.detect();
        DataFacts data = DataFacts.of(source);
        // automatic choices for anything but the crops need two images
        DataFacts atLeastTwo = new DataFacts(Math.max(2, data.images()), data.medianShortSide());
        Resolution shown = AutoConfig.complete(given.only(SHOWN), atLeastTwo, machine);
        PretrainConfig config = shown.config();
        return new PreviewSettings(
                new MultiCrop(config.crops(), config.augmentation()),
                config.seed(),
                lines(given, shown.choices()),
                warnings(given, data, machine));
    }

    private static List<Caption.SettingLine> lines(Settings given, List<Choice> choices) {
        Map<String, Choice> chosen = choices.stream().collect(Collectors.toMap(Choice::key, Function.identity()));
        List<Caption.SettingLine> lines = new ArrayList<>();
        for (Setting setting : SHOWN) {
            Choice choice = chosen.get(setting.key());
            String origin = choice != null ? "chosen automatically: " + choice.reason() : origin(given, setting);
            String value = choice != null
                    ? choice.value()
                    : given.text(setting).or(setting::fixedDefault).orElseThrow();
            lines.add(new Caption.SettingLine(
                    setting.flag(), value, setting.help().replaceFirst(" \\[.*", ""), origin));
        }
        return lines;
    }

    private static String origin(Settings given, Setting setting) {
        if (!given.names().contains(setting)) {
            return "the default";
        }
        String place = given.place(setting);
        return place.equals(setting.flag()) ? "the command line" : place;
    }

    /** What training would say to all that was given, beyond the crops. */
    private static List<String> warnings(Settings given, DataFacts data, MachineFacts machine) {
        if (data.images() < 2) {
            return List.of("Training needs at least two images.");
        }
        try {
            return AutoConfig.complete(given, data, machine).warnings();
        } catch (ConfigurationException e) {
            return e.problems().stream()
                    .map(Problem::toString)
                    .map(p -> "Training would refuse these settings: " + p + ".")
                    .toList();
        }
    }
}
