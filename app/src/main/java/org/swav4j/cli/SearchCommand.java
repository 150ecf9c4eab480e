package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.data.DataException;
import org.swav4j.data.UnreadableImageException;
import org.swav4j.embed.EncoderRecord;
import org.swav4j.encode.Encoder;
import org.swav4j.report.Report;
import org.swav4j.report.ReportFolder;
import org.swav4j.search.Hit;
import org.swav4j.search.SearchIndex;
import org.swav4j.search.VectorSet;
import org.swav4j.tensor.CpuThreads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav search}: which indexed images are most similar to some. */
@Command(
        name = "search",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Finds the indexed images that are most similar to given ones: cosine, label and path of each, the nearest"
                    + " first. A given image is encoded as the indexed ones were, by the same encoder."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav search --index photos.index --image some.jpg",
            "  swav search --index photos.index --image a.jpg --image b.jpg --top 20 --html found.html",
            "  swav search --index photos.index --path holiday/0012.jpg"
        })
final class SearchCommand implements Callable<Integer> {
    private static final int MAX_TOP = 10_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--index",
            required = true,
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "What 'swav index' wrote.")
    private Path file;

    @Option(
            names = "--image",
            paramLabel = "PATH",
            description = "An image to search for, or a folder of them; may be given several times.")
    private List<Path> images = new ArrayList<>();

    @Option(
            names = "--path",
            paramLabel = "NAME",
            description = "An indexed image to search for, by its path in the index; it is not among what is found.")
    private List<String> paths = new ArrayList<>();

    @Option(
            names = "--model",
            paramLabel = "RUN_OR_CHECKPOINT",
            converter = Places.OnThisMachine.class,
            description = "Where the index's encoder lies, if no longer where it was; another one is refused.")
    private Path model;

    @Option(names = "--top", paramLabel = "N", defaultValue = "12", description = "How many to find for each [12].")
    private int top;

    @Option(
            names = "--effort",
            paramLabel = "N",
            defaultValue = "100",
            description = "Candidates kept while searching: more find more, slower [100].")
    private int effort;

    @Option(names = "--exact", description = "Compare with every image instead of following the graph.")
    private boolean exact;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "Write a page with the pictures there.")
    private Path html;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Where the indexed images lie, if no longer where they were, for the page.")
    private Path data;

    @Option(names = "--force", description = "Replace what is at --html.")
    private boolean force;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute [one per core].")
    private Integer threads;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        checkUsage();
        int count =
                threads != null ? threads : Math.min(1024, Runtime.getRuntime().availableProcessors());
        CpuThreads.use(count);
        QueryImages queries = new QueryImages(images);
        try (SearchIndex index = SearchIndex.open(file)) {
            List<SearchAnswer> answers = new ArrayList<>(ofPaths(index));
            List<String> unreadable = new ArrayList<>();
            if (!images.isEmpty()) {
                answers.addAll(ofImages(index, queries, count, unreadable));
            }
            Optional<String> page = html == null ? Optional.empty() : Optional.of(page(index, queries, answers));
            print(index, answers, unreadable);
            PrintWriter err = spec.commandLine().getErr();
            unreadable.forEach(line -> err.println("swav: " + line));
            page.filter(p -> !p.isEmpty()).ifPresent(p -> err.println("swav: " + p));
            if (html != null) {
                err.println("Page: " + html);
            }
            err.flush();
            return ExitCode.DONE;
        }
    }

    private void checkUsage() {
        List<String> problems = new ArrayList<>();
        if (images.isEmpty() && paths.isEmpty()) {
            problems.add("--image: give an image to search for, or an indexed one with --path");
        }
        EvaluationOptions.range(problems, "--top", top, 1, MAX_TOP);
        EvaluationOptions.range(problems, "--effort", effort, 1, 100 * MAX_TOP);
        EvaluationOptions.range(problems, "--threads", threads, 1, 1024);
        if (html != null) {
            NewFile.problem("--html", html, force).ifPresent(problems::add);
        }
        if (model != null) {
            ModelOption.problem(model).ifPresent(problems::add);
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("\n", problems));
        }
    }

    private List<SearchAnswer> ofPaths(SearchIndex index) {
        VectorSet vectors = index.vectors();
        List<SearchAnswer> answers = new ArrayList<>();
        for (String path : paths) {
            int row = vectors.find(path)
                    .orElseThrow(() -> new DataException("--path: " + path + ": is not in " + file
                            + ", which has paths such as " + vectors.name(0)));
            long begun = System.nanoTime();
            List<Hit> hits = find(index, vectors.vector(row), top + 1).stream()
                    .filter(hit -> hit.row() != row)
                    .limit(top)
                    .toList();
            answers.add(new SearchAnswer(path, -1, row, hits, System.nanoTime() - begun));
        }
        return answers;
    }

    private List<SearchAnswer> ofImages(SearchIndex index, QueryImages queries, int count, List<String> unreadable)
            throws IOException {
        EncoderRecord record = index.record()
                .made()
                .orElseThrow(() -> new DataException(file + ": does not say which encoder made its vectors, so that no"
                        + " image can be encoded alike; search by --path, or build it with --model"));
        List<SearchAnswer> answers = new ArrayList<>();
        try (Encoder encoder = Encoder.load(place(record), record.options().withThreads(count))) {
            for (int i = 0; i < queries.size(); i++) {
                float[] vector;
                try {
                    vector = encoder.embed(queries.read(i));
                } catch (UnreadableImageException e) {
                    unreadable.add(queries.name(i) + ": " + e.getMessage());
                    continue;
                }
                long begun = System.nanoTime();
                List<Hit> hits = find(index, vector, top);
                answers.add(new SearchAnswer(queries.name(i), i, -1, hits, System.nanoTime() - begun));
            }
        }
        if (answers.isEmpty()) {
            throw new DataException(
                    unreadable.size() == 1
                            ? unreadable.get(0)
                            : "none of " + unreadable.size() + " images can be read; the first: " + unreadable.get(0));
        }
        return answers;
    }

    private List<Hit> find(SearchIndex index, float[] vector, int count) {
        return exact ? index.exact(vector, count) : index.search(vector, count, effort);
    }

    /** Where the index's encoder lies now. */
    private Path place(EncoderRecord record) {
        Path place = model != null ? model : Path.of(record.model());
        if (!Files.exists(place)) {
            throw new DataException(place + ": the encoder of " + file
                    + " is no longer there; say where it is with --model, or search by --path");
        }
        Checkpoint found = Checkpoint.find(place);
        if (!found.fingerprint().equals(record.fingerprint())) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: is another encoder (%.12s) than that of %s (%.12s, %s from %s); vectors of different encoders"
                            + " cannot be compared",
                    found.directory(),
                    found.fingerprint(),
                    file,
                    record.fingerprint(),
                    record.arch(),
                    record.model()));
        }
        return place;
    }

    /** Writes the page; what it lacks. */
    private String page(SearchIndex index, QueryImages queries, List<SearchAnswer> answers) throws IOException {
        String location = data != null
                ? Places.recorded(spec, "--data", data)
                : index.record().made().map(EncoderRecord::data).orElse("");
        SearchPage page = new SearchPage(index, file, queries, answers, location, exact ? "exact" : "effort " + effort);
        Report report = page.report(Invocation.line(spec));
        NewFile.write(html, () -> ReportFolder.writePage(report, html));
        return page.problem().orElse("");
    }

    private void print(SearchIndex index, List<SearchAnswer> answers, List<String> unreadable) {
        PrintWriter out = spec.commandLine().getOut();
        VectorSet vectors = index.vectors();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("index", file.toString());
            fields.put("exact", exact);
            fields.put("queries", answers.stream().map(a -> fields(vectors, a)).toList());
            fields.put("unreadable", unreadable);
            fields.put("page", html == null ? null : html.toString());
            Json.print(out, fields);
            return;
        }
        for (SearchAnswer answer : answers) {
            out.println(answer.name());
            int labels = answer.hits().stream()
                    .map(hit -> vectors.label(hit.row()))
                    .mapToInt(label -> label == null ? 0 : label.length())
                    .max()
                    .orElse(0);
            int rank = 0;
            for (Hit hit : answer.hits()) {
                String label = vectors.label(hit.row());
                out.println(String.format(
                        Locale.ROOT,
                        "  %3d  %7.4f  %s%s",
                        ++rank,
                        hit.similarity(),
                        labels == 0
                                ? ""
                                : String.format(Locale.ROOT, "%-" + labels + "s  ", label == null ? "" : label),
                        vectors.name(hit.row())));
            }
        }
        out.flush();
    }

    private static Map<String, Object> fields(VectorSet vectors, SearchAnswer answer) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("image", answer.name());
        fields.put("search_milliseconds", answer.nanoseconds() / 1e6);
        fields.put(
                "found",
                answer.hits().stream()
                        .map(hit -> {
                            Map<String, Object> found = new LinkedHashMap<>();
                            found.put("path", vectors.name(hit.row()));
                            found.put("label", vectors.label(hit.row()));
                            found.put("similarity", hit.similarity());
                            return found;
                        })
                        .toList());
        return fields;
    }
}
