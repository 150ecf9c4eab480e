package org.swav4j.classify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.swav4j.eval.Interval;
import org.swav4j.format.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Finished cells of comparisons, a JSON file each, named by all that the cell depends on; and where unfinished ones are kept. */
final class CellFolder {
    private static final int NAME = 32;
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path folder;

    CellFolder(Path folder) {
        this.folder = folder;
    }

    /** Where the state of a cell that is being trained is kept. */
    Path unfinished(String key) {
        return folder.resolve(key.substring(0, NAME) + ".unfinished");
    }

    /** The cell of a key; empty if it is not finished, or its file is none of ours. */
    Optional<Cell> read(String key) {
        Path file = file(key);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            JsonNode json = MAPPER.readTree(Files.readAllBytes(file));
            if (!json.path("key").asString("").equals(key)) {
                return Optional.empty();
            }
            return Optional.of(new Cell(
                    Method.valueOf(json.get("method").asString()),
                    json.get("labels").asString(),
                    json.get("seed").asLong(),
                    json.get("images").asInt(),
                    json.get("steps").asLong(),
                    json.get("top1").asDouble(),
                    json.get("top5").asDouble(),
                    new Interval(
                            json.get("top1_interval95").get(0).asDouble(),
                            json.get("top1_interval95").get(1).asDouble())));
        } catch (IOException | JacksonException | IllegalArgumentException | NullPointerException e) {
            // it is found out again, which costs time and nothing else
            return Optional.empty();
        }
    }

    void write(String key, Cell cell) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("key", key);
        json.put("method", cell.method().name());
        json.put("labels", cell.labels());
        json.put("seed", cell.seed());
        json.put("images", cell.images());
        json.put("steps", cell.steps());
        json.put("top1", cell.top1());
        json.put("top5", cell.top5());
        json.put(
                "top1_interval95",
                new double[] {cell.interval().low(), cell.interval().high()});
        Files.createDirectories(folder);
        AtomicFile.write(file(key), MAPPER.writeValueAsBytes(json));
    }

    private Path file(String key) {
        return folder.resolve(key.substring(0, NAME) + ".json");
    }
}
