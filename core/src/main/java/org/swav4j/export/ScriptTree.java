package org.swav4j.export;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.tensor.StateDict;

/**
 * The modules of a TorchScript program: one for each part of the weights' names, {@code layer1.0.conv1.weight} being the
 * weight of the module conv1 of 0 of layer1, so that the program's state dict has those names.
 */
final class ScriptTree {
    private final String path;
    private final Map<String, ScriptTree> children = new LinkedHashMap<>();
    private final Map<String, Weight> weights = new LinkedHashMap<>();

    /**
     * A tensor of a module.
     *
     * @param key number of its storage
     */
    record Weight(Tensor tensor, int key) {}

    private ScriptTree(String path) {
        this.path = path;
    }

    /** The tree of these tensors; storages are numbered in their order. */
    static ScriptTree of(StateDict weights) {
        ScriptTree root = new ScriptTree("");
        int[] key = {0};
        weights.forEach((name, tensor) -> {
            ScriptTree module = root;
            int dot = name.lastIndexOf('.');
            for (String part : name.substring(0, dot).split("\\.")) {
                String child = module.path.isEmpty() ? part : module.path + "." + part;
                module = module.children.computeIfAbsent(part, p -> new ScriptTree(child));
            }
            module.weights.put(name.substring(dot + 1), new Weight(tensor, key[0]++));
        });
        return root;
    }

    /** The module's name in the network, empty for the whole. */
    String path() {
        return path;
    }

    /** The name of its class. */
    String type() {
        return path.isEmpty() ? "Encoder" : "Part_" + path.replace('.', '_');
    }

    Map<String, ScriptTree> children() {
        return children;
    }

    Map<String, Weight> weights() {
        return weights;
    }

    /** Visits every module below this, with its name in the one above, before the one above. */
    void forEachBelow(BiConsumer<String, ScriptTree> visitor) {
        children.forEach((name, child) -> {
            child.forEachBelow(visitor);
            visitor.accept(name, child);
        });
    }
}
