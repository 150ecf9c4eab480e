package org.swav4j.train;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.comm.GradientCompression;
import org.swav4j.method.ModelConfig;
import org.swav4j.method.SwavConfig;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.Stem;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.optim.ScheduleConfig;
import org.swav4j.tensor.Precision;

/** The settings' values while a configuration is put together, with their types. */
final class Values {
    private final Map<Setting, Object> values = new EnumMap<>(Setting.class);

    /** The inverse of {@link #config}. */
    static Values of(PretrainConfig config) {
        Values values = new Values();
        values.putModel(config.model());
        values.put(Setting.CROPS, config.crops());
        values.putAugmentation(config.augmentation());
        values.putMethod(config.method());
        values.putOptimizer(config.optimizer());
        values.put(Setting.BASE_LR, config.schedule().baseLr());
        values.put(Setting.FINAL_LR, config.schedule().finalLr());
        values.put(Setting.WARMUP_EPOCHS, (long) config.schedule().warmupEpochs());
        values.put(Setting.START_WARMUP, config.schedule().startWarmup());
        values.put(Setting.EPOCHS, (long) config.epochs());
        values.put(Setting.MAX_STEPS, config.maxSteps());
        values.put(Setting.BATCH_SIZE, (long) config.batchSize());
        values.put(Setting.GRAD_ACCUM, (long) config.gradAccum());
        values.put(Setting.CHECKPOINT_ACTIVATIONS, config.checkpointActivations());
        values.put(Setting.PRECISION, config.precision());
        values.put(Setting.DEVICE, config.device());
        values.put(Setting.THREADS, (long) config.threads());
        values.put(Setting.WORKERS, (long) config.workers());
        values.put(Setting.SEED, config.seed());
        values.put(Setting.KNN_EVERY, (long) config.knnEvery());
        values.put(Setting.PROBE, config.probe());
        values.put(Setting.CACHE_MB, (long) config.cacheMb());
        values.put(Setting.AUGMENT_ON, config.augmentOn());
        values.put(Setting.CHECKPOINT_EVERY, config.safety().checkpointEvery());
        values.put(Setting.KEEP, (long) config.safety().keep());
        values.put(Setting.ON_DIVERGENCE, config.safety().onDivergence());
        values.put(Setting.SYNCBN_GROUP, (long) config.ranks().syncbnGroup());
        values.put(Setting.GRADIENT_COMPRESSION, config.ranks().compression());
        return values;
    }

    private void putModel(ModelConfig model) {
        put(Setting.ARCH, model.arch());
        put(Setting.STEM, model.stem());
        put(Setting.HIDDEN, (long) model.hidden());
        put(Setting.DIM, (long) model.dim());
        put(Setting.PROTOTYPES, model.prototypes());
    }

    private void putAugmentation(Augmentation augmentation) {
        put(Setting.FLIP, augmentation.flip());
        put(Setting.JITTER_PROBABILITY, augmentation.jitter());
        put(Setting.BRIGHTNESS, augmentation.brightness());
        put(Setting.CONTRAST, augmentation.contrast());
        put(Setting.SATURATION, augmentation.saturation());
        put(Setting.HUE, augmentation.hue());
        put(Setting.GRAYSCALE, augmentation.grayscale());
        put(Setting.BLUR, augmentation.blur());
        put(Setting.BLUR_SIGMA, new Span(augmentation.blurMin(), augmentation.blurMax()));
        put(Setting.AUGMENT, augmentation.fidelity());
    }

    private void putMethod(SwavConfig method) {
        put(Setting.EPSILON, method.epsilon());
        put(Setting.SINKHORN_ITERATIONS, (long) method.sinkhornIterations());
        put(Setting.TEMPERATURE, method.temperature());
        put(Setting.CROPS_FOR_ASSIGN, method.cropsForAssign());
        put(Setting.QUEUE_LENGTH, (long) method.queueLength());
        put(Setting.QUEUE_START_EPOCH, (long) method.queueStartEpoch());
        put(Setting.FREEZE_PROTOTYPES, method.freezePrototypes());
    }

    private void putOptimizer(OptimizerConfig optimizer) {
        put(Setting.OPTIMIZER, optimizer.kind());
        put(Setting.WEIGHT_DECAY, optimizer.weightDecay());
        put(Setting.MOMENTUM, optimizer.momentum());
        put(Setting.TRUST_COEFFICIENT, optimizer.trustCoefficient());
        put(Setting.EXCLUDE_BIAS_AND_NORM, optimizer.excludeBiasAndNorm());
    }

    void put(Setting setting, Object value) {
        values.put(setting, value);
    }

    boolean has(Setting setting) {
        return values.containsKey(setting);
    }

    /** The value as it would be given. */
    String format(Setting setting) {
        return SettingType.format(get(setting));
    }

    int whole(Setting setting) {
        return Math.toIntExact(longWhole(setting));
    }

    long longWhole(Setting setting) {
        return (Long) get(setting);
    }

    double real(Setting setting) {
        return (Double) get(setting);
    }

    String text(Setting setting) {
        return (String) get(setting);
    }

    boolean truth(Setting setting) {
        return (Boolean) get(setting);
    }

    Architecture arch() {
        return (Architecture) get(Setting.ARCH);
    }

    Stem stem() {
        return (Stem) get(Setting.STEM);
    }

    Precision precision() {
        return (Precision) get(Setting.PRECISION);
    }

    OptimizerConfig.Kind optimizer() {
        return (OptimizerConfig.Kind) get(Setting.OPTIMIZER);
    }

    List<CropSpec> crops() {
        return ((List<?>) get(Setting.CROPS)).stream().map(CropSpec.class::cast).toList();
    }

    List<Integer> wholes(Setting setting) {
        return ((List<?>) get(setting)).stream().map(Integer.class::cast).toList();
    }

    /** The settings that have no value yet. */
    List<Setting> missing() {
        return Arrays.stream(Setting.values()).filter(s -> !has(s)).toList();
    }

    /**
     * The configuration they add up to.
     *
     * @throws ConfigurationException if the values, each right alone, do not go together
     */
    PretrainConfig config() {
        Span blur = (Span) get(Setting.BLUR_SIGMA);
        return new PretrainConfig(
                new ModelConfig(arch(), stem(), whole(Setting.HIDDEN), whole(Setting.DIM), wholes(Setting.PROTOTYPES)),
                crops(),
                new Augmentation(
                        real(Setting.FLIP),
                        real(Setting.JITTER_PROBABILITY),
                        real(Setting.BRIGHTNESS),
                        real(Setting.CONTRAST),
                        real(Setting.SATURATION),
                        real(Setting.HUE),
                        real(Setting.GRAYSCALE),
                        real(Setting.BLUR),
                        blur.from(),
                        blur.to(),
                        (Augmentation.Fidelity) get(Setting.AUGMENT)),
                new SwavConfig(
                        real(Setting.EPSILON),
                        whole(Setting.SINKHORN_ITERATIONS),
                        real(Setting.TEMPERATURE),
                        wholes(Setting.CROPS_FOR_ASSIGN),
                        whole(Setting.QUEUE_LENGTH),
                        whole(Setting.QUEUE_START_EPOCH),
                        longWhole(Setting.FREEZE_PROTOTYPES)),
                new OptimizerConfig(
                        optimizer(),
                        real(Setting.WEIGHT_DECAY),
                        real(Setting.MOMENTUM),
                        real(Setting.TRUST_COEFFICIENT),
                        truth(Setting.EXCLUDE_BIAS_AND_NORM)),
                new ScheduleConfig(
                        real(Setting.BASE_LR),
                        real(Setting.FINAL_LR),
                        whole(Setting.WARMUP_EPOCHS),
                        real(Setting.START_WARMUP)),
                whole(Setting.EPOCHS),
                longWhole(Setting.MAX_STEPS),
                whole(Setting.BATCH_SIZE),
                whole(Setting.GRAD_ACCUM),
                truth(Setting.CHECKPOINT_ACTIVATIONS),
                precision(),
                text(Setting.DEVICE),
                whole(Setting.THREADS),
                whole(Setting.WORKERS),
                longWhole(Setting.SEED),
                whole(Setting.KNN_EVERY),
                truth(Setting.PROBE),
                whole(Setting.CACHE_MB),
                (AugmentOn) get(Setting.AUGMENT_ON),
                new SafetyConfig((CheckpointEvery) get(Setting.CHECKPOINT_EVERY), whole(Setting.KEEP), (OnDivergence)
                        get(Setting.ON_DIVERGENCE)),
                new RanksConfig(whole(Setting.SYNCBN_GROUP), (GradientCompression) get(Setting.GRADIENT_COMPRESSION)));
    }

    private Object get(Setting setting) {
        Object value = values.get(setting);
        if (value == null) {
            throw new IllegalStateException(setting.key() + " has no value yet");
        }
        return value;
    }
}
