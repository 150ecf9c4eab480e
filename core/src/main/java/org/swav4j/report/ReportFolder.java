package org.swav4j.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.swav4j.format.AtomicFile;

/**
 * Where reports lie, in a run's directory under {@code eval/}: of each one {@code <name>.json} and {@code <name>.html}, and
 * {@code index.html}, which lists them.
 */
public final class ReportFolder {
    private final Path folder;

    public ReportFolder(Path folder) {
        this.folder = folder;
    }

    /** Writes a report's page alone, to a file that is named. */
    public static void writePage(Report report, Path file) throws IOException {
        AtomicFile.write(file, new ReportPage(report).html().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes both files of a report, replacing those of one of the same name, and the list of all reports anew.
     *
     * @return the page
     * @throws IOException if the folder cannot be written
     */
    public Path write(Report report) throws IOException {
        Files.createDirectories(folder);
        Path page = folder.resolve(report.name() + ".html");
        AtomicFile.write(page, new ReportPage(report).html().getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(folder.resolve(report.name() + ".json"), ReportJson.bytes(report));
        AtomicFile.write(
                folder.resolve("index.html"), ReportIndex.of(folder).html().getBytes(StandardCharsets.UTF_8));
        return page;
    }
}
