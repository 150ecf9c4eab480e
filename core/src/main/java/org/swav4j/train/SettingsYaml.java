package org.swav4j.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads settings from YAML: a flat mapping of keys to single values or lists of them. Read token by token, so every
 * value keeps its line, and nothing is expanded: aliases, tags, nesting and further documents are refused. What is no
 * configuration at all is refused in a few short lines.
 */
final class SettingsYaml {
    /** A complete configuration has about 3 KiB. */
    static final int MAX_BYTES = 64 * 1024;

    /** There are fewer settings. */
    private static final int MAX_KEYS = 200;

    private static final int MAX_PROBLEMS = 40;
    private static final int MAX_KEY_CHARACTERS = 60;
    private static final int MAX_VALUE_CHARACTERS = 1_000;
    private static final int MAX_REASON_CHARACTERS = 160;

    private static final String TAGS = "tags (!name) are not allowed here";

    private static final YAMLMapper YAML = new YAMLMapper();

    /**
     * One line.
     *
     * @param text the value; a list's elements joined by commas
     * @param place source, line and key
     */
    record Entry(String key, String text, String place) {}

    private final String source;
    private final YAMLParser parser;
    private final List<Problem> problems;
    private final List<Entry> entries = new ArrayList<>();

    private SettingsYaml(String source, YAMLParser parser, List<Problem> problems) {
        this.source = source;
        this.parser = parser;
        this.problems = problems;
    }

    /** The entries that could be read; what could not is added to the problems. */
    static List<Entry> read(String text, String source, List<Problem> problems) {
        if (text.length() > MAX_BYTES) {
            problems.add(Problem.at(source, "is too large for a configuration"));
            return List.of();
        }
        try (YAMLParser parser = (YAMLParser) YAML.createParser(text)) {
            SettingsYaml reader = new SettingsYaml(source, parser, problems);
            reader.mapping();
            return reader.entries;
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            String reason = e.getOriginalMessage().lines().findFirst().orElse("");
            problems.add(Problem.at(
                    source + (line > 0 ? ":" + line : ""),
                    "is not valid YAML: " + shown(reason, MAX_REASON_CHARACTERS)));
            return List.of();
        }
    }

    private void mapping() {
        JsonToken first = parser.nextToken();
        if (first == null) {
            return;
        }
        if (first != JsonToken.START_OBJECT) {
            problems.add(Problem.at(source, "must consist of lines 'key: value'"));
            return;
        }
        if (parser.getTypeId() != null) {
            problems.add(Problem.at(source, TAGS));
        }
        Set<String> seen = new HashSet<>();
        int before = problems.size();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            String line = source + ":" + parser.currentTokenLocation().getLineNr();
            String place = line + ": " + shown(key, MAX_KEY_CHARACTERS);
            Optional<String> value = value(place);
            if (seen.size() == MAX_KEYS || problems.size() - before > MAX_PROBLEMS) {
                problems.add(Problem.at(line, "and what follows is not read: this is no configuration"));
                return;
            }
            if (!seen.add(key)) {
                problems.add(Problem.at(place, "is given twice"));
            } else if (!shown(key, MAX_KEY_CHARACTERS).equals(key)) {
                problems.add(Problem.at(place, "there is no such setting"));
            } else {
                value.ifPresent(v -> entries.add(new Entry(key, v, place)));
            }
        }
        if (parser.nextToken() != null) {
            problems.add(Problem.at(source, "must be a single YAML document"));
        }
    }

    private Optional<String> value(String place) {
        JsonToken token = parser.nextToken();
        if (parser.getTypeId() != null) {
            problems.add(Problem.at(place, TAGS));
            parser.skipChildren();
            return Optional.empty();
        }
        if (parser.isCurrentAlias()) {
            problems.add(Problem.at(place, "aliases (*name) are not allowed here"));
            return Optional.empty();
        }
        if (token == JsonToken.START_ARRAY) {
            return list(place);
        }
        if (token == JsonToken.START_OBJECT) {
            parser.skipChildren();
            problems.add(Problem.at(place, "takes one value or a list, not further keys"));
            return Optional.empty();
        }
        if (token == JsonToken.VALUE_NULL) {
            problems.add(Problem.at(place, "has no value"));
            return Optional.empty();
        }
        return plain(parser.getString(), place);
    }

    /** Messages quote values, so these must be of a length to quote, and of one line. */
    private Optional<String> plain(String value, String place) {
        if (value.length() > MAX_VALUE_CHARACTERS) {
            problems.add(Problem.at(
                    place,
                    "its value has " + value.length() + " characters; at most " + MAX_VALUE_CHARACTERS
                            + " are read here"));
            return Optional.empty();
        }
        if (!shown(value, MAX_VALUE_CHARACTERS).equals(value)) {
            problems.add(Problem.at(place, "its value has a line break or another control character"));
            return Optional.empty();
        }
        return Optional.of(value);
    }

    /** Cut off after so many characters, and with a question mark for each that would not show. */
    private static String shown(String text, int longest) {
        String cut = text.length() <= longest ? text : text.substring(0, longest) + "...";
        return cut.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}\\u2028\\u2029\\u0085]", "?");
    }

    private Optional<String> list(String place) {
        List<String> items = new ArrayList<>();
        boolean flat = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            flat &= parser.currentToken().isScalarValue()
                    && parser.currentToken() != JsonToken.VALUE_NULL
                    && !parser.isCurrentAlias()
                    && parser.getTypeId() == null;
            if (flat) {
                items.add(parser.getString());
            }
            parser.skipChildren();
        }
        if (!flat) {
            problems.add(Problem.at(place, "a list here has plain values only"));
            return Optional.empty();
        }
        return plain(String.join(",", items), place);
    }
}
