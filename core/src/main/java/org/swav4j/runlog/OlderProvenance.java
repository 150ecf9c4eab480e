package org.swav4j.runlog;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes of a {@code provenance.json} of any format so far what the newest reader takes:
 *
 * <pre>
 * format 1   commandLine, workingDirectory and gitCommit stand beside the rest instead of in origin; no runId, no origin.preset,
 *            .overrides, .initFrom, no machine.libc, .allocator, no data.location, .images, .bytes
 * format 2   as {@link Provenance} is
 * </pre>
 *
 * What a format 1 file does not say is taken as not known. Its run gets an id that follows from when it began and on what,
 * so that it is the same at every reading. What is not as it should be is left for the reader to refuse.
 */
final class OlderProvenance {
    private static final List<String> ORIGIN = List.of("commandLine", "workingDirectory", "gitCommit");

    private OlderProvenance() {}

    /** Changes the file's tree in place, of any format up to {@link Provenance#FORMAT}. */
    static void complete(ObjectNode file) {
        if (file.path("format").intValue() == 1) {
            upgradeFrom1(file);
        }
        for (JsonNode event : file.path("history")) {
            if (event instanceof ObjectNode fields && !fields.has("note")) {
                fields.put("note", "");
            }
        }
    }

    private static void upgradeFrom1(ObjectNode file) {
        String began = file.path("started").asString("");
        String data = file.path("data").path("fingerprint").asString("");
        byte[] identity = (began + "\n" + data).getBytes(StandardCharsets.UTF_8);
        file.put("runId", UUID.nameUUIDFromBytes(identity).toString());
        ObjectNode origin = file.putObject("origin");
        for (String field : ORIGIN) {
            JsonNode value = file.remove(field);
            if (value != null) {
                origin.set(field, value);
            }
        }
        origin.putNull("preset").putNull("initFrom").putObject("overrides");
        if (file.path("machine") instanceof ObjectNode machine) {
            machine.putNull("libc").putNull("allocator");
        }
        if (file.path("data") instanceof ObjectNode fields) {
            fields.put("location", "").put("images", 0).putNull("bytes");
        }
        file.put("format", Provenance.FORMAT);
    }
}
