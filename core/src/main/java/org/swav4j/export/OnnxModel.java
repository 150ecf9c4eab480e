package org.swav4j.export;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A network as an ONNX file. */
final class OnnxModel implements ModelFile {
    private final FrozenNetwork network;
    private final Graph graph;
    private final String version;
    private final Map<String, String> metadata;

    /** @param network that stays the caller's */
    OnnxModel(FrozenNetwork network, ExportConfig config, String version, Map<String, String> metadata) {
        this.network = network;
        this.graph = NetworkGraph.of(network, config);
        this.version = version;
        this.metadata = new LinkedHashMap<>(metadata);
    }

    @Override
    public void write(FileChannel channel) throws IOException {
        OnnxFile.write(channel, graph, version, metadata);
    }

    @Override
    public Forward read(Path file) throws IOException {
        return new GraphNetwork(OnnxReading.read(file));
    }

    @Override
    public Forward expected() {
        return network;
    }

    @Override
    public void close() {
        graph.close();
    }
}
