package org.swav4j.classify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.EncoderFolder;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.format.FileTree;
import org.swav4j.tensor.StateDict;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The state of a classifier's training in a folder of its own until the training is done: the newest, whole or not at all. */
final class UnfinishedTraining {
    private static final String PREFIX = "step-";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Path folder;
    private final String key;
    private final String version;

    /** Where a training stands. */
    record State(long step, double epochLoss, List<EpochScore> scores) {}

    /**
     * A state that was read.
     *
     * @param tensors weights and momenta; the taker closes them
     * @param place where it lies
     */
    record Saved(State state, StateDict tensors, String place) {}

    /** @param key what only the same training has */
    UnfinishedTraining(Path folder, String key, String version) {
        this.folder = folder;
        this.key = key;
        this.version = version;
    }

    /** Saves a state and then deletes those before it. */
    void save(State state, EncoderInfo info, StateDict tensors) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("training", key);
        json.put("step", state.step());
        json.put("epoch_loss", state.epochLoss());
        json.put(
                "scores",
                state.scores().stream()
                        .map(s -> List.of(s.epoch(), s.loss(), s.top1(), s.top5()))
                        .toList());
        Path target = folder.resolve(PREFIX + state.step());
        EncoderFolder.write(target, info, tensors, MAPPER.writeValueAsBytes(json), version);
        try {
            for (Path other : states()) {
                if (!other.equals(target)) {
                    FileTree.delete(other);
                }
            }
        } catch (IOException e) {
            // an old state that stays is only a loss of room: the newest is taken
        }
    }

    /** The newest state of this training that is whole. */
    Optional<Saved> newest() {
        try {
            List<Path> states = new ArrayList<>(states());
            states.sort((a, b) -> Long.compare(step(b), step(a)));
            for (Path state : states) {
                Optional<Saved> saved = read(state);
                if (saved.isPresent()) {
                    return saved;
                }
                FileTree.delete(state);
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be read", e);
        }
    }

    private Optional<Saved> read(Path place) {
        try {
            Checkpoint checkpoint = Checkpoint.open(place);
            JsonNode json = MAPPER.readTree(checkpoint.originJson().orElse("{}"));
            if (!json.path("training").asString("").equals(key)) {
                return Optional.empty();
            }
            List<EpochScore> scores = new ArrayList<>();
            for (JsonNode score : json.path("scores")) {
                scores.add(new EpochScore(
                        score.get(0).asInt(),
                        score.get(1).asDouble(),
                        score.get(2).asDouble(),
                        score.get(3).asDouble()));
            }
            State state = new State(
                    json.path("step").asLong(), json.path("epoch_loss").asDouble(), scores);
            return Optional.of(new Saved(state, checkpoint.model(), place.toString()));
        } catch (CheckpointException | JacksonException e) {
            // damaged, or of another version: the training starts anew, which costs time and nothing else
            return Optional.empty();
        }
    }

    /** The training is done: nothing of it is left here. */
    void delete() {
        try {
            if (Files.exists(folder)) {
                FileTree.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be deleted", e);
        }
    }

    private List<Path> states() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(path -> step(path) >= 0).toList();
        }
    }

    private static long step(Path path) {
        String name = path.getFileName().toString();
        return name.matches(PREFIX + "\\d{1,18}") ? Long.parseLong(name.substring(PREFIX.length())) : -1;
    }
}
