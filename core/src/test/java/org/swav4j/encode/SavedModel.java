package org.swav4j.encode;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.CheckpointDirectory;
import org.swav4j.checkpoint.Contents;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.checkpoint.Progress;
import org.swav4j.comm.Alone;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.Swav;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Pass;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/** Runs with a checkpoint of a small network, whose batch norms have seen images. */
public final class SavedModel {
    /** What it is: features of 64 values, embeddings of 8. */
    public static final EncoderInfo INFO = new EncoderInfo("resnet18w0.125", "small", 16);

    private SavedModel() {}

    /** The network; its owner closes it. */
    public static Swav network(int hidden, List<Integer> prototypes) {
        RandomState.seed(3);
        ModelConfig config =
                new ModelConfig(Architecture.parse(INFO.arch()), Stem.parse(INFO.stem()), hidden, 8, prototypes);
        Swav model = new Swav(config, Placement.CPU, new Alone());
        try (PointerScope scope = new PointerScope()) {
            var features = model.trunk(List.of(Tensors.pixels(1, 8, 16, 16, 3)), Pass.TRAINING, Precision.FP32);
            model.project(features, Pass.TRAINING, Precision.FP32);
        }
        return model;
    }

    /** Saves it into a run. */
    public static Path save(Path run, Swav model) {
        return save(run, INFO, model.state());
    }

    /** Saves these tensors into a run; returns the checkpoint. */
    public static Path save(Path run, EncoderInfo info, StateDict state) {
        try (StateDict optimizer = new StateDict()) {
            return new CheckpointDirectory(run.resolve("checkpoints"), 3)
                    .save(
                            new Contents(new Progress(1, 0, 1, 1, "", ""), info, state, optimizer, null, "a: 1"),
                            "0.1.0");
        }
    }

    /** A run with a model of ten prototypes. */
    public static Path run(Path folder) {
        try (Swav model = network(16, List.of(10))) {
            save(folder, model);
        }
        return folder;
    }
}
