package org.swav4j.train;

import java.util.List;

/**
 * A complete configuration and how it came about.
 *
 * @param config what to run
 * @param choices the values nobody gave that depend on images or machine, with the reason of each
 * @param warnings combinations that work but are likely to disappoint, one line each
 */
public record Resolution(PretrainConfig config, List<Choice> choices, List<String> warnings) {
    public Resolution {
        choices = List.copyOf(choices);
        warnings = List.copyOf(warnings);
    }
}
