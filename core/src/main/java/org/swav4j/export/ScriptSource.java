package org.swav4j.export;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.swav4j.tensor.StateDict;

/** The program of a TorchScript file: a class for each module, and the graph's operations as the whole's {@code forward}. */
final class ScriptSource {
    /** The file that holds the classes, and with dots the module that they belong to. */
    static final String MODULE = "__torch__.swav4j";

    private static final int FLOAT32 = 6;

    private final Graph graph;
    private final StateDict weights;
    private final Map<String, String> variables = new HashMap<>();
    private final StringBuilder source = new StringBuilder();

    private ScriptSource(Graph graph, StateDict weights) {
        this.graph = graph;
        this.weights = weights;
    }

    /**
     * @param weights those of the graph that are tensors of the program's modules; the others are written as numbers
     * @param tree the same as modules
     */
    static String of(Graph graph, StateDict weights, ScriptTree tree) {
        ScriptSource source = new ScriptSource(graph, weights);
        tree.forEachBelow((name, module) -> source.type(module));
        source.type(tree);
        source.forward();
        return source.source.toString();
    }

    private void type(ScriptTree module) {
        line(0, "class " + module.type() + "(Module):");
        line(1, "__parameters__ = " + names(module, true));
        line(1, "__buffers__ = " + names(module, false));
        module.weights().keySet().forEach(name -> line(1, attribute(name) + "Tensor"));
        line(1, attribute("training") + "bool");
        module.children().forEach((name, child) -> line(1, attribute(name) + MODULE + "." + child.type()));
    }

    /** Names that are numbers cannot stand before a colon. */
    private static String attribute(String name) {
        return Character.isDigit(name.charAt(0)) ? "__annotations__[\"" + name + "\"] = " : name + " : ";
    }

    private static String names(ScriptTree module, boolean parameters) {
        return module.weights().keySet().stream()
                .filter(name -> parameters == isParameter(name))
                .map(name -> "\"" + name + "\", ")
                .collect(Collectors.joining("", "[", "]"));
    }

    private static boolean isParameter(String name) {
        return name.equals("weight") || name.equals("bias");
    }

    private void forward() {
        List<String> outputs = List.copyOf(graph.outputs().keySet());
        String type = outputs.size() == 1
                ? "Tensor"
                : "Tuple[" + outputs.stream().map(o -> "Tensor").collect(Collectors.joining(", ")) + "]";
        String input = graph.input().name();
        line(1, "def forward(self: " + MODULE + ".Encoder, " + input + ": Tensor) -> " + type + ":");
        variables.put(input, input);
        for (Op op : graph.ops()) {
            String variable = "_" + variables.size();
            line(2, variable + " = " + expression(op));
            variables.put(op.output(), variable);
        }
        String result = outputs.stream().map(variables::get).collect(Collectors.joining(", "));
        line(2, "return " + (outputs.size() == 1 ? result : "(" + result + ")"));
    }

    private void line(int depth, String text) {
        source.append("  ".repeat(depth)).append(text).append('\n');
    }

    private String expression(Op op) {
        String[] in = op.inputs().stream().map(this::value).toArray(String[]::new);
        String bias = in.length > 2 ? in[2] : "None";
        return switch (op.type()) {
            case Add -> call("add", in[0], in[1]);
            case BatchNormalization ->
                call("batch_norm", in[0], in[1], in[2], in[3], in[4], "False", "0.0", "" + op.epsilon(), "True");
            case Cast -> call("to", in[0], "" + FLOAT32);
            case Conv ->
                call("conv2d", in[0], in[1], bias, list(op.wholes("strides")), list(op.padding()), "[1, 1]", "1");
            case Div -> call("div", in[0], in[1]);
            case Flatten -> call("flatten", in[0], "" + op.whole("axis"));
            case Gemm -> call("linear", in[0], in[1], bias);
            case GlobalAveragePool -> call("adaptive_avg_pool2d", in[0], "[1, 1]");
            case Max -> call("clamp_min", in[0], in[1]);
            case MaxPool ->
                call(
                        "max_pool2d",
                        in[0],
                        list(op.wholes("kernel_shape")),
                        list(op.wholes("strides")),
                        list(op.padding()),
                        "[1, 1]",
                        "False");
            case ReduceL2 -> call("norm", in[0], "2", list(op.wholes("axes")), "True");
            case Relu -> call("relu", in[0]);
            case Sub -> call("sub", in[0], in[1]);
            case Transpose -> "torch.contiguous(" + call("permute", in[0], list(op.wholes("perm"))) + ")";
        };
    }

    private static String list(long[] values) {
        return Arrays.toString(values);
    }

    private static String call(String function, String... arguments) {
        return "torch." + function + "(" + String.join(", ", arguments) + ")";
    }

    private String value(String name) {
        if (!graph.weights().contains(name)) {
            return variables.get(name);
        }
        if (!weights.contains(name)) {
            return Float.toString(graph.weights().get(name).item_float());
        }
        String value = "self";
        for (String part : name.split("\\.")) {
            value = Character.isDigit(part.charAt(0)) ? "getattr(" + value + ", \"" + part + "\")" : value + "." + part;
        }
        return value;
    }
}
