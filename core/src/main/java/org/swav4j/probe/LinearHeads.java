package org.swav4j.probe;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.eval.Predictions;
import org.swav4j.nn.ClassifierHead;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.Stage;
import org.swav4j.optim.Sgd;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/** The classifiers that a {@link LinearTraining} trains, one on each stage, and their optimizer. Owns both until closed. */
final class LinearHeads implements AutoCloseable {
    private final List<Stage> stages;
    private final int classes;
    private final ComputeDevice device;
    private final ModuleState modules;
    private final List<ClassifierHead> heads = new ArrayList<>();
    private final StateDict parameters;
    private final Sgd optimizer;

    /** Fresh ones, each drawn as if it were alone. Reseeds the process's default generator. */
    LinearHeads(LinearTraining.Task task) {
        this.stages = task.stages();
        this.classes = task.train().classNames().size();
        this.device = task.placement().device();
        this.modules = new ModuleState(task.placement());
        try (PointerScope scope = new PointerScope()) {
            for (int s = 0; s < stages.size(); s++) {
                RandomState.seed(task.seed());
                heads.add(new ClassifierHead(
                        modules.under(stages.get(s).toString()), task.features().get(s), classes));
            }
        }
        this.parameters = modules.parameters();
        this.optimizer = new Sgd(LinearRecipe.MOMENTUM, task.recipe().weightDecay(), parameters);
    }

    StateDict parameters() {
        return parameters;
    }

    Sgd optimizer() {
        return optimizer;
    }

    /**
     * One update of each.
     *
     * @return per stage the mean cross-entropy before
     */
    double[] step(StepFeatures seen, double learningRate) {
        optimizer.zeroGradients();
        Tensor labels = seen.labels().to(device.toTorch(), ScalarType.Long);
        double[] losses = new double[heads.size()];
        for (int s = 0; s < losses.length; s++) {
            Tensor features = seen.features().get(s).to(device.toTorch(), ScalarType.Float);
            Tensor loss = torch.cross_entropy_loss(heads.get(s).forward(features), labels);
            loss.backward();
            losses[s] = loss.item_double();
        }
        optimizer.step(learningRate);
        return losses;
    }

    /** What a stage's classifier now says of images. */
    Predictions predictions(Stage stage, FeatureRows rows, List<String> classNames) {
        int dimensions = rows.dimensions();
        double[] point = new double[classes * (dimensions + 1)];
        copy(stage + ".fc.weight", point, 0, classes * dimensions);
        copy(stage + ".fc.bias", point, classes * dimensions, classes);
        return new LinearClassifier(Standardization.none(dimensions), point, classes).predict(rows, classNames);
    }

    private void copy(String name, double[] to, int from, int count) {
        float[] values = new float[count];
        try (PointerScope scope = new PointerScope()) {
            new FloatPointer(parameters.get(name).detach().cpu().contiguous().data_ptr()).get(values);
        }
        for (int i = 0; i < count; i++) {
            to[from + i] = values[i];
        }
    }

    @Override
    public void close() {
        optimizer.close();
        parameters.close();
        modules.all().close();
    }
}
