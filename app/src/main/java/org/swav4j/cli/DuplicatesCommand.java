package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.swav4j.data.Csv;
import org.swav4j.data.DataException;
import org.swav4j.embed.EncoderRecord;
import org.swav4j.format.AtomicFile;
import org.swav4j.report.Report;
import org.swav4j.report.ReportFolder;
import org.swav4j.search.Duplicates;
import org.swav4j.search.Duplicates.Group;
import org.swav4j.search.Duplicates.Member;
import org.swav4j.search.VectorSet;
import org.swav4j.tensor.CpuThreads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav duplicates}: images that are almost the same, within a set or across two. */
@Command(
        name = "duplicates",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Finds images whose embeddings are almost the same, by comparing every pair, and puts those that are linked into"
                    + " groups. With --against it compares two sets with each other instead, as to find test images that"
                    + " training images show."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav duplicates --embeddings photos.parquet --html duplicates.html",
            "  swav duplicates --embeddings test.parquet --against train.parquet --threshold 0.99 --csv leaks.csv"
        })
final class DuplicatesCommand implements Callable<Integer> {
    private static final int GROUPS_PRINTED = 10;
    private static final int MEMBERS_PRINTED = 6;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--embeddings",
            required = true,
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "What 'swav embed' wrote: .parquet, .npy or .csv.")
    private Path embeddings;

    @Option(
            names = "--against",
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "Other images' embeddings, by the same encoder: pairs are of one image of each.")
    private Path against;

    @Option(
            names = "--threshold",
            paramLabel = "X",
            defaultValue = "0.98",
            description = "Least cosine of a pair [0.98]. What it finds depends on the encoder: look at the page.")
    private double threshold;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "Write a page with the pictures there.")
    private Path html;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "Write a line for each image of a group there: group, set, path, label, nearest, similarity.")
    private Path csv;

    @Option(names = "--force", description = "Replace what is at --html and --csv.")
    private boolean force;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Where the images lie, if not where they were embedded from, for the page.")
    private Path data;

    @Option(names = "--against-data", paramLabel = "PATH", description = "The same of --against.")
    private Path againstData;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute [one per core].")
    private Integer threads;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Option(names = "--quiet", description = "Print warnings and the result only.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        checkUsage();
        CpuThreads.use(
                threads != null ? threads : Math.min(1024, Runtime.getRuntime().availableProcessors()));
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), ProgressLine.suitable(quiet));
        try (VectorSet set = VectorSet.read(embeddings);
                VectorSet other = against == null ? null : VectorSet.read(against)) {
            requireSameEncoder(set, other);
            ImageCount count = new ImageCount(progress, 1);
            Duplicates found =
                    Duplicates.find(set, Optional.ofNullable(other), threshold, done -> count.at(done, set.size()));
            progress.finish();
            if (csv != null) {
                writeCsv(found, set, other);
            }
            Optional<String> problem = html == null ? Optional.empty() : writePage(found, set, other);
            report(found, set, other);
            PrintWriter err = spec.commandLine().getErr();
            problem.ifPresent(p -> err.println("swav: " + p));
            if (html != null) {
                err.println("Page: " + html);
            }
            err.flush();
        } finally {
            progress.finish();
        }
        return ExitCode.DONE;
    }

    private void checkUsage() {
        List<String> problems = new ArrayList<>();
        if (!(threshold > -1 && threshold <= 1)) {
            problems.add("--threshold: '" + threshold + "': must be above -1 and at most 1");
        }
        EvaluationOptions.range(problems, "--threads", threads, 1, 1024);
        if (againstData != null && against == null) {
            problems.add("--against-data: there is no --against whose images these could be");
        }
        if (html != null) {
            NewFile.problem("--html", html, force).ifPresent(problems::add);
        }
        if (csv != null) {
            NewFile.problem("--csv", csv, force).ifPresent(problems::add);
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("\n", problems));
        }
    }

    private void requireSameEncoder(VectorSet set, VectorSet other) {
        if (other == null) {
            return;
        }
        Optional<EncoderRecord> one = EncoderRecord.parse(set.about());
        Optional<EncoderRecord> two = EncoderRecord.parse(other.about());
        if (one.isPresent()
                && two.isPresent()
                && !(one.get().fingerprint().equals(two.get().fingerprint())
                        && one.get().what() == two.get().what())) {
            throw new DataException(
                    against + ": is of another encoder (" + two.get().what() + " of "
                            + two.get().model() + ") than " + embeddings + " ("
                            + one.get().what() + " of "
                            + one.get().model() + "); their vectors cannot be compared");
        }
    }

    private void writeCsv(Duplicates found, VectorSet set, VectorSet other) throws IOException {
        NewFile.write(
                csv,
                () -> AtomicFile.write(csv, channel -> {
                    StringBuilder text = new StringBuilder("group,set,path,label,nearest,similarity\n");
                    for (int g = 0; g < found.groups().size(); g++) {
                        for (Member member : found.groups().get(g).members()) {
                            VectorSet of = member.image().set() == 0 ? set : other;
                            VectorSet nearest = member.nearest().set() == 0 ? set : other;
                            String label = of.label(member.image().row());
                            text.append(Csv.line(List.of(
                                    Integer.toString(g + 1),
                                    member.image().set() == 0 ? "embeddings" : "against",
                                    of.name(member.image().row()),
                                    label == null ? "" : label,
                                    nearest.name(member.nearest().row()),
                                    String.format(Locale.ROOT, "%.6f", member.similarity()))));
                        }
                        if (text.length() > 1 << 16) {
                            AtomicFile.writeFully(
                                    channel, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
                            text.setLength(0);
                        }
                    }
                    AtomicFile.writeFully(
                            channel, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
                }));
    }

    private Optional<String> writePage(Duplicates found, VectorSet set, VectorSet other) throws IOException {
        DuplicatesPage page = new DuplicatesPage(
                found,
                set,
                Optional.ofNullable(other),
                location(data, "--data", set),
                other == null ? "" : location(againstData, "--against-data", other));
        Report report = page.report(embeddings, Optional.ofNullable(against), threshold, Invocation.line(spec));
        NewFile.write(html, () -> ReportFolder.writePage(report, html));
        return page.problem();
    }

    private String location(Path given, String option, VectorSet set) {
        return given != null
                ? Places.recorded(spec, option, given)
                : set.about().getOrDefault("swav4j.data", "");
    }

    private void report(Duplicates found, VectorSet set, VectorSet other) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("embeddings", embeddings.toString());
            fields.put("against", against == null ? null : against.toString());
            fields.put("threshold", threshold);
            fields.put("images", set.size());
            fields.put("pairs", found.pairs());
            fields.put("groups", found.groups().size());
            fields.put("images_in_groups", found.first());
            fields.put("against_in_groups", against == null ? null : found.second());
            fields.put("page", html == null ? null : html.toString());
            fields.put("csv", csv == null ? null : csv.toString());
            Json.print(out, fields);
            return;
        }
        out.println(String.format(
                Locale.ROOT,
                "%,d pairs with a cosine of at least %s: %,d of %,d images%s, in %,d groups",
                found.pairs(),
                threshold,
                found.first(),
                set.size(),
                other == null ? "" : " are like one of " + against,
                found.groups().size()));
        for (int g = 0; g < Math.min(GROUPS_PRINTED, found.groups().size()); g++) {
            Group group = found.groups().get(g);
            out.println("group " + (g + 1) + ": " + group.members().size() + " images");
            for (Member member : group.members()
                    .subList(0, Math.min(MEMBERS_PRINTED, group.members().size()))) {
                VectorSet of = member.image().set() == 0 ? set : other;
                String label = of.label(member.image().row());
                out.println(String.format(
                        Locale.ROOT,
                        "  %6.4f  %s%s%s",
                        member.similarity(),
                        other == null ? "" : (member.image().set() == 0 ? embeddings : against).getFileName() + "  ",
                        of.name(member.image().row()),
                        label == null ? "" : "  (" + label + ")"));
            }
            if (group.members().size() > MEMBERS_PRINTED) {
                out.println("  and " + (group.members().size() - MEMBERS_PRINTED) + " more");
            }
        }
        if (found.groups().size() > GROUPS_PRINTED) {
            out.println("and " + (found.groups().size() - GROUPS_PRINTED) + " more groups; --csv and --html have all");
        }
        out.flush();
    }
}
