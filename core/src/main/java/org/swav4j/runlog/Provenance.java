package org.swav4j.runlog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.swav4j.format.AtomicFile;
import org.swav4j.format.FormatException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where the numbers of a run come from. Stands in {@code provenance.json} as an object of these components.
 *
 * @param format version of this file's layout, {@link #FORMAT}
 * @param runId a UUID that stays with the run wherever its directory is moved; two runs never share one
 * @param swav4j version of this library
 * @param started when the run began, UTC
 * @param origin what was typed to begin it, and where
 * @param machine where it ran
 * @param libraries name → version, e.g. {@code libtorch → 2.10.0}
 * @param data what it was trained on
 * @param history what happened to the run, oldest first
 */
public record Provenance(
        int format,
        String runId,
        String swav4j,
        Instant started,
        Origin origin,
        Machine machine,
        Map<String, String> libraries,
        Data data,
        List<Event> history) {
    /** The layout this version writes; it reads older ones too, as {@link OlderProvenance} says. */
    public static final int FORMAT = 2;

    private static final int MAX_BYTES = 16 << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * Copies the collections; nothing may be null.
     *
     * @throws IllegalArgumentException if {@code runId} is no UUID
     */
    public Provenance {
        UUID.fromString(runId);
        Objects.requireNonNull(swav4j, "swav4j");
        Objects.requireNonNull(started, "started");
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(machine, "machine");
        libraries = Collections.unmodifiableMap(new LinkedHashMap<>(libraries));
        Objects.requireNonNull(data, "data");
        history = List.copyOf(history);
    }

    /**
     * What was typed to begin a run, and where. Secrets are the caller's to take out.
     *
     * @param commandLine program and arguments, as they were given
     * @param workingDirectory what relative paths in it refer to
     * @param gitCommit commit checked out around the working directory, where there is one; uncommitted changes do not show
     * @param preset the recipe the settings started from, if one was named
     * @param overrides the settings given by flag or file, key → value as {@code config.yaml} has it
     * @param initFrom absolute path of the run or checkpoint whose weights it began with, if any
     */
    public record Origin(
            List<String> commandLine,
            String workingDirectory,
            Optional<String> gitCommit,
            Optional<String> preset,
            Map<String, String> overrides,
            Optional<String> initFrom) {
        /** Copies the collections; nothing may be null. */
        public Origin {
            commandLine = List.copyOf(commandLine);
            Objects.requireNonNull(workingDirectory, "workingDirectory");
            Objects.requireNonNull(gitCommit, "gitCommit");
            Objects.requireNonNull(preset, "preset");
            overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
            Objects.requireNonNull(initFrom, "initFrom");
        }

        /** Of a run that is begun in this process's working directory. */
        public static Origin here(
                List<String> commandLine,
                Optional<String> preset,
                Map<String, String> overrides,
                Optional<String> initFrom) {
            Path workingDirectory = Path.of("").toAbsolutePath();
            return new Origin(
                    commandLine,
                    workingDirectory.toString(),
                    GitCommit.around(workingDirectory),
                    preset,
                    overrides,
                    initFrom);
        }
    }

    /**
     * What a run was trained on.
     *
     * @param description for people, e.g. {@code images/train: 50,000 images}
     * @param fingerprint equal for equal data, so that a resumed run notices other images
     * @param location where it lay: an absolute path, or a location as it was typed without its secrets; empty if not known
     * @param images how many there were; 0 if not known
     * @param bytes how many bytes they had, encoded, where that is known without asking each image
     */
    public record Data(String description, String fingerprint, String location, int images, OptionalLong bytes) {
        /** Nothing may be null. */
        public Data {
            Objects.requireNonNull(description, "description");
            Objects.requireNonNull(fingerprint, "fingerprint");
            Objects.requireNonNull(location, "location");
            Objects.requireNonNull(bytes, "bytes");
        }
    }

    /** What can happen to a run. */
    public enum Kind {
        /** It began. */
        @JsonProperty("start")
        START,
        /** It went on from a checkpoint. */
        @JsonProperty("resume")
        RESUME,
        /** It ended early by itself, as something failed. */
        @JsonProperty("stop")
        STOP,
        /** Someone ended it. */
        @JsonProperty("interrupted")
        INTERRUPTED,
        /** The system asked for the machine: it saved and ended, and is meant to be resumed. */
        @JsonProperty("preempted")
        PREEMPTED,
        /** One of its processes failed, and whoever started them did so again. */
        @JsonProperty("restart")
        RESTART,
        /** It diverged and went back to an earlier checkpoint. */
        @JsonProperty("rewind")
        REWIND,
        /** It went on with other images, as somebody wanted. */
        @JsonProperty("data-change")
        DATA_CHANGE,
        /** It did all its epochs, or as many steps as it was given. */
        @JsonProperty("finished")
        FINISHED
    }

    /**
     * One entry of the history.
     *
     * @param event what happened
     * @param time when, UTC
     * @param step optimiser steps done by then
     * @param note what else there is to say, in words; empty, and then not in the file, if nothing
     */
    public record Event(
            Kind event,
            Instant time,
            long step,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) String note) {
        /** Nothing may be null. */
        public Event {
            Objects.requireNonNull(event, "event");
            Objects.requireNonNull(time, "time");
            Objects.requireNonNull(note, "note");
        }

        /** It happens now. */
        public static Event now(Kind event, long step) {
            return now(event, step, "");
        }

        /** It happens now, and there is something to say about it. */
        public static Event now(Kind event, long step, String note) {
            return new Event(event, Instant.now().truncatedTo(ChronoUnit.MILLIS), step, note);
        }
    }

    /** The provenance of a run that starts now in this process; its history is {@link Kind#START} at step 0. */
    public static Provenance start(String swav4jVersion, Origin origin, Map<String, String> libraries, Data data) {
        Event start = Event.now(Kind.START, 0);
        String runId = UUID.randomUUID().toString();
        return new Provenance(
                FORMAT, runId, swav4jVersion, start.time(), origin, Machine.current(), libraries, data, List.of(start));
    }

    /** The same with one more entry at the end of the history. */
    public Provenance withEvent(Event event) {
        List<Event> longer = new ArrayList<>(history);
        longer.add(event);
        return new Provenance(format, runId, swav4j, started, origin, machine, libraries, data, longer);
    }

    /** The same run on other data from here on; what it was trained on before belongs into an event's note. */
    public Provenance withData(Data other) {
        return new Provenance(format, runId, swav4j, started, origin, machine, libraries, other, history);
    }

    /** Creates or replaces the run's {@code provenance.json}, atomically. */
    public void write(RunDirectory run) throws IOException {
        AtomicFile.write(run.provenance(), JSON.writeValueAsBytes(this));
    }

    /**
     * Reads the run's {@code provenance.json}; one of an older format becomes one of {@link #FORMAT}.
     *
     * @throws FormatException when the file is damaged, or of another version; the message says which
     */
    public static Provenance read(RunDirectory run) throws IOException {
        Path file = run.provenance();
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new FormatException(file, "must have at most " + MAX_BYTES + " bytes");
        }
        try {
            JsonNode tree = JSON.readTree(bytes);
            JsonNode version = tree.path("format");
            if (!version.isInt() || version.intValue() < 1) {
                throw new FormatException(
                        file, "'format' must be a version number, found " + FormatException.quote(version.toString()));
            }
            if (version.intValue() > FORMAT) {
                throw new FormatException(
                        file,
                        "was written by a newer swav4j: its 'format' is " + version.intValue()
                                + ", this version reads up to " + FORMAT);
            }
            OlderProvenance.complete((ObjectNode) tree);
            return JSON.treeToValue(tree, Provenance.class);
        } catch (JacksonException e) {
            String line = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new FormatException(file, "is damaged: " + line, e);
        }
    }
}
