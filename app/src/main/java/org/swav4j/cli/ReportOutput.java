package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.swav4j.data.Quarantine;
import org.swav4j.report.Figure;
import org.swav4j.report.Report;
import org.swav4j.report.ReportFolder;
import org.swav4j.report.ReportJson;
import org.swav4j.report.Section;
import picocli.CommandLine.Model.CommandSpec;

/** Prints a report as text or JSON, and writes its files. */
final class ReportOutput {
    private final CommandSpec spec;

    ReportOutput(CommandSpec spec) {
        this.spec = spec;
    }

    /**
     * Shows a report and files it. That it cannot be filed is a warning: what was measured is on the screen.
     *
     * @param folder where its files go; empty for nowhere
     * @param json whether it is printed for programs
     */
    void show(Report report, Optional<Path> folder, boolean json) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        report.warnings().forEach(warning -> err.println("swav: " + warning));
        if (json) {
            Json.print(out, ReportJson.fields(report));
        } else {
            text(report).forEach(out::println);
        }
        folder.ifPresent(place -> {
            try {
                Path page = new ReportFolder(place).write(report);
                err.println("Report: " + page);
            } catch (IOException e) {
                err.println("swav: " + place + ": the report cannot be written: " + e.getMessage());
            }
        });
        out.flush();
        err.flush();
    }

    /** Adds a warning if images could not be read. */
    static void unreadable(Report.Builder report, Quarantine quarantine) {
        if (quarantine.count() > 0) {
            Quarantine.Entry first = quarantine.entries().get(0);
            String many = quarantine.count() == 1
                    ? "1 unreadable image was left out, "
                    : quarantine.count() + " unreadable images were left out, such as ";
            report.warning(many + first.name() + ": " + first.reason());
        }
    }

    private static List<String> text(Report report) {
        List<String> lines = new ArrayList<>();
        lines.add(report.title());
        int widest = report.figures().stream()
                .mapToInt(f -> f.label().length())
                .max()
                .orElse(0);
        for (Figure figure : report.figures()) {
            lines.add(
                    String.format(Locale.ROOT, "  %-" + Math.max(1, widest) + "s  %s", figure.label(), value(figure)));
        }
        report.sections().stream()
                .filter(Section.Table.class::isInstance)
                .map(Section.Table.class::cast)
                .forEach(table -> {
                    lines.add("");
                    lines.add(table.title());
                    lines.addAll(TextTable.lines(table));
                });
        return lines;
    }

    private static String value(Figure figure) {
        String value = switch (figure.unit()) {
            case SHARE -> String.format(Locale.ROOT, "%5.1f %%", 100 * figure.value());
            case NUMBER -> String.format(Locale.ROOT, "%.4g", figure.value());
            case COUNT -> String.format(Locale.ROOT, "%,d", Math.round(figure.value()));
            case SECONDS -> String.format(Locale.ROOT, "%.1f s", figure.value());
        };
        return value
                + figure.interval()
                        .map(i -> String.format(Locale.ROOT, "  (95 %%: %.1f to %.1f)", 100 * i.low(), 100 * i.high()))
                        .orElse("");
    }
}
