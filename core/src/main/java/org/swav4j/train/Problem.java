package org.swav4j.train;

import java.util.Optional;

/**
 * One thing wrong with a configuration, in one line.
 *
 * @param setting the setting it is about, if it is about one
 * @param place where the value came from: {@code --crops}, {@code preset 'cifar10': crops}, {@code my.yaml:3: crops}
 * @param what value and rule: {@code '2x224@1.2-1': scale range must satisfy 0 < min <= max <= 1}
 */
public record Problem(Optional<Setting> setting, String place, String what) {
    /** A problem with a setting whose origin is not known here; its flag stands for it. */
    static Problem of(Setting setting, String what) {
        return new Problem(Optional.of(setting), setting.flag(), what);
    }

    /** A problem that no known setting has. */
    public static Problem at(String place, String what) {
        return new Problem(Optional.empty(), place, what);
    }

    @Override
    public String toString() {
        return place + ": " + what;
    }
}
