package org.swav4j.train;

/**
 * One value that nobody gave and {@link AutoConfig} chose.
 *
 * @param key the setting's key in YAML
 * @param value as it would be given
 * @param reason why, in a few words
 */
public record Choice(String key, String value, String reason) {
    @Override
    public String toString() {
        return key + ": " + value + " (" + reason + ")";
    }
}
