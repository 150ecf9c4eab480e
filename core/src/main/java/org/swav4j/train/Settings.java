package org.swav4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The settings somebody gave, each with the place it came from: a preset, over it a YAML file, over that the flags.
 * What nobody gave, {@link AutoConfig} adds.
 */
public final class Settings {
    /** From weakest to strongest. */
    enum Layer {
        PRESET,
        FILE,
        FLAG
    }

    /**
     * A value and its origin.
     *
     * @param value as {@link Setting#parse} made it
     * @param layer which kind of place
     * @param place the place, for messages
     */
    record Given(Object value, Layer layer, String place) {}

    private final Map<Setting, Given> given;
    private final Map<Setting, Given> replaced;

    private Settings(Map<Setting, Given> given, Map<Setting, Given> replaced) {
        this.given = given;
        this.replaced = replaced;
    }

    /** Nothing given yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** The settings that were given. */
    public Set<Setting> names() {
        return Collections.unmodifiableSet(given.keySet());
    }

    /** The given value in canonical writing. */
    public Optional<String> text(Setting setting) {
        return given(setting).map(g -> SettingType.format(g.value()));
    }

    /** What flags and files gave, key → value in canonical writing; what a preset says is not among it. */
    public Map<String, String> overrides() {
        Map<String, String> overrides = new LinkedHashMap<>();
        given.forEach((setting, value) -> {
            if (value.layer() != Layer.PRESET) {
                overrides.put(setting.key(), SettingType.format(value.value()));
            }
        });
        return overrides;
    }

    /** What the ranks of a training must have been given alike: a line for every setting. */
    public String shared() {
        return Arrays.stream(Setting.values())
                .filter(setting -> !Setting.OF_A_MACHINE.contains(setting))
                .map(setting -> setting.key() + ": " + text(setting).orElse("auto"))
                .collect(Collectors.joining("\n"));
    }

    /** These settings alone, as far as they were given; each keeps its place. */
    public Settings only(Set<Setting> kept) {
        Map<Setting, Given> some = new EnumMap<>(given);
        some.keySet().retainAll(kept);
        Map<Setting, Given> someReplaced = new EnumMap<>(replaced);
        someReplaced.keySet().retainAll(kept);
        return new Settings(some, someReplaced);
    }

    /** Where a setting's value comes from: the flag, preset or file that gave it. */
    public String place(Setting setting) {
        return given(setting).map(Given::place).orElse(setting.flag() + " (chosen automatically)");
    }

    Optional<Given> given(Setting setting) {
        return Optional.ofNullable(given.get(setting));
    }

    /** The value that a stronger layer's value took the place of. */
    Optional<Given> replaced(Setting setting) {
        return Optional.ofNullable(replaced.get(setting));
    }

    /** Collects settings layer by layer, and every problem with them. */
    public static final class Builder {
        private final Map<Setting, Given> given = new EnumMap<>(Setting.class);
        private final Map<Setting, Given> replaced = new EnumMap<>(Setting.class);
        private final List<Problem> problems = new ArrayList<>();

        private Builder() {}

        /** The settings of a preset; an unknown name is a problem that names the nearest. */
        public Builder preset(String name) {
            if (Presets.names().contains(name)) {
                yaml(Presets.yaml(name), Layer.PRESET, "preset '" + name + "'");
            } else {
                problem(
                        "--preset",
                        "'" + name + "': there is no such preset" + NearestName.hint(name, Presets.names())
                                + " ('swav presets' lists them)");
            }
            return this;
        }

        /** The settings of a YAML file. */
        public Builder file(Path file) {
            String name = file.toString();
            try {
                if (Files.size(file) > SettingsYaml.MAX_BYTES) {
                    problem(
                            name,
                            "is larger than " + SettingsYaml.MAX_BYTES / 1024 + " KiB, too large for a configuration");
                } else {
                    yaml(Files.readString(file), Layer.FILE, name);
                }
            } catch (NoSuchFileException e) {
                problem(name, "there is no such file");
            } catch (IOException e) {
                problem(name, "cannot be read as UTF-8 text (" + e.getClass().getSimpleName() + ")");
            }
            return this;
        }

        /** The settings of a YAML text. */
        public Builder yaml(String text, String name) {
            return yaml(text, Layer.FILE, name);
        }

        /** One flag's value. */
        public Builder flag(Setting setting, String text) {
            put(setting, text, Layer.FLAG, setting.flag());
            return this;
        }

        /** A value that stands above all others, with the place it came from. */
        Builder replace(Setting setting, String text, String place) {
            put(setting, text, Layer.FLAG, place);
            return this;
        }

        /** Any other problem, to be reported with the rest. */
        public Builder problem(String place, String what) {
            problems.add(Problem.at(place, what));
            return this;
        }

        /**
         * What was given.
         *
         * @throws ConfigurationException with every problem of every layer
         */
        public Settings build() {
            ConfigurationException.throwIfAny(problems);
            return new Settings(new EnumMap<>(given), new EnumMap<>(replaced));
        }

        private Builder yaml(String text, Layer layer, String source) {
            for (SettingsYaml.Entry entry : SettingsYaml.read(text, source, problems)) {
                Optional<Setting> setting = Setting.ofKey(entry.key());
                if (setting.isPresent()) {
                    put(setting.get(), entry.text(), layer, entry.place());
                } else {
                    problem(entry.place(), unknownKey(entry.key()));
                }
            }
            return this;
        }

        private void put(Setting setting, String text, Layer layer, String place) {
            try {
                Given former = given.put(setting, new Given(setting.parse(text), layer, place));
                if (former != null) {
                    replaced.put(setting, former);
                }
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(Optional.of(setting), place, e.getMessage()));
            }
        }

        private static String unknownKey(String key) {
            return Setting.ofOriginalName(key)
                    .map(s -> "is called " + s.key() + " here")
                    .orElseGet(() -> "there is no such setting"
                            + NearestName.hint(
                                    key,
                                    Arrays.stream(Setting.values())
                                            .map(Setting::key)
                                            .toList()));
        }
    }
}
