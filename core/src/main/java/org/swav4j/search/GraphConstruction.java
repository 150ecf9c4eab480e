package org.swav4j.search;

import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.NodesIterator;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Builds a {@link NeighbourGraph} with JVector, a hierarchy of Vamana graphs (Subramanya et al. 2019, DiskANN; levels as in
 * Malkov and Yashunin 2016, HNSW). With one thread, images are linked in their order and the same vectors give the same
 * graph, on Javas that compute sums in the same order.
 */
final class GraphConstruction {
    /** How many times the degree a node may have while the graph grows. */
    private static final float OVERFLOW = 1.2f;

    /** How much nearer a neighbour must be to another neighbour for its link to be left out: DiskANN's α. */
    private static final float ALPHA = 1.2f;

    private final VectorSet vectors;
    private final GraphOptions options;

    GraphConstruction(VectorSet vectors, GraphOptions options) {
        this.vectors = vectors;
        this.options = options;
    }

    /** @param progress told how many images are linked, on whichever thread */
    // the only constructors that take a pool of threads and a hierarchy are deprecated
    @SuppressWarnings("deprecation")
    NeighbourGraph build(IntConsumer progress) throws IOException {
        // the provider is looked up with its warning silenced
        UnitVectors source = new UnitVectors(vectors);
        source.getVector(0);
        BuildScoreProvider scores =
                BuildScoreProvider.randomAccessScoreProvider(source, VectorSimilarityFunction.DOT_PRODUCT);
        ForkJoinPool pool = new ForkJoinPool(options.threads());
        try (GraphIndexBuilder builder = new GraphIndexBuilder(
                scores,
                vectors.dimensions(),
                List.of(options.degree()),
                options.beam(),
                OVERFLOW,
                ALPHA,
                true,
                true,
                pool,
                pool)) {
            link(builder, source, pool, progress);
            builder.cleanup();
            return copy(builder.getGraph());
        } finally {
            pool.shutdownNow();
        }
    }

    private void link(GraphIndexBuilder builder, UnitVectors source, ForkJoinPool pool, IntConsumer progress) {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        List<ForkJoinTask<?>> workers = new ArrayList<>();
        for (int t = 0; t < options.threads(); t++) {
            workers.add(pool.submit(() -> {
                for (int row = next.getAndIncrement(); row < vectors.size(); row = next.getAndIncrement()) {
                    builder.addGraphNode(row, source.getVector(row));
                    progress.accept(done.incrementAndGet());
                }
            }));
        }
        try {
            for (ForkJoinTask<?> worker : workers) {
                worker.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a graph was built", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a graph could not be built: " + e.getCause(), e.getCause());
        }
    }

    private NeighbourGraph copy(ImmutableGraphIndex built) throws IOException {
        List<NeighbourGraph.Level> levels = new ArrayList<>();
        try (ImmutableGraphIndex.View view = built.getView()) {
            for (int l = 0; l <= built.getMaxLevel(); l++) {
                int[] nodes = integers(built.getNodes(l));
                Arrays.sort(nodes);
                int[] starts = new int[nodes.length + 1];
                int[][] neighbours = new int[nodes.length][];
                for (int i = 0; i < nodes.length; i++) {
                    neighbours[i] = integers(view.getNeighborsIterator(l, nodes[i]));
                    starts[i + 1] = Math.addExact(starts[i], neighbours[i].length);
                }
                int[] all = new int[starts[nodes.length]];
                for (int i = 0; i < nodes.length; i++) {
                    System.arraycopy(neighbours[i], 0, all, starts[i], neighbours[i].length);
                }
                levels.add(new NeighbourGraph.Level(nodes, starts, all));
            }
            return new NeighbourGraph(options.degree(), levels, view.entryNode().node);
        }
    }

    private static int[] integers(NodesIterator from) {
        int[] all = new int[from.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = from.nextInt();
        }
        return all;
    }
}
