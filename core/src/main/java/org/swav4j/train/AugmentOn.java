package org.swav4j.train;

import java.util.Locale;

/** Where images are cropped and augmented. */
public enum AugmentOn {
    /** By the loader's threads. */
    CPU,
    /** By the device that trains, a batch at a time; the loader only decodes. */
    DEVICE;

    /**
     * The one of that name.
     *
     * @throws IllegalArgumentException naming both
     */
    public static AugmentOn parse(String name) {
        for (AugmentOn place : values()) {
            if (place.toString().equals(name)) {
                return place;
            }
        }
        throw new IllegalArgumentException("'" + name + "': must be cpu or device");
    }

    /** {@code cpu} or {@code device}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
