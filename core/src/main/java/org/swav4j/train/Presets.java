package org.swav4j.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Named recipes: the published ones of the paper to the letter, and some for small data. */
public final class Presets {
    private static final List<String> NAMES = List.of(
            "cifar10",
            "cifar10-cpu",
            "sample",
            "swav_100ep",
            "swav_200ep",
            "swav_200ep_bs256",
            "swav_400ep",
            "swav_400ep_2x224",
            "swav_400ep_bs256",
            "swav_800ep",
            "swav_RN50w2_400ep",
            "swav_RN50w4_400ep",
            "swav_RN50w5_400ep");

    private Presets() {}

    /** All names, sorted. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * A preset as the YAML file it is.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static String yaml(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "'" + name + "': there is no such preset" + NearestName.hint(name, NAMES));
        }
        try (InputStream in = Presets.class.getResourceAsStream("presets/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("preset " + name + " is missing from the library's resources");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a preset is for: the first line of its file. */
    public static String description(String name) {
        return yaml(name).lines().findFirst().orElse("").replaceFirst("^# *", "");
    }
}
