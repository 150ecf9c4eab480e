package org.swav4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.swav4j.search.GraphOptions;
import org.swav4j.search.Hit;
import org.swav4j.search.Recall;
import org.swav4j.search.SearchIndex;
import org.swav4j.search.VectorSet;
import org.swav4j.tensor.CpuThreads;

/**
 * How many of the 10 nearest images an index finds, how long a query takes beside an exact one, and how long the index takes
 * to build: {@code bench/run SearchBenchmark --embeddings train.parquet --queries test.parquet}. Queries are images that are
 * not in the index; searching and comparing with all take turns.
 *
 * <p>Flags: {@code --embeddings}, {@code --queries}, {@code --count} of the queries, {@code --degree}, {@code --beam},
 * {@code --threads}.
 */
public final class SearchBenchmark {
    private static final int TOP = 10;
    private static final int[] EFFORTS = {10, 20, 50, 100, 200};

    private SearchBenchmark() {}

    /** Measures and prints a table. */
    public static void main(String[] args) throws IOException {
        Flags flags = Flags.of(args, Set.of("embeddings", "queries", "count", "degree", "beam", "threads"));
        if (!flags.has("embeddings") || !flags.has("queries")) {
            Flags.fail("--embeddings and --queries: files that 'swav embed' wrote are needed");
        }
        int threads = flags.number("threads", 1);
        CpuThreads.use(threads);
        GraphOptions usual = GraphOptions.defaults();
        GraphOptions options =
                new GraphOptions(flags.number("degree", usual.degree()), flags.number("beam", usual.beam()), threads);
        VectorSet vectors = VectorSet.read(Path.of(flags.text("embeddings", "")));
        long begun = System.nanoTime();
        try (SearchIndex index = SearchIndex.build(vectors, options, Map.of(), 0, "bench", done -> {});
                VectorSet queries = VectorSet.read(Path.of(flags.text("queries", "")))) {
            double seconds = (System.nanoTime() - begun) / 1e9;
            Path file = Files.createTempFile("swav-bench", ".index");
            index.write(file);
            System.out.println(Conditions.line());
            System.out.printf(
                    Locale.ROOT,
                    "%,d vectors of %d numbers, degree %d, beam %d: built by %d threads in %.1f s, %.1f MB%n%n",
                    vectors.size(),
                    vectors.dimensions(),
                    options.degree(),
                    options.beam(),
                    threads,
                    seconds,
                    Files.size(file) / 1e6);
            Files.delete(file);
            System.out.println(table(index, queries, Math.min(flags.number("count", 1000), queries.size())));
        }
    }

    private static Table table(SearchIndex index, VectorSet queries, int count) {
        Table table = new Table("effort", "recall@10", "ms a query, by graph", "exact", "exact / graph");
        for (int effort : EFFORTS) {
            Recall recall = new Recall();
            double[] byGraph = new double[count];
            double[] exactly = new double[count];
            for (int q = 0; q < count; q++) {
                float[] query = queries.vector((int) ((long) q * queries.size() / count));
                long begun = System.nanoTime();
                List<Hit> found = index.search(query, TOP, effort);
                long between = System.nanoTime();
                List<Hit> all = index.exact(query, TOP);
                exactly[q] = (System.nanoTime() - between) / 1e6;
                byGraph[q] = (between - begun) / 1e6;
                recall.add(similarities(all), similarities(found));
            }
            table.row(
                    effort,
                    String.format(Locale.ROOT, "%.4f", recall.share()),
                    central(byGraph),
                    central(exactly),
                    String.format(
                            Locale.ROOT, "%.0f", Spread.ratio(exactly, byGraph).median()));
        }
        return table;
    }

    /** The middle, and between which values nine of ten lie. */
    private static String central(double[] milliseconds) {
        double[] sorted = milliseconds.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f to %.2f)",
                sorted[sorted.length / 2],
                sorted[sorted.length / 20],
                sorted[sorted.length - 1 - sorted.length / 20]);
    }

    private static double[] similarities(List<Hit> hits) {
        return hits.stream().mapToDouble(Hit::similarity).toArray();
    }
}
