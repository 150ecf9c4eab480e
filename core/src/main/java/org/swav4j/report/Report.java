package org.swav4j.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.swav4j.data.LabelledImages;
import org.swav4j.eval.EncoderSource;

/**
 * What one evaluation found, of which encoder, on which images and by which settings. Made by {@link #builder}; unchanged after that.
 */
public final class Report {
    private final String name;
    private final String title;
    private final String command;
    private final Map<String, Object> settings;
    private final Map<String, EncoderSource> encoders;
    private final Map<String, LabelledImages> data;
    private final List<Figure> figures;
    private final List<String> warnings;
    private final List<Section> sections;

    private Report(Builder from) {
        name = from.name;
        title = from.title;
        command = from.command;
        settings = new LinkedHashMap<>(from.settings);
        encoders = new LinkedHashMap<>(from.encoders);
        data = new LinkedHashMap<>(from.data);
        figures = List.copyOf(from.figures);
        warnings = List.copyOf(from.warnings);
        sections = List.copyOf(from.sections);
    }

    /**
     * Begins a report.
     *
     * @param name of its files, such as {@code knn}: not {@code index}, which lists the reports, and no path
     * @param title of its page
     */
    public static Builder builder(String name, String title) {
        if (name.isBlank() || name.equals("index") || name.contains("/") || name.contains("\\")) {
            throw new IllegalArgumentException("'" + name + "' cannot be the name of a report's files");
        }
        return new Builder(name, title);
    }

    public String name() {
        return name;
    }

    public String title() {
        return title;
    }

    /** The command line that made it; empty if none did. */
    public String command() {
        return command;
    }

    /** What the evaluation was told, by name: strings, numbers, truth values, or lists of them. */
    public Map<String, Object> settings() {
        return new LinkedHashMap<>(settings);
    }

    /** The encoders that were looked at, by their part in the evaluation: {@code encoder} where there is one. */
    public Map<String, EncoderSource> encoders() {
        return new LinkedHashMap<>(encoders);
    }

    /** The images, by their part in the evaluation: {@code train}, {@code test}. */
    public Map<String, LabelledImages> data() {
        return new LinkedHashMap<>(data);
    }

    public List<Figure> figures() {
        return figures;
    }

    public List<String> warnings() {
        return warnings;
    }

    public List<Section> sections() {
        return sections;
    }

    /** Collects a report. */
    public static final class Builder {
        private final String name;
        private final String title;
        private String command = "";
        private final Map<String, Object> settings = new LinkedHashMap<>();
        private final Map<String, EncoderSource> encoders = new LinkedHashMap<>();
        private final Map<String, LabelledImages> data = new LinkedHashMap<>();
        private final List<Figure> figures = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();
        private final List<Section> sections = new ArrayList<>();

        private Builder(String name, String title) {
            this.name = name;
            this.title = title;
        }

        /** Notes the command line. */
        public Builder command(String line) {
            command = line;
            return this;
        }

        /** Notes a setting. */
        public Builder setting(String key, Object value) {
            settings.put(key, value);
            return this;
        }

        /** Notes an encoder by its part in the evaluation. */
        public Builder encoder(String part, EncoderSource encoder) {
            encoders.put(part, encoder);
            return this;
        }

        /** Notes images by their part in the evaluation. */
        public Builder data(String part, LabelledImages images) {
            data.put(part, images);
            return this;
        }

        /** Adds a figure, whose name no other has. */
        public Builder figure(Figure figure) {
            if (figures.stream().anyMatch(f -> f.name().equals(figure.name()))) {
                throw new IllegalArgumentException("report " + name + " has two figures '" + figure.name() + "'");
            }
            figures.add(figure);
            return this;
        }

        /** Adds what a reader must know to believe the figures. */
        public Builder warning(String text) {
            warnings.add(text);
            return this;
        }

        /** Adds a part of the page, whose name no other and no field of the JSON has. */
        public Builder section(Section section) {
            if (ReportJson.FIELDS.contains(section.name())
                    || sections.stream().anyMatch(s -> s.name().equals(section.name()))) {
                throw new IllegalArgumentException("report " + name + " has two fields '" + section.name() + "'");
            }
            sections.add(section);
            return this;
        }

        /** The report. */
        public Report build() {
            return new Report(this);
        }
    }
}
