package org.swav4j.report;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.swav4j.page.PageFrame;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A page that lists the reports of a folder with their headlines. */
final class ReportIndex {
    private static final String EXTENSION = ".json";
    private static final long MOST_BYTES = 64 << 20;
    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * A report as its JSON describes it.
     *
     * @param hasPage whether its page lies beside it
     */
    private record Entry(
            String name, String title, String headline, List<String> inputs, int warnings, boolean hasPage) {}

    private final List<Entry> entries;

    private ReportIndex(List<Entry> entries) {
        this.entries = entries;
    }

    /** Reads the reports of a folder; what is damaged or is something else is left out. */
    static ReportIndex of(Path folder) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + EXTENSION)) {
            for (Path file : files) {
                read(file).ifPresent(entries::add);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        entries.sort(Comparator.comparing(Entry::name));
        return new ReportIndex(entries);
    }

    private static Optional<Entry> read(Path file) {
        String fileName = file.getFileName().toString();
        String name = fileName.substring(0, fileName.length() - EXTENSION.length());
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
                return Optional.empty();
            }
            JsonNode json = MAPPER.readTree(Files.readAllBytes(file));
            if (json.path("format").asInt(0) != ReportJson.FORMAT
                    || !text(json, "evaluation").equals(name)) {
                return Optional.empty();
            }
            List<String> inputs = new ArrayList<>();
            json.path("encoders").forEach(e -> inputs.add(text(e, "from")));
            json.path("data").forEach(d -> inputs.add(text(d, "description")));
            String title = text(json, "title");
            return Optional.of(new Entry(
                    name,
                    title.isBlank() ? name : title,
                    text(json, "headline"),
                    inputs,
                    json.path("warnings").size(),
                    Files.isRegularFile(file.resolveSibling(name + ".html"))));
        } catch (IOException | JacksonException e) {
            return Optional.empty();
        }
    }

    private static String text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        return value.isString() ? value.stringValue() : "";
    }

    String html() {
        PageFrame frame = new PageFrame("Evaluations", ReportPage.MARK, ReportPage.style());
        Markup body = new Markup()
                .add(
                        "<header>\n<p class=\"kind\">swav</p>\n<h1>Evaluations</h1>\n</header>\n<main>\n<ul class=\"list\">\n");
        for (Entry entry : entries) {
            body.add("<li>");
            if (entry.hasPage()) {
                String href =
                        URLEncoder.encode(entry.name(), StandardCharsets.UTF_8).replace("+", "%20");
                body.add("<a href=\"./%s.html\"><bdi>%s</bdi></a>", href, Words.shortened(entry.title(), 200));
            } else {
                body.add("<bdi>%s</bdi>", Words.shortened(entry.title(), 200));
            }
            body.add("\n<p class=\"headline\"><bdi>%s</bdi></p>\n", Words.shortened(entry.headline(), 200));
            for (String input :
                    entry.inputs().subList(0, Math.min(8, entry.inputs().size()))) {
                body.add("<p class=\"note\"><bdi>%s</bdi></p>\n", Words.shortened(input, 300));
            }
            if (entry.warnings() > 0) {
                body.add(
                        "<p class=\"note\">%s</p>\n",
                        entry.warnings() == 1 ? "1 warning" : entry.warnings() + " warnings");
            }
            body.add("</li>\n");
        }
        body.add("</ul>\n</main>\n");
        return frame.opening() + body + frame.closing();
    }
}
