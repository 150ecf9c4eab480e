package org.swav4j.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.swav4j.format.AtomicFile;

/** Where reports lie, in a run's directory under {@code eval/}: of each one {@code <name>.json} and {@code <name>.html}. */
public final class ReportFolder {
    private final Path folder;

    public ReportFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes both files of a report, replacing those of one of the same name.
     *
     * @return the page
     * @throws IOException if the folder cannot be written
     */
    public Path write(Report report) throws IOException {
        Files.createDirectories(folder);
        AtomicFile.write(folder.resolve(report.name() + ".json"), ReportJson.bytes(report));
        Path page = folder.resolve(report.name() + ".html");
        AtomicFile.write(page, new ReportPage(report).html().getBytes(StandardCharsets.UTF_8));
        return page;
    }
}
