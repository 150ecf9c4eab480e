package org.swav4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.swav4j.Tensors;
import org.swav4j.comm.Alone;
import org.swav4j.comm.Collective;
import org.swav4j.method.FeatureQueue;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.Swav;
import org.swav4j.method.SwavConfig;
import org.swav4j.method.TrunkPass.Keeping;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.Stem;
import org.swav4j.optim.LearningRate;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.optim.ScheduleConfig;
import org.swav4j.tensor.ComputeDevice;
import org.swav4j.tensor.Precision;
import org.swav4j.tensor.RandomState;
import org.swav4j.tensor.StateDict;

/**
 * Some steps of a training on made-up pixels, by one rank or several that share every batch as an epoch's order shares it: of N
 * ranks, rank r has every N-th sample from the r-th on.
 *
 * @param steps how many
 * @param batch images over all ranks
 * @param parts micro-batches
 * @param queue length of the queue over all ranks; 0 for none
 * @param frozen steps in which the prototypes are not trained
 * @param optimizer which
 * @param threads libtorch's on each rank
 * @param type of parameters, and so of all arithmetic
 */
record SharedTraining(
        int steps,
        int batch,
        int parts,
        int queue,
        int frozen,
        OptimizerConfig.Kind optimizer,
        List<Integer> threads,
        ScalarType type) {
    private static final ModelConfig MODEL =
            new ModelConfig(Architecture.parse("resnet10w0.25"), Stem.SMALL_STRIDE2, 32, 16, List.of(12));
    private static final int LARGE = 32;
    private static final int SMALL = 16;

    /** What a rank saw and was left with. The last step's rows and gradients are those before its update. */
    record Outcome(List<Double> losses, StateDict codes, StateDict gradients, StateDict state, StateDict queue)
            implements AutoCloseable {
        Outcome() {
            this(new ArrayList<>(), new StateDict(), new StateDict(), new StateDict(), new StateDict());
        }

        @Override
        public void close() {
            codes.close();
            gradients.close();
            state.close();
            queue.close();
        }
    }

    /** The same in another type. */
    SharedTraining with(ScalarType other) {
        return new SharedTraining(steps, batch, parts, queue, frozen, optimizer, threads, other);
    }

    /** Fresh weights, the same for a seed; the caller closes them. */
    StateDict weights(long seed) {
        RandomState.seed(seed);
        try (PointerScope scope = new PointerScope();
                Swav fresh = new Swav(MODEL, placement(), new Alone())) {
            return Tensors.copy(fresh.state());
        }
    }

    private Placement placement() {
        return new Placement(ComputeDevice.CPU, Placement.CPU.layout(), type);
    }

    /** This rank's part. Collective: every rank must call. */
    Outcome on(Collective collective, StateDict weights) {
        return on(collective, weights, false);
    }

    /** @param reversed whether the samples stand the other way round in every batch, which is the same batch */
    Outcome on(Collective collective, StateDict weights, boolean reversed) {
        torch.get_num_threads();
        torch.set_num_threads(threads.get(collective.rank() % threads.size()));
        int share = batch / collective.world();
        SwavConfig method = new SwavConfig(0.05, 3, 0.1, List.of(0, 1), queue, 0, frozen);
        OptimizerConfig config = new OptimizerConfig(optimizer, 1e-6, 0.9, 0.001, false);
        ScheduleConfig schedule = optimizer == OptimizerConfig.Kind.LARC
                ? new ScheduleConfig(0.1, 0.01, 0, 0)
                : new ScheduleConfig(1e-3, 1e-4, 0, 0);
        Outcome outcome = new Outcome();
        try (PointerScope scope = new PointerScope();
                TrainingState state = new TrainingState(MODEL, config, placement(), collective);
                Pretrainer trainer = new Pretrainer(
                        state, method, new LearningRate(schedule, 1, steps), Precision.FP32, Keeping.ALL, collective)) {
            state.model().state().copyFrom(weights, "weights");
            if (queue > 0) {
                state.startQueue(2, FeatureQueue.lengthPerRank(queue, share, collective));
            }
            for (int step = 0; step < steps; step++) {
                boolean last = step == steps - 1;
                try (PointerScope inner = new PointerScope()) {
                    outcome.losses.add(trainer.step(batches(step, collective, reversed), (output, codes, loss) -> {
                        if (last) {
                            keep(outcome, codes, state);
                        }
                    }));
                }
            }
            state.model()
                    .state()
                    .forEach((name, t) -> outcome.state.add(name, t.detach().clone()));
            if (queue > 0) {
                try (StateDict whole = state.wholeQueue()) {
                    outcome.queue.add("queue", whole.get("queue").clone());
                }
            }
        }
        return outcome;
    }

    private static void keep(Outcome outcome, List<List<Tensor>> codes, TrainingState state) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            for (int crop = 0; crop < 2; crop++) {
                outcome.codes.add("crop" + crop, codes.get(0).get(crop).clone());
            }
            state.model().parameters().forEach((name, parameter) -> {
                if (parameter.grad().defined()) {
                    outcome.gradients.add(name, parameter.grad().clone());
                }
            });
        }
    }

    private List<MicroBatch> batches(int step, Collective collective, boolean reversed) {
        Tensor large = Tensors.pixels(1000 + step, 2L * batch, LARGE, LARGE, 3);
        Tensor small = Tensors.pixels(2000 + step, 3L * batch, SMALL, SMALL, 3);
        int together = batch / parts;
        List<MicroBatch> batches = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            int first = part * together;
            long[] rows = IntStream.range(0, together)
                    .filter(i -> i % collective.world() == collective.rank())
                    .mapToLong(i -> first + (reversed ? together - 1 - i : i))
                    .toArray();
            batches.add(new MicroBatch(List.of(rows(large, 2, rows), rows(small, 3, rows)), rows.length));
        }
        return batches;
    }

    /** The given samples of every crop, still crop-major. */
    private Tensor rows(Tensor crops, int count, long[] samples) {
        Tensor chosen = Tensor.create(samples);
        TensorVector each = new TensorVector(count);
        for (int crop = 0; crop < count; crop++) {
            each.put(crop, crops.narrow(0, (long) crop * batch, batch).index_select(0, chosen));
        }
        return torch.cat(each, 0);
    }

    /** The ranks' codes in the order that one rank has them in. */
    Tensor joined(List<Outcome> ranks, String crop) {
        TensorVector all = new TensorVector(ranks.size());
        for (int rank = 0; rank < ranks.size(); rank++) {
            Tensor own = ranks.get(rank).codes.get(crop);
            all.put(rank, own.view(parts, -1, own.size(1)));
        }
        // [parts, rows, world, K]
        return torch.stack(all, 2).flatten(0, 2);
    }

    /**
     * How much what several ranks were left with differs from what one was: of losses and codes the largest difference; of
     * gradients, batch norm's statistics and the queue the norm of the difference over that of the values; of weights over the
     * distance that they were moved.
     *
     * @param reversed whether the others saw their samples the other way round
     */
    TreeMap<String, Double> differences(StateDict weights, Outcome one, List<Outcome> ranks, boolean reversed) {
        TreeMap<String, Double> found = new TreeMap<>();
        Outcome rank = ranks.get(0);
        for (int step = 0; step < steps; step++) {
            double off = Math.abs(rank.losses.get(step) - one.losses.get(step));
            found.merge(step == 0 ? "first loss" : "loss", off, Math::max);
        }
        try (PointerScope scope = new PointerScope()) {
            for (String crop : one.codes.names()) {
                Tensor codes = joined(ranks, crop);
                Tensor inOrder =
                        reversed ? codes.unflatten(0, parts, -1).flip(1).flatten(0, 1) : codes;
                found.merge("codes", largest(inOrder.sub(one.codes.get(crop))), Math::max);
            }
            List<String> trained =
                    rank.gradients.names().stream().filter(n -> !isFree(n)).toList();
            List<String> statistics = one.state.names().stream()
                    .filter(n -> n.contains("running_") && !isFree(n))
                    .toList();
            found.put("gradients", distance(rank.gradients, one.gradients, trained) / norm(one.gradients, trained));
            found.put("weights", distance(rank.state, one.state, trained) / distance(one.state, weights, trained));
            found.put("batch norm", distance(rank.state, one.state, statistics) / norm(one.state, statistics));
            if (queue > 0 && !reversed) {
                List<String> name = List.of("queue");
                found.put("queue", distance(rank.queue, one.queue, name) / norm(one.queue, name));
            }
        }
        return found;
    }

    private static double largest(Tensor difference) {
        return difference.abs().max().item_double();
    }

    private static double distance(StateDict a, StateDict b, List<String> names) {
        double squares = 0;
        for (String name : names) {
            Tensor off = a.get(name).to(ScalarType.Double).sub(b.get(name).to(ScalarType.Double));
            squares += off.square().sum().item_double();
        }
        return Math.sqrt(squares);
    }

    private static double norm(StateDict tensors, List<String> names) {
        double squares = 0;
        for (String name : names) {
            squares += tensors.get(name).to(ScalarType.Double).square().sum().item_double();
        }
        return Math.sqrt(squares);
    }

    /** Batch norm takes this bias out again, so that its true gradient is zero: rounding alone moves it, and the mean behind it. */
    private static boolean isFree(String name) {
        return name.equals("projection_head.0.bias") || name.equals("projection_head.1.running_mean");
    }
}
