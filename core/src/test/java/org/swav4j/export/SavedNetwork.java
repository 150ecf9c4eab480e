package org.swav4j.export;

import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.Checkpoint;
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

/** Small networks as checkpoints, with running statistics other than those of the start. */
final class SavedNetwork {
    private SavedNetwork() {}

    /** With a projection head of D = 8. */
    static Checkpoint save(Path root, EncoderInfo info, int hidden, List<Integer> prototypes) {
        RandomState.seed(5);
        ModelConfig config =
                new ModelConfig(Architecture.parse(info.arch()), Stem.parse(info.stem()), hidden, 8, prototypes);
        try (PointerScope scope = new PointerScope();
                Swav model = new Swav(config, Placement.CPU, new Alone())) {
            int size = info.imageSize();
            model.project(
                    model.trunk(List.of(Tensors.pixels(1, 8, size, size, 3)), Pass.TRAINING, Precision.FP32),
                    Pass.TRAINING,
                    Precision.FP32);
            return save(root, info, model.state());
        }
    }

    /** Of these tensors. */
    static Checkpoint save(Path root, EncoderInfo info, StateDict state) {
        try (StateDict optimizer = new StateDict()) {
            return Checkpoint.open(new CheckpointDirectory(root, 3)
                    .save(
                            new Contents(
                                    new Progress(9, 1, 0, 9, "", ""), info, state, optimizer, null, "arch: tiny\n"),
                            "0.1.0"));
        }
    }
}
