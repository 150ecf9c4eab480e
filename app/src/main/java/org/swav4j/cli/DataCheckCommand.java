package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.swav4j.data.ImageSource;
import org.swav4j.dataset.check.DataCheck;
import org.swav4j.dataset.check.DataReport;
import org.swav4j.dataset.check.Picture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav data check}: what a data set holds, and what is wrong with it. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads and decodes every image, and reports counts, sizes, classes, exact duplicates and broken files. Changes"
                    + " nothing."
        },
        footerHeading = "%nExample:%n",
        footer = "  swav data check --data photos/ --picture photos.png")
final class DataCheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "The images.")
    private Path data;

    @Option(
            names = "--picture",
            converter = Places.OnThisMachine.class,
            paramLabel = "FILE",
            description =
                    "Draw the figures, a histogram of sizes and 48 of the images: a name that ends in .png or .svg.")
    private Path picture;

    @Option(names = "--workers", paramLabel = "N", description = "Threads that decode [as many as cores].")
    private Integer workers;

    @Option(names = "--strict", description = "Exit with 1 if any image is broken.")
    private boolean strict;

    @Option(names = "--json", description = "Print as JSON, with every broken file and duplicate.")
    private boolean json;

    @Option(names = "--quiet", description = "No progress.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        // without this, Java2D looks for the display that DISPLAY names, which may be gone
        System.setProperty("java.awt.headless", "true");
        int threads = workers != null ? workers : Runtime.getRuntime().availableProcessors();
        if (threads < 1 || threads > 1024) {
            throw new UsageException("--workers: '" + threads + "': must be from 1 to 1024");
        }
        Picture drawing = picture == null ? null : Picture.into(picture);
        ImageSource source = Places.images(spec, "--data", data);
        PrintWriter out = spec.commandLine().getOut();
        DataReport report;
        try (WorkLine progress = new WorkLine(spec.commandLine().getErr(), ProgressLine.suitable(quiet))) {
            report = DataCheck.run(
                    source,
                    threads,
                    done -> progress.update(
                            String.format(Locale.ROOT, "%,d of %,d images looked at", done, source.size())));
            if (drawing != null) {
                drawing.draw(source, report);
                progress.say("picture: " + picture);
            }
        }
        if (json) {
            Json.print(out, DataReportText.fields(report));
        } else {
            DataReportText.lines(report).forEach(out::println);
        }
        out.flush();
        return strict && !report.broken().isEmpty() ? ExitCode.FAILED : ExitCode.DONE;
    }
}
