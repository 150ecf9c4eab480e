package org.swav4j.method;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.swav4j.nn.Pass;
import org.swav4j.nn.ResNet.Segment;
import org.swav4j.tensor.Precision;

/**
 * A pass without a graph that keeps the inputs of the trunk's segments. Its backward pass goes from the last segment to the
 * first, runs each again, now with a graph, and takes the gradient through it (Chen et al. 2016, arXiv 1604.06174).
 *
 * <p>All resolutions go through a segment together, there and back. So they share a weight's bfloat16 copy, and their
 * gradients are added up in the same order and type as in one graph: the result is the same bit for bit.
 */
final class SegmentedTrace implements TrunkTrace {
    private final Swav model;
    private final Precision precision;
    /** Owns features and inputs. */
    private final PointerScope owner;
    /** Per segment, of each resolution. */
    private final List<List<Tensor>> inputs = new ArrayList<>();

    private final Tensor features;

    /** What is kept belongs to the scope that is open now. */
    SegmentedTrace(Swav model, List<Tensor> crops, Pass pass, Precision precision) {
        this.model = model;
        this.precision = precision;
        this.owner = PointerScope.getInnerScope();
        this.features = forward(model, crops, pass, precision, inputs::add);
    }

    /** Features alone; no backward pass can follow. */
    static Tensor features(Swav model, List<Tensor> crops, Pass pass, Precision precision) {
        PointerScope owner = PointerScope.getInnerScope();
        return forward(model, crops, pass, precision, inputs -> inputs.forEach(owner::detach));
    }

    /** @param used takes the inputs of a segment, which belong to the open scope, once it has run */
    private static Tensor forward(
            Swav model, List<Tensor> crops, Pass pass, Precision precision, Consumer<List<Tensor>> used) {
        try (NoGradGuard noGrad = new NoGradGuard();
                Precision.Region region = model.region(precision)) {
            List<Tensor> x = crops.stream().map(model::normalised).toList();
            for (Segment segment : model.segments()) {
                List<Tensor> y = run(segment, x, pass);
                used.accept(x);
                x = y;
            }
            return torch.cat(vector(x), 0);
        }
    }

    private static List<Tensor> run(Segment segment, List<Tensor> inputs, Pass pass) {
        PointerScope outer = PointerScope.getInnerScope();
        try (PointerScope scope = new PointerScope()) {
            // what an in-place operation returns owns nothing; what detach returns does
            List<Tensor> outputs =
                    inputs.stream().map(x -> segment.forward(x, pass).detach()).toList();
            outputs.forEach(outer::attach);
            return outputs;
        }
    }

    @Override
    public Tensor features() {
        return features;
    }

    @Override
    public void backward(Tensor gradient) {
        List<Segment> segments = model.segments();
        List<Tensor> gradients = new ArrayList<>();
        long row = 0;
        for (Tensor x : inputs.get(0)) {
            gradients.add(gradient.narrow(0, row, x.size(0)));
            row += x.size(0);
        }
        for (int i = inputs.size() - 1; i >= 0; i--) {
            List<Tensor> x = inputs.remove(i);
            List<Tensor> before = backward(segments.get(i), x, gradients, i > 0);
            x.forEach(owner::detach);
            gradients.forEach(PointerScope.getInnerScope()::detach);
            gradients = before;
        }
    }

    /**
     * Takes the gradients with respect to a segment's outputs through it.
     *
     * @param further whether something is trained before it
     * @return those with respect to its inputs; none if nothing is
     */
    private List<Tensor> backward(Segment segment, List<Tensor> inputs, List<Tensor> gradients, boolean further) {
        PointerScope outer = PointerScope.getInnerScope();
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> leaves = inputs.stream()
                    .map(x -> x.detach().set_requires_grad(further))
                    .toList();
            List<Tensor> outputs;
            try (Precision.Region region = model.region(precision)) {
                outputs = leaves.stream()
                        .map(x -> segment.forward(x, Pass.REPEATED))
                        .toList();
            }
            torch.backward(vector(outputs), vector(gradients), new BoolOptional(), false, new TensorVector());
            List<Tensor> before =
                    further ? leaves.stream().map(x -> x.grad().detach()).toList() : List.of();
            before.forEach(outer::attach);
            return before;
        }
    }

    private static TensorVector vector(List<Tensor> tensors) {
        return new TensorVector(tensors.toArray(Tensor[]::new));
    }
}
