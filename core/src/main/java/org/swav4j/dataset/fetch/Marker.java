package org.swav4j.dataset.fetch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.swav4j.data.DataException;
import org.swav4j.format.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code dataset.json}: that a folder holds a data set, whole, and from where. */
final class Marker {
    static final String NAME = "dataset.json";
    private static final int FORMAT = 1;
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Marker() {}

    static void write(Path folder, FetchResult result, Map<String, String> addresses) throws IOException {
        DataSet set = result.dataSet();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("format", FORMAT);
        fields.put("name", set.name());
        fields.put("title", set.title());
        fields.put("images", result.images());
        fields.put("licence", set.licence());
        fields.put("citation", set.citation());
        fields.put("page", set.page());
        fields.put("fetched", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        fields.put(
                "files",
                set.files().stream()
                        .map(file -> {
                            Map<String, Object> entry = new LinkedHashMap<>();
                            entry.put("name", file.name());
                            entry.put("address", addresses.get(file.name()));
                            entry.put("md5", file.md5());
                            entry.put("md5_stated_by", file.stated());
                            entry.put("sha256", result.sha256().get(file.name()));
                            return entry;
                        })
                        .toList());
        AtomicFile.write(
                folder.resolve(NAME), (MAPPER.writeValueAsString(fields) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Empty if there is none; of another data set it is an error. */
    static Optional<FetchResult> read(Path folder, DataSet set) throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode root = MAPPER.readTree(Files.readAllBytes(file));
            String name = root.path("name").asString("");
            if (root.path("format").asInt(0) != FORMAT) {
                throw new DataException(file + ": is not one that this program wrote; give another folder");
            }
            if (!name.equals(set.name())) {
                throw new DataException(folder + ": holds " + name + " already; give another folder for " + set.name());
            }
            Map<String, String> sha256 = new LinkedHashMap<>();
            root.path("files")
                    .forEach(entry -> sha256.put(
                            entry.path("name").asString(""),
                            entry.path("sha256").asString("")));
            return Optional.of(new FetchResult(set, root.path("images").asInt(0), sha256, true));
        } catch (JacksonException e) {
            throw new DataException(file + ": damaged; remove it and what lies beside it, or give another folder", e);
        }
    }
}
