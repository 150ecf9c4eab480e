package org.swav4j.nn;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** One of a trunk's four stages of residual blocks, under torchvision's name. */
public enum Stage {
    LAYER1(0),
    LAYER2(1),
    LAYER3(2),
    LAYER4(3);

    private final int place;

    Stage(int place) {
        this.place = place;
    }

    /** How many stages come before it. */
    int place() {
        return place;
    }

    /**
     * The one of that name.
     *
     * @throws IllegalArgumentException naming all
     */
    public static Stage parse(String name) {
        return Arrays.stream(values())
                .filter(stage -> stage.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "': the stages of a trunk are "
                        + Arrays.stream(values()).map(Stage::toString).collect(Collectors.joining(", "))));
    }

    /** {@code layer1} to {@code layer4}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
