package org.swav4j.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.swav4j.augment.CropSpec;
import org.swav4j.bench.CountedRanks.Count;
import org.swav4j.comm.Alone;
import org.swav4j.comm.GradientCompression;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.Swav;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.optim.LearningRate;
import org.swav4j.profile.Phase;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.StateDict;
import org.swav4j.train.FeatureObserver;
import org.swav4j.train.PretrainConfig;
import org.swav4j.train.Pretrainer;
import org.swav4j.train.StepObserver;
import org.swav4j.train.TrainingState;

/**
 * What a rank hands over in one training step: for {@link Phase#FORWARD} and {@link Phase#BACKWARD} batch norm's statistics, for
 * {@link Phase#CODES} Sinkhorn's sums, for {@link Phase#LOSS} the loss, and the gradients.
 */
final class StepTraffic {
    private static final String RUNNING_MEAN = "running_mean";
    private static final String HEAD = "projection_head.";
    /** As {@code comm.GradientAveraging} has it. */
    private static final long BUCKET_BYTES = 25L << 20;

    static final List<Phase> KINDS = List.of(Phase.FORWARD, Phase.CODES, Phase.LOSS, Phase.BACKWARD, Phase.GRADIENTS);

    private StepTraffic() {}

    /** Counted in a real step, the first, on two images of random pixels; images are few since none of it depends on them. */
    static Map<Phase, Count> counted(PretrainConfig config, int world, GradientCompression compression) {
        CountedRanks ranks = new CountedRanks(world);
        int images = 2;
        try (PointerScope scope = new PointerScope();
                StateDict kept = new StateDict();
                TrainingState state = new TrainingState(config.model(), config.optimizer(), Placement.CPU, ranks);
                Pretrainer trainer = new Pretrainer(
                        state,
                        config.method(),
                        new LearningRate(config.schedule(), config.epochs(), 1),
                        Precision.FP32,
                        Keeping.ALL,
                        ranks,
                        compression,
                        FeatureObserver.NONE,
                        ranks)) {
            ranks.forget();
            trainer.step(
                    List.of(new MicroBatch(ReadyCrops.of(config.crops(), images, kept), images)), StepObserver.NONE);
        }
        Map<Phase, Count> counts = new EnumMap<>(Phase.class);
        KINDS.forEach(kind -> counts.put(kind, ranks.count(kind)));
        return counts;
    }

    /**
     * The same from the network's shape. A batch norm of C channels sends 2C + 1 float64 forward (count, sums and squares) and 2C
     * float32 backward, the trunk's for every resolution; Sinkhorn for every assigned crop one float64, the largest score, and in
     * every iteration K of them; the loss is one float32.
     */
    static Map<Phase, Count> reckoned(PretrainConfig config, GradientCompression compression) {
        Map<Phase, Count> counts = new EnumMap<>(Phase.class);
        int resolutions =
                (int) config.crops().stream().map(CropSpec::size).distinct().count();
        long[] forward = new long[2];
        long[] backward = new long[2];
        long[] gradients = new long[3];
        try (PointerScope scope = new PointerScope();
                Swav model = new Swav(config.model(), Placement.CPU, new Alone())) {
            model.state().forEach((name, tensor) -> {
                if (name.endsWith(RUNNING_MEAN)) {
                    int passes = name.startsWith(HEAD) ? 1 : resolutions;
                    forward[0] += passes;
                    forward[1] += passes * (2 * tensor.numel() + 1) * Double.BYTES;
                    backward[0] += passes;
                    backward[1] += passes * 2 * tensor.numel() * Float.BYTES;
                }
            });
            List<String> names = new ArrayList<>(model.parameters().names());
            Collections.reverse(names);
            for (String name : names) {
                long bytes = model.parameters().get(name).numel() * Float.BYTES;
                if (gradients[2] > 0 && gradients[2] + bytes > BUCKET_BYTES) {
                    gradients[0]++;
                    gradients[2] = 0;
                }
                gradients[2] += bytes;
                gradients[1] += bytes;
            }
        }
        long sums = 0;
        for (int prototypes : config.model().prototypes()) {
            sums += Double.BYTES * (1L + (long) config.method().sinkhornIterations() * prototypes);
        }
        int crops = config.method().cropsForAssign().size();
        long codes = (long) crops
                * config.model().prototypes().size()
                * (1 + config.method().sinkhornIterations());
        counts.put(Phase.FORWARD, new Count(forward[0], forward[1]));
        counts.put(Phase.BACKWARD, new Count(backward[0], backward[1]));
        counts.put(Phase.CODES, new Count(codes, crops * sums));
        counts.put(Phase.LOSS, new Count(1, Float.BYTES));
        counts.put(
                Phase.GRADIENTS,
                new Count(gradients[0] + 1, compression == GradientCompression.NONE ? gradients[1] : gradients[1] / 2));
        return counts;
    }
}
