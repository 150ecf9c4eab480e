package org.swav4j.export;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.swav4j.tensor.StateDict;

/**
 * A network as a TorchScript program, which PyTorch, libtorch and DJL run; a {@link TorchZip}:
 *
 * <pre>
 * archive/code/__torch__/swav4j.py   the classes of its modules, and the operations
 * archive/data.pkl                   the object of those classes, with its tensors
 * archive/constants.pkl              none
 * archive/data/0 ...                 a storage for each tensor
 * archive/extra/...                  what readers may want to know of it
 * archive/version                    4
 * </pre>
 */
final class ScriptModel implements ModelFile {
    /** The first of the format whose division of tensors is that of today: as long as that is so, the oldest that will do. */
    private static final String VERSION = "4\n";

    private final FrozenNetwork network;
    private final Graph graph;
    private final StateDict weights = new StateDict();
    private final Map<String, String> metadata;

    /** @param network that stays the caller's */
    ScriptModel(FrozenNetwork network, ExportConfig config, Map<String, String> metadata) {
        this.network = network;
        this.graph = NetworkGraph.of(network, config);
        this.metadata = new LinkedHashMap<>(metadata);
        Set<String> numbers = graph.ops().stream()
                .filter(op -> op.type() == Op.Type.Max || op.type() == Op.Type.Div)
                .map(op -> op.inputs().get(1))
                .filter(name -> graph.weights().contains(name)
                        && graph.weights().get(name).numel() == 1)
                .collect(Collectors.toSet());
        graph.weights().forEach((name, tensor) -> {
            if (!numbers.contains(name)) {
                weights.add(name, tensor);
            }
        });
    }

    @Override
    public void write(FileChannel channel) throws IOException {
        ScriptTree tree = ScriptTree.of(weights);
        TorchZip zip = new TorchZip(channel);
        zip.bytes("data.pkl", object(new PickleWriter(), tree).finish());
        zip.text("code/" + ScriptSource.MODULE.replace('.', '/') + ".py", ScriptSource.of(graph, weights, tree));
        zip.bytes("constants.pkl", new PickleWriter().op(")").finish());
        zip.storages(weights);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            zip.text("extra/" + entry.getKey(), entry.getValue());
        }
        zip.text("version", VERSION);
        zip.finish();
    }

    private static PickleWriter object(PickleWriter pickle, ScriptTree module) {
        pickle.global(ScriptSource.MODULE, module.type()).op(")\u0081}(");
        module.weights().forEach((name, weight) -> pickle.text(name).tensor(weight.tensor(), weight.key()));
        pickle.text("training").op("\u0089");
        module.children().forEach((name, child) -> object(pickle.text(name), child));
        return pickle.op("ub");
    }

    @Override
    public Forward read(Path file) throws IOException {
        return ScriptNetwork.read(file, graph.input().bytes());
    }

    @Override
    public Forward expected() {
        return network;
    }

    @Override
    public void close() {
        weights.close();
        graph.close();
    }
}
