package org.swav4j.train;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used: all its problems at once, sorted, one line each. */
public final class ConfigurationException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    /**
     * The problems found.
     *
     * @param problems at least one
     */
    public ConfigurationException(Collection<Problem> problems) {
        super(problems.stream().map(Problem::toString).distinct().sorted().collect(Collectors.joining("\n")));
        this.problems = problems.stream()
                .distinct()
                .sorted(Comparator.comparing(Problem::toString))
                .toList();
    }

    /** What is wrong, sorted by its line of text. */
    public List<Problem> problems() {
        return problems;
    }

    static void throwIfAny(Collection<Problem> problems) {
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems);
        }
    }
}
