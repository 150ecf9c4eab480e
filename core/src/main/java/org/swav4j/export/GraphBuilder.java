package org.swav4j.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.export.Op.Attribute;
import org.swav4j.export.Op.Real;
import org.swav4j.export.Op.Whole;
import org.swav4j.export.Op.Wholes;
import org.swav4j.nn.BatchNorm;
import org.swav4j.tensor.StateDict;

/** Layers to operations: each method appends a layer and returns the name of what comes out of it. */
final class GraphBuilder {
    private final StateDict source;
    private final boolean fold;
    private final List<Op> ops = new ArrayList<>();
    private final StateDict weights = new StateDict();

    /**
     * @param source the network's tensors, which must outlive the graph's use of them only until {@link #build}
     * @param fold whether batch norm is folded into what comes before it
     */
    GraphBuilder(StateDict source, boolean fold) {
        this.source = source;
        this.fold = fold;
    }

    /** A convolution without bias, padded to keep the size, and the batch norm behind it. */
    String convolutionAndNorm(String conv, String norm, String x, int stride) {
        Tensor weight = source.get(conv + ".weight");
        long kernel = weight.size(2);
        long pad = kernel / 2;
        Map<String, Attribute> attributes = Map.of(
                "kernel_shape", Wholes.of(kernel, kernel),
                "strides", Wholes.of(stride, stride),
                "pads", Wholes.of(pad, pad, pad, pad));
        if (!fold) {
            String y = op(Op.Type.Conv, conv, attributes, x, weight(conv + ".weight", weight));
            return norm(norm, y);
        }
        fold(conv, norm, weight, null);
        return op(Op.Type.Conv, conv, attributes, x, conv + ".weight", conv + ".bias");
    }

    /** x·Wᵀ + b and the batch norm behind it. */
    String linearAndNorm(String linear, String norm, String x) {
        if (!fold) {
            return norm(norm, linear(linear, x));
        }
        fold(linear, norm, source.get(linear + ".weight"), source.get(linear + ".bias"));
        return gemm(linear, x, linear + ".weight", linear + ".bias");
    }

    /** x·Wᵀ + b. */
    String linear(String linear, String x) {
        return gemm(
                linear,
                x,
                weight(linear + ".weight", source.get(linear + ".weight")),
                weight(linear + ".bias", source.get(linear + ".bias")));
    }

    /** x·Wᵀ. */
    String product(String output, String weight, String x) {
        return gemm(output, x, weight(weight, source.get(weight)));
    }

    private String gemm(String output, String... inputs) {
        return op(Op.Type.Gemm, output, Map.of("transB", new Whole(1)), inputs);
    }

    private String norm(String norm, String x) {
        String[] inputs = {
            x,
            weight(norm + ".weight", source.get(norm + ".weight")),
            weight(norm + ".bias", source.get(norm + ".bias")),
            weight(norm + ".running_mean", source.get(norm + ".running_mean")),
            weight(norm + ".running_var", source.get(norm + ".running_var"))
        };
        return op(Op.Type.BatchNormalization, norm, Map.of("epsilon", new Real((float) BatchNorm.EPSILON)), inputs);
    }

    /** W·γ/√(σ²+ε) and (b − μ)·γ/√(σ²+ε) + β, in float64 until they are done. */
    private void fold(String layer, String norm, Tensor weight, Tensor bias) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor scale = wide(norm + ".weight")
                    .div(wide(norm + ".running_var")
                            .add(new Scalar(BatchNorm.EPSILON))
                            .sqrt());
            Tensor mean = wide(norm + ".running_mean");
            Tensor from = bias == null ? mean.neg() : bias.to(ScalarType.Double).sub(mean);
            long[] rows = new long[(int) weight.dim()];
            java.util.Arrays.fill(rows, 1);
            rows[0] = -1;
            weight(
                    layer + ".weight",
                    weight.to(ScalarType.Double).mul(scale.view(rows)).to(ScalarType.Float));
            weight(layer + ".bias", from.mul(scale).add(wide(norm + ".bias")).to(ScalarType.Float));
        }
    }

    private Tensor wide(String name) {
        return source.get(name).to(ScalarType.Double);
    }

    String relu(String name, String x) {
        return op(Op.Type.Relu, name, Map.of(), x);
    }

    String add(String name, String a, String b) {
        return op(Op.Type.Add, name, Map.of(), a, b);
    }

    /** 3×3 of stride 2. */
    String maxPool(String name, String x) {
        return op(
                Op.Type.MaxPool,
                name,
                Map.of(
                        "kernel_shape", Wholes.of(3, 3),
                        "strides", Wholes.of(2, 2),
                        "pads", Wholes.of(1, 1, 1, 1)),
                x);
    }

    /** [N, C, H, W] → [N, C]. */
    String pool(String name, String x) {
        String pooled = op(Op.Type.GlobalAveragePool, name + ".pool", Map.of(), x);
        return op(Op.Type.Flatten, name, Map.of("axis", new Whole(1)), pooled);
    }

    /** Rows divided by their length, and those shorter than 1e-12 by that. */
    String unitRows(String name, String x) {
        Map<String, Attribute> rows = Map.of("axes", Wholes.of(1), "keepdims", new Whole(1));
        String length = op(Op.Type.ReduceL2, name + ".length", rows, x);
        String divisor = op(Op.Type.Max, name + ".divisor", Map.of(), length, constant(name + ".least", 1e-12));
        return op(Op.Type.Div, name, Map.of(), x, divisor);
    }

    /** uint8 [N, H, W, 3] → normalised float32 [N, 3, H, W]. */
    String normalised(String name, String bytes, double[] mean, double[] standardDeviation) {
        String x = op(Op.Type.Cast, name + ".float", Map.of("to", new Whole(OnnxType.FLOAT)), bytes);
        x = op(Op.Type.Div, name + ".unit", Map.of(), x, constant(name + ".255", 255));
        x = op(Op.Type.Sub, name + ".centred", Map.of(), x, constant(name + ".mean", mean));
        x = op(Op.Type.Div, name + ".scaled", Map.of(), x, constant(name + ".std", standardDeviation));
        return op(Op.Type.Transpose, name, Map.of("perm", Wholes.of(0, 3, 1, 2)), x);
    }

    private String constant(String name, double... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        try (PointerScope scope = new PointerScope()) {
            return weight(name, torch.tensor(floats, new TensorOptions(ScalarType.Float)));
        }
    }

    private String weight(String name, Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            weights.add(name, tensor.detach().contiguous());
        }
        return name;
    }

    private String op(Op.Type type, String output, Map<String, Attribute> attributes, String... inputs) {
        ops.add(new Op(type, List.of(inputs), output, new java.util.TreeMap<>(attributes)));
        return output;
    }

    /** What was built; the caller closes it, and not this. */
    Graph build(Graph.Input input, Map<String, Integer> outputs) {
        return new Graph(input, ops, new LinkedHashMap<>(outputs), weights);
    }
}
