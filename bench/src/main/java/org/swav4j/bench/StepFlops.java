package org.swav4j.bench;

import java.util.List;
import org.swav4j.augment.CropSpec;
import org.swav4j.method.ModelConfig;
import org.swav4j.nn.FlopCount;
import org.swav4j.train.PretrainConfig;

/**
 * Floating-point operations of one training step, see {@link FlopCount}.
 *
 * @param trunk forward and backward, all crops
 * @param head forward and backward
 * @param scores forward and backward
 * @param codes of the assigned crops, queue included: its scores, and Sinkhorn
 */
record StepFlops(double trunk, double head, double scores, double codes) {

    /** Of a batch, with so many past embeddings per assigned crop. */
    static StepFlops of(PretrainConfig config, int queueRows) {
        ModelConfig model = config.model();
        FlopCount count = new FlopCount(model.arch(), model.stem());
        int batch = config.batchSize();
        double trunk = 0;
        for (CropSpec crop : config.crops()) {
            trunk += (double) batch * crop.count() * count.trunkTraining(crop.size());
        }
        List<Integer> prototypes = model.prototypes();
        int iterations = config.method().sinkhornIterations();
        double codes = (double) FlopCount.scores(queueRows, model.dim(), prototypes)
                + FlopCount.codes((long) queueRows + batch, iterations, prototypes);
        double rows = (double) batch * config.views();
        return new StepFlops(
                trunk,
                rows * count.headTraining(model.hidden(), model.dim()),
                rows * FlopCount.scoresTraining(model.dim(), prototypes),
                config.method().cropsForAssign().size() * codes);
    }

    /** What a step's speed is reckoned by: the network, without the codes. */
    double model() {
        return trunk + head + scores;
    }
}
