package org.swav4j.runlog;

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
import org.swav4j.format.AtomicFile;
import org.swav4j.format.FormatException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where the numbers of a run come from. Stands in {@code provenance.json} as an object of these components.
 *
 * @param format version of this file's layout, {@link #FORMAT}
 * @param swav4j version of this library
 * @param started when the run began, UTC
 * @param commandLine program and arguments, as they were given
 * @param workingDirectory what relative paths in it refer to
 * @param gitCommit commit checked out around the working directory, where there is one; uncommitted changes do not show
 * @param machine where it ran
 * @param libraries name → version, e.g. {@code libtorch → 2.10.0}
 * @param data what it was trained on
 * @param history what happened to the run, oldest first
 */
public record Provenance(
        int format,
        String swav4j,
        Instant started,
        List<String> commandLine,
        String workingDirectory,
        Optional<String> gitCommit,
        Machine machine,
        Map<String, String> libraries,
        Data data,
        List<Event> history) {
    /** The layout this version writes and reads. */
    public static final int FORMAT = 1;

    private static final int MAX_BYTES = 16 << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** Copies the collections; nothing may be null. */
    public Provenance {
        Objects.requireNonNull(swav4j, "swav4j");
        Objects.requireNonNull(started, "started");
        commandLine = List.copyOf(commandLine);
        Objects.requireNonNull(workingDirectory, "workingDirectory");
        Objects.requireNonNull(gitCommit, "gitCommit");
        Objects.requireNonNull(machine, "machine");
        libraries = Collections.unmodifiableMap(new LinkedHashMap<>(libraries));
        Objects.requireNonNull(data, "data");
        history = List.copyOf(history);
    }

    /**
     * What a run was trained on.
     *
     * @param description for people, e.g. {@code 50000 images in images/train}
     * @param fingerprint equal for equal data, so that a resumed run notices other images
     */
    public record Data(String description, String fingerprint) {
        /** Neither may be null. */
        public Data {
            Objects.requireNonNull(description, "description");
            Objects.requireNonNull(fingerprint, "fingerprint");
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
        /** It ended early by itself: a limit was reached, or something failed. */
        @JsonProperty("stop")
        STOP,
        /** Someone ended it. */
        @JsonProperty("interrupted")
        INTERRUPTED,
        /** It did all its epochs. */
        @JsonProperty("finished")
        FINISHED
    }

    /**
     * One entry of the history.
     *
     * @param event what happened
     * @param time when, UTC
     * @param step optimiser steps done by then
     */
    public record Event(Kind event, Instant time, long step) {
        /** Neither kind nor time may be null. */
        public Event {
            Objects.requireNonNull(event, "event");
            Objects.requireNonNull(time, "time");
        }

        /** It happens now. */
        public static Event now(Kind event, long step) {
            return new Event(event, Instant.now().truncatedTo(ChronoUnit.MILLIS), step);
        }
    }

    /** The provenance of a run that starts now in this process; its history is {@link Kind#START} at step 0. */
    public static Provenance start(
            String swav4jVersion, List<String> commandLine, Map<String, String> libraries, Data data) {
        Event start = Event.now(Kind.START, 0);
        Path workingDirectory = Path.of("").toAbsolutePath();
        return new Provenance(
                FORMAT,
                swav4jVersion,
                start.time(),
                commandLine,
                workingDirectory.toString(),
                GitCommit.around(workingDirectory),
                Machine.current(),
                libraries,
                data,
                List.of(start));
    }

    /** The same with one more entry at the end of the history. */
    public Provenance withEvent(Event event) {
        List<Event> longer = new ArrayList<>(history);
        longer.add(event);
        return new Provenance(
                format, swav4j, started, commandLine, workingDirectory, gitCommit, machine, libraries, data, longer);
    }

    /** Creates or replaces the run's {@code provenance.json}, atomically. */
    public void write(RunDirectory run) throws IOException {
        AtomicFile.write(run.provenance(), JSON.writeValueAsBytes(this));
    }

    /**
     * Reads the run's {@code provenance.json}.
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
            return JSON.treeToValue(tree, Provenance.class);
        } catch (JacksonException e) {
            String line = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new FormatException(file, "is damaged: " + line, e);
        }
    }
}
