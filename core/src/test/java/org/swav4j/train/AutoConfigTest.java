package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.augment.Augmentation;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.tensor.Precision;

class AutoConfigTest {
    private static final MachineFacts LAPTOP = new MachineFacts(2, 16L << 30, true, 0);
    private static final MachineFacts SERVER = new MachineFacts(32, 256L << 30, false, 16L << 30);
    private static final Settings NOTHING = Settings.builder().build();

    /** Values on the two machines for data sets of every kind. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // images| side| crops| arch| stem| K| batch| epochs| queue
                "1000| 32| 2x32@0.25-1| resnet10w0.5| small-stride2| 72| 64| 400| 192",
                "50000| 32| 2x32@0.25-1| resnet10w0.5| small-stride2| 512| 256| 200| 3840",
                "5000| 64| 2x64@0.25-1| resnet10w0.5| small-stride2| 160| 256| 200| 0",
                "10000| 96| 2x64@0.3-1| resnet10w0.5| small-stride2| 232| 256| 200| 0",
                "9000| 375| 2x96@0.2-1| resnet10w0.5| imagenet| 216| 256| 200| 0",
                "1281167| 375| 2x128@0.14-1| resnet10w0.5| imagenet| 2600| 256| 100| 3840"
            })
    void aSmallMachine(
            int images, int side, String crops, String arch, String stem, int k, int batch, int epochs, int queue) {
        PretrainConfig config = AutoConfig.complete(NOTHING, new DataFacts(images, side), LAPTOP)
                .config();

        assertThat(SettingType.format(config.crops())).isEqualTo(crops);
        assertThat(config.model().arch().name()).isEqualTo(arch);
        assertThat(config.model().stem()).hasToString(stem);
        assertThat(config.model().prototypes()).containsExactly(k);
        assertThat(config.batchSize()).isEqualTo(batch);
        assertThat(config.epochs()).isEqualTo(epochs);
        assertThat(config.method().queueLength()).isEqualTo(queue);
        assertThat(config.optimizer().kind()).isEqualTo(OptimizerConfig.Kind.ADAMW);
        assertThat(config.schedule().baseLr()).isEqualTo(2e-3 * batch / 256);
        assertThat(config.precision()).isEqualTo(Precision.BF16);
        assertThat(config.device()).isEqualTo("cpu");
        assertThat(config.threads()).isEqualTo(2);
    }

    @Test
    void imageNetOnALargeMachineIsThePapersSetting() {
        PretrainConfig config = AutoConfig.complete(NOTHING, new DataFacts(1_281_167, 375), SERVER)
                .config();

        assertThat(SettingType.format(config.crops())).isEqualTo("2x224@0.14-1,6x96@0.05-0.14");
        assertThat(config.model().arch().name()).isEqualTo("resnet50");
        assertThat(config.model().hidden()).isEqualTo(2048);
        assertThat(config.method().epsilon()).isEqualTo(0.05);
        assertThat(config.device()).isEqualTo("cuda:0");
    }

    @Test
    void aLargeBatchOnLargeDataIsTrainedWithLarcAtThePapersRate() {
        Settings settings = Settings.builder().flag(Setting.BATCH_SIZE, "4096").build();
        PretrainConfig config = AutoConfig.complete(settings, new DataFacts(1_281_167, 375), SERVER)
                .config();

        assertThat(config.optimizer().kind()).isEqualTo(OptimizerConfig.Kind.LARC);
        assertThat(config.schedule().baseLr()).isEqualTo(4.8);
        assertThat(config.schedule().finalLr()).isEqualTo(0.0048);
        assertThat(config.schedule().warmupEpochs()).isEqualTo(10);
        assertThat(config.schedule().startWarmup()).isEqualTo(0.3);
        assertThat(config.method().freezePrototypes()).isEqualTo(312);
        assertThat(config.method().queueLength()).isZero();
    }

    @Test
    void choicesFollowWhatWasGiven() {
        Settings settings = Settings.builder()
                .flag(Setting.BATCH_SIZE, "64")
                .flag(Setting.OPTIMIZER, "larc")
                .flag(Setting.CROPS, "2x128@0.2-1")
                .flag(Setting.EPOCHS, "5")
                .build();
        PretrainConfig config =
                AutoConfig.complete(settings, new DataFacts(50_000, 32), LAPTOP).config();

        assertThat(config.schedule().baseLr()).isEqualTo(4.8 * 64 / 4096);
        assertThat(config.schedule().warmupEpochs()).isEqualTo(1);
        assertThat(config.model().stem()).hasToString("imagenet");
        assertThat(config.method().queueStartEpoch()).isEqualTo(1);
    }

    @Test
    void everyChoiceHasAReasonAndNothingGivenIsChosen() {
        Settings settings = Settings.builder().preset("cifar10").build();
        Resolution resolution = AutoConfig.complete(settings, new DataFacts(50_000, 32), LAPTOP);

        assertThat(resolution.choices())
                .extracting(Choice::key)
                .doesNotHaveDuplicates()
                .contains("threads", "device");
        assertThat(resolution.choices()).allSatisfy(c -> assertThat(c.reason()).isNotBlank());
        assertThat(resolution.choices())
                .noneMatch(c -> settings.names().contains(Setting.ofKey(c.key()).orElseThrow()));
        for (Choice choice : resolution.choices()) {
            assertThat(ConfigYaml.write(resolution.config(), resolution.choices()))
                    .contains(choice.key() + ": " + choice.value() + "  # auto: " + choice.reason());
        }
    }

    /** Whatever the images, what is chosen is consistent, has full batches, and no more prototypes than images. */
    @Test
    void anyDataSetGetsAValidConfiguration() {
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            int images = Math.max(2, (int) Math.pow(10, random.nextDouble() * 7));
            DataFacts data = new DataFacts(images, 1 + random.nextInt(2000));
            MachineFacts machine = new MachineFacts(
                    1 + random.nextInt(64),
                    (1L << 30) * (1 + random.nextInt(256)),
                    random.nextBoolean(),
                    i % 2 == 0 ? 16L << 30 : 0);
            PretrainConfig config = AutoConfig.complete(NOTHING, data, machine).config();
            int k = config.model().prototypes().get(0);
            assertThat(k).isBetween(2, Math.max(2, images / 4)).isLessThanOrEqualTo(3000);
            assertThat(config.stepsPerEpoch(images)).isPositive();
            assertThat(config.method().queueLength() % config.batchSize()).isZero();
            assertThat(config.method().freezePrototypes()).isLessThanOrEqualTo(config.stepsPerEpoch(images));
        }
    }

    @Test
    void memoryLimitsTheBatch() {
        Settings settings = Settings.builder()
                .flag(Setting.ARCH, "resnet50w5")
                .flag(Setting.CROPS, "2x224@0.14-1,4x96@0.05-0.14")
                .build();
        Resolution resolution =
                AutoConfig.complete(settings, new DataFacts(100_000, 300), new MachineFacts(2, 16L << 30, true, 0));

        assertThat(resolution.config().batchSize()).isLessThanOrEqualTo(8);
        assertThat(resolution.choices())
                .filteredOn(c -> c.key().equals("batch_size"))
                .singleElement()
                .satisfies(c -> assertThat(c.reason()).contains("fits the memory"));
    }

    /** A batch of 4096 on any machine: in parts whose activations fit into what half of the memory leaves. */
    @ParameterizedTest
    @CsvSource({"8, false", "16, false", "16, true", "64, false"})
    void aGivenBatchThatDoesNotFitIsCut(int gigabytes, boolean checkpointed) {
        MachineFacts machine = new MachineFacts(2, (long) gigabytes << 30, true, 0);
        Settings.Builder settings = Settings.builder().preset("swav_800ep");
        if (checkpointed) {
            settings.flag(Setting.CHECKPOINT_ACTIVATIONS, "true");
        }
        Resolution resolution = AutoConfig.complete(settings.build(), new DataFacts(1_281_167, 375), machine);
        PretrainConfig config = resolution.config();
        assertThat(config.batchSize()).isEqualTo(4096);
        long perImage = AutoRules.bytesPerImage(
                config.model().arch(), config.model().stem(), config.crops(), config.precision(), checkpointed);
        long micro = 4096 / config.gradAccum() * perImage;
        assertThat(micro).isLessThanOrEqualTo(machine.memoryBytes() / 2).isGreaterThan(machine.memoryBytes() / 32);
        assertThat(resolution.choices())
                .filteredOn(c -> c.key().equals("grad_accum"))
                .singleElement()
                .satisfies(c -> assertThat(c.reason())
                        .contains(
                                "the batch of 4096 does not fit the memory", 4096 / config.gradAccum() + " at a time"));
    }

    @Test
    void aBatchIsNotCutWithoutNeed() {
        Settings given = Settings.builder().preset("cifar10").build();
        assertThat(AutoConfig.complete(given, new DataFacts(50_000, 32), LAPTOP)
                        .config()
                        .gradAccum())
                .isEqualTo(1);
        assertThat(AutoConfig.complete(NOTHING, new DataFacts(1_281_167, 375), LAPTOP)
                        .config()
                        .gradAccum())
                .isEqualTo(1);
    }

    @Test
    void givenMicroBatchesMakeTheChosenBatchAMultiple() {
        Settings settings = Settings.builder().flag(Setting.GRAD_ACCUM, "3").build();
        PretrainConfig config =
                AutoConfig.complete(settings, new DataFacts(50_000, 32), LAPTOP).config();
        assertThat(config.batchSize()).isEqualTo(3 * 64);
        assertThat(problems(
                        Settings.builder()
                                .flag(Setting.GRAD_ACCUM, "3")
                                .yaml("batch_size: 64", "my.yaml")
                                .build(),
                        1000))
                .containsExactly("--grad-accum: '3': must cut the batch of 64 into equal parts of at least 2 images;"
                        + " try 2 or 4");
    }

    @Test
    void valuesThatDoNotGoTogetherAreNamedWithTheirPlacesAllAtOnce() {
        Settings settings = Settings.builder()
                .preset("swav_200ep_bs256")
                .yaml("crops_for_assign: 0,9\nwarmup_epochs: 300\n", "my.yaml")
                .flag(Setting.QUEUE_LENGTH, "100")
                .build();

        assertThat(problems(settings, 1_000_000))
                .containsExactly(
                        "--queue-length: '100': must be 0 (no queue) or at least one batch of 256",
                        "my.yaml:1: crops_for_assign: '0,9': there are only 8 crops, numbered 0 to 7",
                        "my.yaml:2: warmup_epochs: '300': must be at most the number of epochs, 200");
        assertThat(problems(Settings.builder().flag(Setting.CROPS, "1x32@0.2-1").build(), 1000))
                .containsExactly(
                        "--crops: '1x32@0.2-1': at least 2 crops in all are needed, as each is predicted from another");
    }

    @Test
    void morePrototypesOrALargerBatchThanImagesAreRefused() {
        Settings settings = Settings.builder()
                .flag(Setting.PROTOTYPES, "3000")
                .flag(Setting.BATCH_SIZE, "512")
                .flag(Setting.QUEUE_LENGTH, "0")
                .build();

        assertThat(problems(settings, 400))
                .containsExactly(
                        "--batch-size: '512': more than the 400 images, so no batch would be full; try 32",
                        "--prototypes: '3000': more prototypes than the 400 images; try 48");
    }

    @Test
    void aRecipesLearningRateWithAnotherBatchIsRemarkedOn() {
        Settings settings = Settings.builder()
                .preset("swav_100ep")
                .flag(Setting.BATCH_SIZE, "64")
                .flag(Setting.PRECISION, "fp32")
                .build();
        List<String> warnings = AutoConfig.complete(settings, new DataFacts(1_000_000, 300), LAPTOP)
                .warnings();

        assertThat(warnings)
                .containsExactly(
                        "base_lr 4.8 was made for batches of 4096; for batches of 64, --base-lr 0.0750 keeps the proportion",
                        "3000 prototypes for 64 embeddings (batch and queue) invite collapse; fewer prototypes,"
                                + " a larger batch or a queue help");
    }

    @Test
    void configYamlReadsBackEqual() {
        for (String preset : Presets.names()) {
            Resolution resolution = AutoConfig.complete(
                    Settings.builder()
                            .preset(preset)
                            .flag(Setting.PROTOTYPES, "3000,2000")
                            .build(),
                    new DataFacts(1_281_167, 100),
                    SERVER);
            String yaml = ConfigYaml.write(resolution.config(), resolution.choices());
            assertThat(ConfigYaml.read(yaml, "config.yaml")).isEqualTo(resolution.config());
            assertThat(yaml.lines().filter(l -> !l.startsWith("#"))).hasSize(Setting.values().length);
        }
    }

    @Test
    void everySettingReachesTheConfigurationAndComesBack() {
        for (Setting setting : Setting.values()) {
            String other = another(setting);
            PretrainConfig config = AutoConfig.complete(
                            Settings.builder()
                                    .flag(setting, other)
                                    .flag(Setting.BATCH_SIZE, setting == Setting.BATCH_SIZE ? other : "16")
                                    .build(),
                            new DataFacts(10_000, 64, 3),
                            LAPTOP)
                    .config();
            assertThat(Values.of(config).format(setting)).as(setting.key()).isEqualTo(other);
            assertThat(ConfigYaml.write(config, List.of())).contains("\n" + setting.key() + ": " + other + "\n");
        }
    }

    @Test
    void anIncompleteConfigYamlNamesWhatIsMissing() {
        Resolution resolution = AutoConfig.complete(NOTHING, new DataFacts(1000, 32), LAPTOP);
        String yaml = ConfigYaml.write(resolution.config(), List.of()).replaceAll("(?m)^(seed|dim): .*\n", "");
        assertThat(catchThrowableOfType(ConfigurationException.class, () -> ConfigYaml.read(yaml, "c.yaml")))
                .hasMessage("c.yaml: dim: is missing from this complete configuration\n"
                        + "c.yaml: seed: is missing from this complete configuration");
    }

    @Test
    void aConfigYamlOfAnEarlierVersionSaysWhatThatVersionDid() {
        Resolution resolution = AutoConfig.complete(NOTHING, new DataFacts(1000, 32), LAPTOP);
        String yaml = ConfigYaml.write(resolution.config(), List.of())
                .replaceAll(
                        "(?m)^(augment|cache_mb|grad_accum|checkpoint_activations|augment_on|checkpoint_every|keep|on_divergence|syncbn_group|gradient_compression): .*\n",
                        "");
        PretrainConfig config = ConfigYaml.read(yaml, "c.yaml");
        assertThat(config.augmentation().fidelity()).isEqualTo(Augmentation.Fidelity.FAST);
        assertThat(config.cacheMb()).isZero();
        assertThat(config.gradAccum()).isEqualTo(1);
        assertThat(config.checkpointActivations()).isFalse();
        assertThat(config.augmentOn()).isEqualTo(AugmentOn.CPU);
        assertThat(config.ranks()).isEqualTo(RanksConfig.DEFAULT);
    }

    @Test
    void decodedImagesAreKeptWhereAllOfThemFit() {
        // 50,000 x 32 x 43 pixels of 3 bytes are 196 MiB; a million photographs are terabytes
        assertThat(AutoConfig.complete(NOTHING, new DataFacts(50_000, 32), LAPTOP)
                        .config()
                        .cacheMb())
                .isEqualTo(196);
        assertThat(AutoConfig.complete(NOTHING, new DataFacts(1_000_000, 400), LAPTOP)
                        .config()
                        .cacheMb())
                .isZero();
    }

    @Test
    void cpuFeaturesAreReadFromLinux() {
        CpuFeatures cpu = CpuFeatures.parse("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nflags\t\t: fpu avx2 fma"
                + " avx512f avx512_bf16 amx_tile\n");
        assertThat(cpu.model()).isEqualTo("Some CPU @ 2 GHz");
        assertThat(cpu.bf16()).isTrue();
        assertThat(cpu.telling()).containsExactly("avx2", "fma", "avx512f", "avx512_bf16", "amx_tile");
        assertThat(CpuFeatures.parse("").bf16()).isFalse();
        assertThat(CpuFeatures.parse("").model()).isEqualTo("unknown");
    }

    @Test
    void theBuildKnowsItsVersion() {
        assertThat(BuildInfo.read().version()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(BuildInfo.read().commit()).isNotBlank().doesNotContain("$");
    }

    private static List<String> problems(Settings settings, int images) {
        return Arrays.asList(catchThrowableOfType(
                        ConfigurationException.class,
                        () -> AutoConfig.complete(settings, new DataFacts(images, 32), LAPTOP))
                .getMessage()
                .split("\n"));
    }

    private static String another(Setting setting) {
        return switch (setting) {
            case ARCH -> "resnet34w2";
            case STEM -> "small";
            case CROPS -> "1x48@0.3-1,3x24@0.1-0.3";
            case PROTOTYPES -> "24,40";
            case CROPS_FOR_ASSIGN -> "1,0";
            case OPTIMIZER -> "larc";
            case EXCLUDE_BIAS_AND_NORM, CHECKPOINT_ACTIVATIONS, PROBE -> "true";
            case PRECISION -> "fp32";
            case DEVICE -> "cuda:3";
            case BLUR_SIGMA -> "0.2-1.5";
            case AUGMENT -> "exact";
            case GRAD_ACCUM -> "4";
            case GRADIENT_COMPRESSION -> "bf16";
            case SYNCBN_GROUP -> "1";
            case EPSILON, TEMPERATURE, BASE_LR, FINAL_LR, START_WARMUP, WEIGHT_DECAY, MOMENTUM, TRUST_COEFFICIENT ->
                "0.07";
            case FLIP, JITTER_PROBABILITY, BRIGHTNESS, CONTRAST, SATURATION, HUE, GRAYSCALE, BLUR -> "0.33";
            case AUGMENT_ON -> "device";
            case CHECKPOINT_EVERY -> "90s";
            case ON_DIVERGENCE -> "rewind:2";
            default -> "48";
        };
    }
}
