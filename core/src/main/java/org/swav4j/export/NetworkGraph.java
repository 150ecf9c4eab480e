package org.swav4j.export;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.PixelNormalization;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.StateDict;

/** The exported part of a network as a graph, layer by layer as {@code nn.ResNet} and what follows it compute. */
final class NetworkGraph {
    private final NetworkShape shape;
    private final GraphBuilder graph;
    private final StateDict state;

    private NetworkGraph(NetworkShape shape, StateDict state, boolean fold) {
        this.shape = shape;
        this.state = state;
        this.graph = new GraphBuilder(state, fold);
    }

    /** The graph; the caller closes it. */
    static Graph of(FrozenNetwork network, ExportConfig config) {
        NetworkGraph built = new NetworkGraph(network.shape(), network.state(), config.foldBatchNorm());
        return built.build(config);
    }

    private Graph build(ExportConfig config) {
        String x = config.input();
        if (config.withPreprocessing()) {
            x = graph.normalised("pixels", x, PixelNormalization.mean(), PixelNormalization.standardDeviation());
        }
        x = trunk(x);
        List<String> names = shape.outputs();
        if (shape.part() != ExportedPart.TRUNK) {
            x = graph.unitRows("embeddings", head(x));
        }
        Map<String, Integer> outputs = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            if (shape.part() == ExportedPart.SCORES) {
                graph.product(names.get(i), shape.prototypes(i), x);
            }
            outputs.put(names.get(i), shape.width(i));
        }
        return graph.build(
                new Graph.Input(config.input(), config.size(), config.withPreprocessing(), config.dynamic()), outputs);
    }

    private String trunk(String pixels) {
        Architecture architecture = shape.architecture();
        String x = graph.relu(
                "relu", graph.convolutionAndNorm("conv1", "bn1", pixels, shape.stem() == Stem.SMALL ? 1 : 2));
        if (shape.stem() == Stem.IMAGENET) {
            x = graph.maxPool("maxpool", x);
        }
        for (int stage = 0; stage < 4; stage++) {
            for (int block = 0; block < architecture.blocks().get(stage); block++) {
                x = block("layer" + (stage + 1) + "." + block, x, stage > 0 && block == 0 ? 2 : 1);
            }
        }
        return graph.pool("features", x);
    }

    /** The stride of a bottleneck sits on its 3×3 convolution, that of two 3×3 on the first. */
    private String block(String name, String x, int stride) {
        boolean bottleneck = shape.architecture().bottleneck();
        int convolutions = bottleneck ? 3 : 2;
        int strided = bottleneck ? 2 : 1;
        String y = x;
        for (int i = 1; i <= convolutions; i++) {
            y = graph.convolutionAndNorm(name + ".conv" + i, name + ".bn" + i, y, i == strided ? stride : 1);
            if (i < convolutions) {
                y = graph.relu(name + ".relu" + i, y);
            }
        }
        String shortcut = state.contains(name + ".downsample.0.weight")
                ? graph.convolutionAndNorm(name + ".downsample.0", name + ".downsample.1", x, stride)
                : x;
        return graph.relu(name, graph.add(name + ".add", y, shortcut));
    }

    private String head(String x) {
        if (shape.hidden() == 0) {
            return graph.linear("projection_head", x);
        }
        String hidden =
                graph.relu("projection_head.2", graph.linearAndNorm("projection_head.0", "projection_head.1", x));
        return graph.linear("projection_head.3", hidden);
    }
}
