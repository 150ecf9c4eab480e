package org.swav4j.search;

import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.graph.similarity.SearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.data.DataException;
import org.swav4j.embed.EncoderRecord;
import org.swav4j.eval.NearestImages;
import org.swav4j.eval.NearestImages.Neighbours;

/**
 * Finds the images whose vectors are most similar to a given one, by cosine. Any number of threads may search at once. Owns
 * its vectors, which lie outside the Java heap, until closed.
 */
public final class SearchIndex implements AutoCloseable {
    /** Candidates that a search keeps at least: with fewer it is faster and finds less. */
    public static final int USUAL_EFFORT = 100;

    private static final int MEASURED_TOP = 10;
    private static final Comparator<Hit> NEAREST_FIRST =
            Comparator.comparingDouble(Hit::similarity).reversed().thenComparingInt(Hit::row);

    private final VectorSet vectors;
    private final NeighbourGraph graph;
    private final IndexRecord record;

    SearchIndex(VectorSet vectors, NeighbourGraph graph, IndexRecord record) {
        this.vectors = vectors;
        this.graph = graph;
        this.record = record;
    }

    /**
     * Builds an index of vectors and measures what its graph finds.
     *
     * @param vectors owned by the index from now on, and closed if it cannot be built
     * @param encoder entries of what made them, as {@link EncoderRecord#entries}; may be empty
     * @param queries how many of the images are searched for to measure {@link IndexRecord#recall}; 0 for none
     * @param writer name and version of this program
     * @param progress told how many images are linked, on whichever thread
     */
    public static SearchIndex build(
            VectorSet vectors,
            GraphOptions options,
            Map<String, String> encoder,
            int queries,
            String writer,
            IntConsumer progress)
            throws IOException {
        try {
            NeighbourGraph graph = new GraphConstruction(vectors, options).build(progress);
            IndexRecord plain = new IndexRecord(
                    writer,
                    vectors.size(),
                    vectors.dimensions(),
                    vectors.withoutDirection().size(),
                    options,
                    -1,
                    0,
                    encoder);
            int asked = Math.min(queries, vectors.size());
            if (asked == 0 || vectors.size() < 2) {
                return new SearchIndex(vectors, graph, plain);
            }
            double recall = new SearchIndex(vectors, graph, plain).recall(asked, USUAL_EFFORT);
            IndexRecord measured = new IndexRecord(
                    writer, plain.vectors(), plain.dimensions(), plain.leftOut(), options, recall, asked, encoder);
            return new SearchIndex(vectors, graph, measured);
        } catch (Throwable e) {
            vectors.close();
            throw e;
        }
    }

    /**
     * Opens an index and checks every byte of it.
     *
     * @throws DataException if there is none, or it is damaged or of another version
     */
    public static SearchIndex open(Path file) throws IOException {
        return IndexFile.read(file);
    }

    /** Writes it; whole or not at all. Replaces what is there. */
    public void write(Path file) throws IOException {
        IndexFile.write(file, vectors, graph, record);
    }

    /** What it says of itself. */
    public IndexRecord record() {
        return record;
    }

    /** The indexed images' names, labels and vectors; stays owned by this. */
    public VectorSet vectors() {
        return vectors;
    }

    /**
     * The nearest images that the graph leads to, nearest first and of equal ones the lower row; nearly always those of
     * {@link #exact}.
     *
     * @param query of any length, [D]
     * @param top how many, at least 1; all if there are fewer
     * @param effort candidates that are kept while searching; at least {@code top} are
     */
    public List<Hit> search(float[] query, int top, int effort) {
        float[] unit = unit(query);
        int wanted = Math.min(top, vectors.size());
        int kept = Math.max(wanted, Math.min(effort, vectors.size()));
        SearchScoreProvider scores = DefaultSearchScoreProvider.exact(
                UnitVectors.vector(unit), VectorSimilarityFunction.DOT_PRODUCT, new UnitVectors(vectors));
        try (GraphSearcher searcher = new GraphSearcher(new LinkedNodes(graph, vectors.dimensions()))) {
            SearchResult found = searcher.search(scores, wanted, kept, 0f, 0f, Bits.ALL);
            return sorted(unit, Arrays.stream(found.getNodes()).mapToInt(n -> n.node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same by comparing with every image, in one product of the matrix of vectors and the query. */
    public List<Hit> exact(float[] query, int top) {
        float[] unit = unit(query);
        float[] scores = new float[vectors.size()];
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor product = torch.mv(vectors.tensor(), Tensor.create(unit)).contiguous();
            new FloatPointer(product.data_ptr()).get(scores);
        }
        // the farthest first; of equal ones the later row
        PriorityQueue<Hit> nearest = new PriorityQueue<>(NEAREST_FIRST.reversed());
        for (int row = 0; row < scores.length; row++) {
            if (nearest.size() < top) {
                nearest.add(new Hit(row, scores[row]));
            } else if (scores[row] > nearest.element().similarity()) {
                nearest.remove();
                nearest.add(new Hit(row, scores[row]));
            }
        }
        return sorted(unit, nearest.stream().mapToInt(Hit::row));
    }

    /** Cosines in double, so that both ways of searching say the same of the same image. */
    private List<Hit> sorted(float[] unit, IntStream rows) {
        return rows.mapToObj(row -> new Hit(row, vectors.cosine(row, unit)))
                .sorted(NEAREST_FIRST)
                .toList();
    }

    private float[] unit(float[] query) {
        if (query.length != vectors.dimensions()) {
            throw new DataException("the query's vector has " + query.length + " numbers, and those of the index have "
                    + vectors.dimensions());
        }
        float[] unit = query.clone();
        for (float number : unit) {
            if (!Float.isFinite(number)) {
                throw new DataException("the query's vector has a number that is not finite");
            }
        }
        if (!VectorSet.scale(unit)) {
            throw new DataException("the query's vector has no direction, as all its numbers are 0");
        }
        return unit;
    }

    /**
     * Share of the 10 nearest other images that {@link #search} finds, for images that are evenly spread over the index. An
     * image as near as the tenth counts as one of them.
     *
     * @param queries how many images are searched for, at least 1
     */
    public double recall(int queries, int effort) {
        int asked = Math.min(queries, vectors.size());
        int[] rows = IntStream.range(0, asked)
                .map(i -> (int) ((long) i * vectors.size() / asked))
                .toArray();
        int others = Math.min(MEASURED_TOP, vectors.size() - 1);
        if (others < 1) {
            return 1;
        }
        Recall recall = new Recall();
        try (PointerScope scope = new PointerScope()) {
            Tensor all = vectors.tensor();
            long[] chosen = Arrays.stream(rows).asLongStream().toArray();
            Tensor some = all.index_select(0, Tensor.create(chosen));
            new NearestImages(all, others + 1)
                    .visit(
                            some,
                            (i, nearest) ->
                                    recall.add(without(rows[i], nearest, others), foundFor(rows[i], others, effort)));
        }
        return recall.share();
    }

    private static double[] without(int row, Neighbours nearest, int others) {
        return IntStream.range(0, nearest.size())
                .filter(i -> nearest.row(i) != row)
                .limit(others)
                .mapToDouble(nearest::similarity)
                .toArray();
    }

    private double[] foundFor(int row, int others, int effort) {
        return search(vectors.vector(row), others + 1, effort).stream()
                .filter(hit -> hit.row() != row)
                .limit(others)
                .mapToDouble(Hit::similarity)
                .toArray();
    }

    @Override
    public void close() {
        vectors.close();
    }
}
