package org.swav4j.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.swav4j.augment.EvalTransform;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.comm.ProcessGroup;
import org.swav4j.comm.RankEnvironment;
import org.swav4j.data.Quarantine;
import org.swav4j.eval.Knn;
import org.swav4j.eval.KnnProtocol;
import org.swav4j.eval.LabelledMemory;
import org.swav4j.loader.MemoryImages;
import org.swav4j.method.Swav;
import org.swav4j.tensor.Precision;

/**
 * One process of a tiny training: run directory, port, rank, world, settings, the step to stop after or 0, and the checkpoint to go
 * on from or nothing. Of the 41 images one cannot be read.
 */
public final class RankProcess {
    private static final int IMAGES = 41;
    private static final Pattern BATCH = Pattern.compile("batch_size=(\\d+)");

    private RankProcess() {}

    public static void main(String[] arguments) {
        int rank = Integer.parseInt(arguments[2]);
        int world = Integer.parseInt(arguments[3]);
        long stop = Long.parseLong(arguments[5]);
        Checkpoint resume = arguments.length > 6 ? Checkpoint.open(Path.of(arguments[6])) : null;
        TinyTraining training = new TinyTraining(Path.of(arguments[0])).with(arguments[4]);
        if (stop > 0 && rank == world - 1) {
            // this rank is asked to stop, and all do; it is asked after every step, and once more at an epoch's end
            AtomicLong asked = new AtomicLong();
            Matcher batch = BATCH.matcher(arguments[4]);
            int stepsPerEpoch = IMAGES / (batch.find() ? Integer.parseInt(batch.group(1)) : 8);
            training.stopWhen(() -> asked.incrementAndGet() >= stop + (stop - 1) / stepsPerEpoch);
        }
        if (arguments[4].contains("knn_every")) {
            training.evaluated(RankProcess::top1);
        }
        if (world == 1) {
            print(training, training.on(new Alone()).run(new MemoryImages(IMAGES, Set.of(7)), resume));
            return;
        }
        RankEnvironment environment =
                new RankEnvironment("127.0.0.1", Integer.parseInt(arguments[1]), rank, world, rank, world);
        try (ProcessGroup group = ProcessGroup.join(environment, false, Duration.ofSeconds(60))) {
            print(training, training.on(group).run(new MemoryImages(IMAGES, Set.of(7)), resume));
        }
    }

    private static double top1(Swav model, Collective ranks) {
        int[] labels = IntStream.range(0, IMAGES).map(i -> i % 2).toArray();
        LabelledMemory labelled = new LabelledMemory(List.of("a", "b"), Set.of(7), labels);
        return new KnnProtocol(
                        labelled, labelled, EvalTransform.stretch(16), new Knn(3, 0.07), 1, new Quarantine("memory"))
                .evaluate(pixels -> model.features(pixels, Precision.FP32), ranks)
                .map(Knn.Result::top1)
                .orElse(Double.NaN);
    }

    private static void print(TinyTraining training, TrainingResult result) {
        training.steps().forEach(step -> System.out.println("step " + step.step() + " " + step.loss()));
        training.knn().forEach(top1 -> System.out.println("top-1 " + top1));
        System.out.println("interrupted " + result.interrupted());
    }
}
