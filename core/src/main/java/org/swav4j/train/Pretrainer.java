package org.swav4j.train;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.swav4j.comm.Collective;
import org.swav4j.comm.GradientAveraging;
import org.swav4j.comm.GradientCompression;
import org.swav4j.method.FeatureQueue;
import org.swav4j.method.MicroBatch;
import org.swav4j.method.Sinkhorn;
import org.swav4j.method.SwappedPrediction;
import org.swav4j.method.Swav;
import org.swav4j.method.SwavConfig;
import org.swav4j.method.TrunkPass;
import org.swav4j.nn.Pass;
import org.swav4j.nn.ProjectionHead;
import org.swav4j.nn.Prototypes;
import org.swav4j.optim.LearningRate;
import org.swav4j.profile.Phase;
import org.swav4j.profile.Phases;
import org.swav4j.tensor.Precision;

/** One training step of SwAV (paper, algorithm 1). */
public final class Pretrainer implements AutoCloseable {
    private final TrainingState state;
    private final SwavConfig config;
    private final LearningRate schedule;
    private final Precision precision;
    private final TrunkPass.Keeping keeping;
    private final Sinkhorn sinkhorn;
    private final SwappedPrediction prediction;
    private final Collective collective;
    private final GradientAveraging gradients;
    private final FeatureObserver features;
    private final LossReading losses;
    private final Phases phases;

    /**
     * @param state what the steps change; stays owned by the caller
     * @param keeping what of the trunk's activations is kept for the backward pass
     */
    public Pretrainer(
            TrainingState state,
            SwavConfig config,
            LearningRate schedule,
            Precision precision,
            TrunkPass.Keeping keeping,
            Collective collective) {
        this(
                state,
                config,
                schedule,
                precision,
                keeping,
                collective,
                GradientCompression.NONE,
                FeatureObserver.NONE,
                Phases.NONE);
    }

    /**
     * The same, and shows the features and says what it is at.
     *
     * @param compression of gradients on their way between ranks
     * @param features shown those of every step
     * @param phases told within {@link #step}
     */
    public Pretrainer(
            TrainingState state,
            SwavConfig config,
            LearningRate schedule,
            Precision precision,
            TrunkPass.Keeping keeping,
            Collective collective,
            GradientCompression compression,
            FeatureObserver features,
            Phases phases) {
        this.state = state;
        this.config = config;
        this.schedule = schedule;
        this.precision = precision;
        this.keeping = keeping;
        this.sinkhorn = new Sinkhorn(config.epsilon(), config.sinkhornIterations(), collective);
        this.prediction = new SwappedPrediction(config.temperature(), config.cropsForAssign());
        this.collective = collective;
        this.gradients = new GradientAveraging(collective, state.model().parameters(), compression);
        this.features = features;
        this.losses = LossReading.on(state.model().device(), state.losses());
        this.phases = phases;
    }

    /**
     * Trains on one batch.
     *
     * @param batches the micro-batches, of one size, that make up the batch of this rank
     * @return the loss before the update, of the whole batch; on a GPU, which the host does not wait for, the loss of the step before, except in
     *     the first step and where there is an observer
     * @throws DivergedException if that loss or the gradients are not finite, or the loss leaps; on the CPU no weight was
     *     updated then; batch norm's running statistics and the queue have seen the batch
     */
    public double step(List<MicroBatch> batches, StepObserver observer) {
        Swav model = state.model();
        double learningRate = schedule.at(state.step());
        int batch = batches.stream().mapToInt(MicroBatch::size).sum();
        try (PointerScope scope = new PointerScope()) {
            phases.now(Phase.FORWARD);
            model.prototypes().normalize();
            state.optimizer().zeroGradients();
            TrunkPass trunk = new TrunkPass(model, batches, precision, keeping);
            Swav.Output output = model.project(trunk.features(), Pass.TRAINING, precision);
            phases.now(Phase.CODES);
            List<List<Tensor>> codes = codes(output, batch);
            phases.now(Phase.LOSS);
            Tensor loss = loss(output, codes);

            phases.now(Phase.BACKWARD);
            boolean frozen = state.step() < config.freezePrototypes();
            gradients.begin(name -> additions(name, frozen, batches.size()));
            loss.backward();
            trunk.backward();
            phases.now(Phase.GRADIENTS);
            if (frozen) {
                model.prototypes().dropGradients();
            }
            gradients.finish();
            losses.take(meanOverRanks(loss), model.parameters(), state.step(), learningRate);
            phases.now(Phase.OTHER);
            observer.observe(output, codes, loss);
            features.observe(trunk.features());
            phases.now(Phase.OPTIMISER);
            state.optimizer().step(learningRate);
            state.setStep(state.step() + 1);
            return observer == StepObserver.NONE ? losses.newest() : losses.last();
        }
    }

    /**
     * The loss of the last step; waits for a GPU.
     *
     * @throws DivergedException if the training has diverged
     */
    public double lastLoss() {
        return losses.last();
    }

    /** Forgets the losses of steps that the state has gone back to before. */
    void goneBack() {
        losses.forget();
    }

    /** Euclidean norm over all gradients of the last step that had an observer; on the CPU of the last step. */
    public double gradientNorm() {
        return losses.gradientNorm();
    }

    @Override
    public void close() {
        gradients.close();
        losses.close();
    }

    /** How often a step's backward passes add to a parameter's gradient: the trunk's once in every micro-batch. */
    private static int additions(String parameter, boolean frozen, int batches) {
        if (Prototypes.owns(parameter)) {
            return frozen ? 0 : 1;
        }
        return ProjectionHead.owns(parameter) ? 1 : batches;
    }

    /** Ranks have equal shares of the batch. */
    private Tensor meanOverRanks(Tensor loss) {
        if (collective.world() == 1) {
            return loss;
        }
        Tensor mean = loss.detach().div(new Scalar((double) collective.world()));
        collective.sum(mean);
        return mean;
    }

    /** Per prototype head, the codes of each assigned crop; the crops' embeddings enter the queue. */
    private List<List<Tensor>> codes(Swav.Output output, int batch) {
        List<Tensor> prototypes = state.model().prototypes().heads();
        FeatureQueue queue = state.queue();
        List<List<Tensor>> codes = new ArrayList<>();
        for (int head = 0; head < prototypes.size(); head++) {
            codes.add(new ArrayList<>());
        }
        for (int i = 0; i < config.cropsForAssign().size(); i++) {
            long first = (long) config.cropsForAssign().get(i) * batch;
            for (int head = 0; head < prototypes.size(); head++) {
                Tensor scores = output.scores().get(head).detach().narrow(0, first, batch);
                if (queue != null) {
                    scores = queue.withPast(i, prototypes.get(head), scores);
                }
                Tensor all = sinkhorn.codes(scores);
                codes.get(head).add(all.narrow(0, all.size(0) - batch, batch));
            }
            if (queue != null) {
                queue.push(i, output.embeddings().narrow(0, first, batch));
            }
        }
        return codes;
    }

    /** Mean over the prototype heads. */
    private Tensor loss(Swav.Output output, List<List<Tensor>> codes) {
        Tensor loss = prediction.loss(output.scores().get(0), codes.get(0));
        for (int head = 1; head < codes.size(); head++) {
            loss = loss.add(prediction.loss(output.scores().get(head), codes.get(head)));
        }
        return codes.size() == 1 ? loss : loss.div(new Scalar((double) codes.size()));
    }
}
