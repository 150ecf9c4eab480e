package org.swav4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.swav4j.data.DataException;
import org.swav4j.embed.EncoderRecord;
import org.swav4j.search.GraphOptions;
import org.swav4j.search.IndexRecord;
import org.swav4j.search.SearchIndex;
import org.swav4j.search.VectorSet;
import org.swav4j.tensor.CpuThreads;
import org.swav4j.train.BuildInfo;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code swav index}: a graph of nearest neighbours among embeddings, in a file. */
@Command(
        name = "index",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes an index of embeddings that 'swav search' finds similar images in: one file with the vectors, the images'"
                    + " paths and labels, a graph of nearest neighbours, and which encoder made the vectors."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  swav embed --model runs/photos --data photos/ --out photos.parquet",
            "  swav index --embeddings photos.parquet --out photos.index",
            "  swav search --index photos.index --image some.jpg"
        })
final class IndexCommand implements Callable<Integer> {
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
            names = "--out",
            required = true,
            paramLabel = "FILE",
            converter = Places.OnThisMachine.class,
            description = "The index to write.")
    private Path out;

    @Option(names = "--force", description = "Replace what is at --out.")
    private boolean force;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Where the images lie, if not where they were embedded from; pages show them from there.")
    private Path data;

    @ArgGroup(exclusive = false, heading = "%nFor .npy and .csv, which do not say which encoder made them:%n")
    private ClaimedEncoder claimed;

    @Option(
            names = "--degree",
            paramLabel = "N",
            defaultValue = "32",
            description = "Most neighbours that an image is linked to: more find more, in a larger index [32].")
    private int degree;

    @Option(
            names = "--beam",
            paramLabel = "N",
            defaultValue = "100",
            description = "Candidates kept while an image's neighbours are looked for: more make a better graph, slower"
                    + " [100].")
    private int beam;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that build [one per core]. With 1 the same embeddings give the same bytes.")
    private Integer threads;

    @Option(
            names = "--recall-queries",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Images that are searched for in the end, to measure how many of their 10 nearest the graph"
                    + " finds; 0 for none [1000].")
    private int recallQueries;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;

    @Option(names = "--quiet", description = "Print warnings and the result only.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        GraphOptions options = options();
        CpuThreads.use(options.threads());
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), ProgressLine.suitable(quiet));
        VectorSet vectors = VectorSet.read(embeddings);
        Optional<EncoderRecord> encoder;
        try {
            encoder = encoder(vectors);
        } catch (Throwable e) {
            vectors.close();
            throw e;
        }
        long begun = System.nanoTime();
        ImageCount count = new ImageCount(progress, 100);
        try (SearchIndex index = SearchIndex.build(
                vectors,
                options,
                encoder.map(EncoderRecord::entries).orElse(Map.of()),
                recallQueries,
                "swav4j version " + BuildInfo.read().version(),
                done -> {
                    synchronized (count) {
                        count.at(done, vectors.size());
                    }
                })) {
            double seconds = (System.nanoTime() - begun) / 1e9;
            NewFile.write(out, () -> index.write(out));
            progress.finish();
            report(index, seconds);
        } finally {
            progress.finish();
        }
        return ExitCode.DONE;
    }

    private GraphOptions options() {
        int cores = Runtime.getRuntime().availableProcessors();
        List<String> problems = new ArrayList<>();
        EvaluationOptions.range(problems, "--degree", degree, 2, GraphOptions.MAX_DEGREE);
        EvaluationOptions.range(problems, "--beam", beam, 1, GraphOptions.MAX_BEAM);
        EvaluationOptions.range(problems, "--threads", threads, 1, 1024);
        EvaluationOptions.range(problems, "--recall-queries", recallQueries, 0, 1_000_000);
        NewFile.problem("--out", out, force).ifPresent(problems::add);
        if (claimed != null) {
            claimed.problems(problems);
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("\n", problems));
        }
        return new GraphOptions(degree, beam, threads != null ? threads : Math.min(cores, 1024));
    }

    /** What the file says of its encoder, or what was said here instead, with the place of the images. */
    private Optional<EncoderRecord> encoder(VectorSet vectors) throws IOException {
        Optional<EncoderRecord> recorded;
        try {
            recorded = EncoderRecord.parse(vectors.about());
        } catch (DataException e) {
            throw new DataException(embeddings + ": " + e.getMessage(), e);
        }
        String place = data == null ? "" : Places.recorded(spec, "--data", data);
        if (claimed == null) {
            return recorded.map(r -> data == null ? r : r.withData(place));
        }
        if (recorded.isPresent()) {
            throw new UsageException("--model: " + embeddings + " says itself which encoder made it, "
                    + recorded.get().model() + "; leave --model out");
        }
        return Optional.of(claimed.record(
                embeddings,
                vectors,
                place,
                data == null ? Optional.empty() : Optional.of(Places.images(spec, "--data", data))));
    }

    private void report(SearchIndex index, double seconds) throws IOException {
        IndexRecord record = index.record();
        PrintWriter print = spec.commandLine().getOut();
        List<String> leftOut = index.vectors().withoutDirection();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("index", out.toString());
            fields.put("embeddings", embeddings.toString());
            fields.put("vectors", record.vectors());
            fields.put("dimensions", record.dimensions());
            fields.put("left_out", leftOut);
            fields.put("encoder", record.made().map(EncoderRecord::model).orElse(null));
            fields.put("degree", record.graph().degree());
            fields.put("beam", record.graph().beam());
            fields.put("threads", record.graph().threads());
            fields.put("recall_at_10", record.recall() < 0 ? null : record.recall());
            fields.put("recall_queries", record.recallQueries());
            fields.put("seconds", seconds);
            fields.put("bytes", Files.size(out));
            Json.print(print, fields);
            return;
        }
        print.println(String.format(
                Locale.ROOT,
                "%s: %,d vectors of %,d numbers, %.1f MB, in %s",
                out,
                record.vectors(),
                record.dimensions(),
                Files.size(out) / 1e6,
                ProgressLine.duration(Duration.ofMillis(Math.round(1000 * seconds)))));
        if (record.recall() >= 0) {
            print.println(String.format(
                    Locale.ROOT,
                    "its graph finds %.1f %% of the 10 nearest images (measured with %,d of them)",
                    100 * record.recall(),
                    record.recallQueries()));
        }
        if (!leftOut.isEmpty()) {
            print.println(String.format(
                    Locale.ROOT,
                    "%,d left out, such as %s: their vectors are all zeros, which have no direction",
                    leftOut.size(),
                    leftOut.get(0)));
        }
        if (record.made().isEmpty()) {
            print.println(
                    embeddings + " does not say which encoder made it: searches are by --path of an indexed image;"
                            + " with --model it can be said");
        }
        print.flush();
    }
}
