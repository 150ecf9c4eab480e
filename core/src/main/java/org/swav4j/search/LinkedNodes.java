package org.swav4j.search;

import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.NodesIterator;
import io.github.jbellis.jvector.graph.similarity.ScoreFunction;
import io.github.jbellis.jvector.util.Bits;
import java.util.List;

/** A {@link NeighbourGraph} as JVector searches graphs. Holds nothing of its own, so nothing is closed. */
final class LinkedNodes implements ImmutableGraphIndex, ImmutableGraphIndex.View {
    private final NeighbourGraph graph;
    private final int dimensions;

    LinkedNodes(NeighbourGraph graph, int dimensions) {
        this.graph = graph;
        this.dimensions = dimensions;
    }

    private NeighbourGraph.Level level(int level) {
        return graph.levels().get(level);
    }

    @Override
    public View getView() {
        return this;
    }

    @Override
    public NodeAtLevel entryNode() {
        return new NodeAtLevel(getMaxLevel(), graph.entry());
    }

    @Override
    public NodesIterator getNeighborsIterator(int level, int node) {
        NeighbourGraph.Level at = level(level);
        int place = at.place(node);
        return new Slice(at.neighbours(), at.starts()[place], at.starts()[place + 1]);
    }

    @Override
    public void processNeighbors(
            int level, int node, ScoreFunction scores, IntMarker visited, NeighborProcessor processor) {
        NeighbourGraph.Level at = level(level);
        int place = at.place(node);
        for (int i = at.starts()[place]; i < at.starts()[place + 1]; i++) {
            int neighbour = at.neighbours()[i];
            if (visited.mark(neighbour)) {
                processor.process(neighbour, scores.similarityTo(neighbour));
            }
        }
    }

    @Override
    public NodesIterator getNodes(int level) {
        int[] nodes = level(level).nodes();
        return new Slice(nodes, 0, nodes.length);
    }

    /** Asked for by both interfaces, one of which has deprecated it. */
    @Override
    @SuppressWarnings("deprecation")
    public int size() {
        return graph.size();
    }

    @Override
    public int size(int level) {
        return level(level).nodes().length;
    }

    @Override
    public int getIdUpperBound() {
        return graph.size();
    }

    @Override
    public boolean contains(int level, int node) {
        return level < graph.levels().size() && level(level).place(node) >= 0;
    }

    @Override
    public Bits liveNodes() {
        return Bits.ALL;
    }

    @Override
    public int getDimension() {
        return dimensions;
    }

    @Override
    public int getMaxLevel() {
        return graph.levels().size() - 1;
    }

    @Override
    public boolean isHierarchical() {
        return graph.levels().size() > 1;
    }

    @Override
    public int getDegree(int level) {
        return graph.degree();
    }

    @Override
    public int maxDegree() {
        return graph.degree();
    }

    @Override
    public List<Integer> maxDegrees() {
        return graph.levels().stream().map(l -> graph.degree()).toList();
    }

    @Override
    public double getAverageDegree(int level) {
        return (double) level(level).neighbours().length / size(level);
    }

    @Override
    public long ramBytesUsed() {
        return graph.encodedBytes();
    }

    @Override
    public void close() {}

    /** Part of an array. */
    private static final class Slice implements NodesIterator {
        private final int[] nodes;
        private final int count;
        private final int end;
        private int at;

        Slice(int[] nodes, int start, int end) {
            this.nodes = nodes;
            this.count = end - start;
            this.at = start;
            this.end = end;
        }

        @Override
        public int size() {
            return count;
        }

        @Override
        public boolean hasNext() {
            return at < end;
        }

        @Override
        public int nextInt() {
            return nodes[at++];
        }
    }
}
