package org.swav4j.export;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.PixelNormalization;
import org.swav4j.tensor.ComputeDevice;

/** Runs a graph by libtorch, operation by operation. Takes the graph over. */
final class GraphNetwork implements Forward {
    private static final long[] ONE = {1, 1};

    private final Graph graph;
    private final PixelNormalization normalization =
            new PixelNormalization(new Placement(ComputeDevice.CPU, MemoryFormat.Contiguous));

    GraphNetwork(Graph graph) {
        this.graph = graph;
    }

    @Override
    public List<Tensor> outputs(Tensor pixels) throws ExportException {
        Map<String, Tensor> values = new HashMap<>();
        values.put(graph.input().name(), graph.input().bytes() ? pixels : normalization.apply(pixels));
        for (Op op : graph.ops()) {
            values.put(op.output(), run(op, values));
        }
        for (String name : graph.outputs().keySet()) {
            require(values, name);
        }
        return graph.outputs().keySet().stream().map(values::get).toList();
    }

    private static Tensor require(Map<String, Tensor> values, String name) throws ExportException {
        Tensor value = values.get(name);
        if (value == null) {
            throw new ExportException("nothing in the graph gives '" + name + "'");
        }
        return value;
    }

    private Tensor run(Op op, Map<String, Tensor> values) throws ExportException {
        Tensor[] in = new Tensor[op.inputs().size()];
        for (int i = 0; i < in.length; i++) {
            String name = op.inputs().get(i);
            in[i] = graph.weights().contains(name) ? graph.weights().get(name) : require(values, name);
        }
        return switch (op.type()) {
            case Add -> in[0].add(in[1]);
            case BatchNormalization ->
                torch.batch_norm(
                        in[0],
                        new TensorOptional(in[1]),
                        new TensorOptional(in[2]),
                        new TensorOptional(in[3]),
                        new TensorOptional(in[4]),
                        false,
                        0,
                        op.epsilon(),
                        true);
            case Cast -> in[0].to(ScalarType.Float);
            case Conv ->
                torch.conv2d(
                        in[0],
                        in[1],
                        in.length > 2 ? new TensorOptional(in[2]) : new TensorOptional(),
                        op.wholes("strides"),
                        op.padding(),
                        ONE,
                        1);
            case Div -> in[0].div(in[1]);
            case Flatten -> in[0].flatten(op.whole("axis"), -1);
            case Gemm -> torch.linear(in[0], in[1], in.length > 2 ? new TensorOptional(in[2]) : new TensorOptional());
            case GlobalAveragePool -> torch.adaptive_avg_pool2d(in[0], 1, 1);
            case Max -> torch.maximum(in[0], in[1]);
            case MaxPool ->
                torch.max_pool2d(in[0], op.wholes("kernel_shape"), op.wholes("strides"), op.padding(), ONE, false);
            case ReduceL2 ->
                torch.norm(in[0], new org.bytedeco.pytorch.ScalarOptional(new Scalar(2.0)), op.wholes("axes"), true);
            case Relu -> torch.relu(in[0]);
            case Sub -> in[0].sub(in[1]);
            case Transpose -> in[0].permute(op.wholes("perm")).contiguous();
        };
    }

    @Override
    public void close() {
        normalization.close();
        graph.close();
    }
}
