package org.swav4j.classify;

import java.util.List;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.augment.MultiCrop;

/**
 * How a classifier is trained: stochastic gradient descent with momentum 0.9 on random resized crops, mirrored half the time.
 *
 * @param trunkLr learning rate of the encoder
 * @param headLr learning rate of the linear classifier
 * @param weightDecay of every parameter
 * @param batch images of a step; fewer where there are fewer images
 * @param epochs passes over the images
 * @param leastSteps few images are passed over more often, until this many steps are done; 0 for no such limit
 * @param decay how both learning rates fall
 * @param minScale least share of an image's area that a crop covers
 * @param jitter strength of brightness, contrast and saturation changes, of hue a quarter; 0 for none
 */
public record Recipe(
        double trunkLr,
        double headLr,
        double weightDecay,
        int batch,
        int epochs,
        int leastSteps,
        Decay decay,
        double minScale,
        double jitter) {
    /** Of both optimisers. */
    static final double MOMENTUM = 0.9;

    private static final double FLIP = 0.5;
    private static final double JITTERED = 0.8;

    /** Refuses values out of range. */
    public Recipe {
        above("the trunk's learning rate", trunkLr);
        above("the head's learning rate", headLr);
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException("weight decay must be 0 or more, not " + weightDecay);
        }
        if (batch < 2) {
            throw new IllegalArgumentException("the batch must be at least 2, for batch norm, not " + batch);
        }
        if (epochs < 1 || leastSteps < 0) {
            throw new IllegalArgumentException(
                    "epochs must be at least 1 and least steps 0 or more: " + epochs + ", " + leastSteps);
        }
        if (!(minScale > 0 && minScale <= 1) || !(jitter >= 0 && jitter <= 2)) {
            throw new IllegalArgumentException(
                    "the crops' least area must be above 0 and at most 1, and jitter from 0 to" + " 2: " + minScale
                            + ", " + jitter);
        }
    }

    private static void above(String what, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(what + " must be above 0, not " + value);
        }
    }

    /** The same with other learning rates. */
    public Recipe withRates(double newTrunkLr, double newHeadLr) {
        return new Recipe(newTrunkLr, newHeadLr, weightDecay, batch, epochs, leastSteps, decay, minScale, jitter);
    }

    /** The same of other length. */
    public Recipe withLength(int newBatch, int newEpochs, int newLeastSteps) {
        return new Recipe(trunkLr, headLr, weightDecay, newBatch, newEpochs, newLeastSteps, decay, minScale, jitter);
    }

    /** The same with another decay of the learning rates. */
    public Recipe withDecay(Decay other) {
        return new Recipe(trunkLr, headLr, weightDecay, batch, epochs, leastSteps, other, minScale, jitter);
    }

    /** The same with another decay of the weights. */
    public Recipe withWeightDecay(double other) {
        return new Recipe(trunkLr, headLr, other, batch, epochs, leastSteps, decay, minScale, jitter);
    }

    /** The same with other changes of the images. */
    public Recipe withAugmentation(double newMinScale, double newJitter) {
        return new Recipe(trunkLr, headLr, weightDecay, batch, epochs, leastSteps, decay, newMinScale, newJitter);
    }

    /** Images of a step where there are so many. */
    public int batchOf(int images) {
        return Math.min(batch, images);
    }

    /** Steps of a pass over so many images, at least one; what does not fill a batch waits for the next pass. */
    public int stepsPerEpoch(int images) {
        return images / batchOf(images);
    }

    /** Passes over so many images: as many as asked for, or more until there are enough steps. */
    public int epochsOf(int images) {
        int perEpoch = stepsPerEpoch(images);
        return Math.max(epochs, (leastSteps + perEpoch - 1) / perEpoch);
    }

    /** Steps of the whole training. */
    public long steps(int images) {
        return (long) epochsOf(images) * stepsPerEpoch(images);
    }

    /** One crop of each image. */
    MultiCrop crops(int imageSize) {
        Augmentation augmentation = new Augmentation(
                FLIP,
                jitter > 0 ? JITTERED : 0,
                jitter,
                jitter,
                jitter,
                jitter / 4,
                0,
                0,
                0.1,
                2,
                Augmentation.Fidelity.FAST);
        return new MultiCrop(List.of(new CropSpec(1, imageSize, minScale, 1)), augmentation);
    }
}
