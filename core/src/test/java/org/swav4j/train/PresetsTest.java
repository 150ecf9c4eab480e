package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.swav4j.augment.Augmentation;
import org.swav4j.augment.CropSpec;
import org.swav4j.method.SwavConfig;
import org.swav4j.nn.Stem;
import org.swav4j.optim.OptimizerConfig;
import org.swav4j.optim.ScheduleConfig;

class PresetsTest {
    private static final DataFacts IMAGENET = new DataFacts(1_281_167, 375);
    private static final MachineFacts MACHINE = new MachineFacts(2, 16L << 30, true, 0);

    /** The published table, one recipe a line. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "swav_100ep| resnet50| 100| 64| 64| 2x224@0.14-1,6x96@0.05-0.14| 4.8| .0048| 10| .3| 313| 0| 15| 2048",
                "swav_200ep| resnet50| 200| 64| 64| 2x224@0.14-1,6x96@0.05-0.14| 4.8| .0048| 10| .3| 313| 0| 15| 2048",
                "swav_400ep| resnet50| 400| 64| 64| 2x224@0.14-1,6x96@0.05-0.14| 4.8| .0048| 10| .3| 313| 0| 15| 2048",
                "swav_800ep| resnet50| 800| 64| 64| 2x224@0.14-1,6x96@0.05-0.14| 4.8| .0048| 10| .3| 313| 0| 15| 2048",
                "swav_400ep_2x224| resnet50| 400| 64| 64| 2x224@0.08-1| 4.8| .0048| 10| .3| 313| 0| 15| 2048",
                "swav_200ep_bs256| resnet50| 200| 4| 64| 2x224@0.14-1,6x96@0.05-0.14| .6| .0006| 0| 0| 5005| 3840| 15| 2048",
                "swav_400ep_bs256| resnet50| 400| 4| 64| 2x224@0.14-1,6x96@0.05-0.14| .6| .0006| 0| 0| 5005| 3840| 15| 2048",
                "swav_RN50w2_400ep| resnet50w2| 400| 128| 32| 2x224@0.14-1,4x96@0.05-0.14| 4.8| .0048| 10| .3| 313| 0| 15| 8192",
                "swav_RN50w4_400ep| resnet50w4| 400| 64| 40| 2x224@0.08-1,4x96@0.08-0.14| 4.8| .0048| 10| .3| 313| 2560| 0| 8192",
                "swav_RN50w5_400ep| resnet50w5| 400| 128| 12| 2x224@0.14-1,4x96@0.05-0.14| 4.8| .0048| 10| .3| 313| 1536| 0| 8192"
            })
    void publishedRecipesToTheLetter(
            String name,
            String arch,
            int epochs,
            int ranks,
            int perRank,
            String crops,
            double lr,
            double finalLr,
            int warmup,
            double startWarmup,
            long freeze,
            int queue,
            int queueStart,
            int hidden) {
        PretrainConfig config = config(name, IMAGENET);

        assertThat(config.model().arch().name()).isEqualTo(arch);
        assertThat(config.model().stem()).isEqualTo(Stem.IMAGENET);
        assertThat(config.model().hidden()).isEqualTo(hidden);
        assertThat(config.model().dim()).isEqualTo(128);
        assertThat(config.model().prototypes()).containsExactly(3000);
        assertThat(config.crops()).isEqualTo(CropSpec.parseAll(crops));
        assertThat(config.augmentation()).isEqualTo(Augmentation.SWAV);
        assertThat(config.method()).isEqualTo(new SwavConfig(.05, 3, .1, List.of(0, 1), queue, queueStart, freeze));
        assertThat(config.optimizer()).isEqualTo(new OptimizerConfig(OptimizerConfig.Kind.LARC, 1e-6, .9, .001, false));
        assertThat(config.schedule()).isEqualTo(new ScheduleConfig(lr, finalLr, warmup, startWarmup));
        assertThat(config.epochs()).isEqualTo(epochs);
        assertThat(config.batchSize()).isEqualTo(ranks * perRank);
        assertThat(Presets.yaml(name)).contains("# Original: " + ranks + " ranks x " + perRank + " images.");
    }

    @Test
    void cifar10FollowsThePublishedSmallScaleRecipe() {
        PretrainConfig config = config("cifar10", new DataFacts(50_000, 32));

        assertThat(config.model().arch().name()).isEqualTo("resnet18");
        assertThat(config.model().stem()).isEqualTo(Stem.SMALL);
        assertThat(config.model().hidden()).isEqualTo(512);
        assertThat(config.model().dim()).isEqualTo(128);
        assertThat(config.model().prototypes()).containsExactly(512);
        assertThat(config.crops()).isEqualTo(CropSpec.parseAll("2x32@0.14-1"));
        assertThat(config.augmentation())
                .isEqualTo(new Augmentation(.5, .8, .4, .4, .4, .1, .2, 0, .1, 2, Augmentation.Fidelity.FAST));
        assertThat(config.optimizer().kind()).isEqualTo(OptimizerConfig.Kind.ADAMW);
        assertThat(config.optimizer().weightDecay()).isEqualTo(1e-6);
        assertThat(config.schedule()).isEqualTo(new ScheduleConfig(1e-3, 0, 0, 0));
        assertThat(config.batchSize()).isEqualTo(128);
        assertThat(config.epochs()).isEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyPresetIsReadWithoutProblemsAndDescribed(String name) {
        Settings settings = Settings.builder().preset(name).build();
        assertThat(settings.names()).contains(Setting.ARCH, Setting.CROPS, Setting.BATCH_SIZE, Setting.BASE_LR);
        assertThat(Presets.description(name)).hasSizeGreaterThan(20).doesNotStartWith("#");
        AutoConfig.complete(settings, new DataFacts(5_000, 96), MACHINE);
    }

    @Test
    void theListIsTheFolder() throws Exception {
        String[] files = new File(Objects.requireNonNull(Presets.class.getResource("presets/sample.yaml"))
                        .toURI())
                .getParentFile()
                .list();
        assertThat(files)
                .containsExactlyInAnyOrderElementsOf(
                        Presets.names().stream().map(n -> n + ".yaml").toList());
        assertThat(Presets.names()).isSorted();
    }

    @Test
    void anUnknownPresetIsAnsweredWithTheNearest() {
        assertThatThrownBy(() -> Presets.yaml("swav_10ep"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'swav_10ep': there is no such preset; did you mean swav_100ep?");
        assertThatThrownBy(() -> Presets.yaml("../build")).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<String> names() {
        return Presets.names();
    }

    private static PretrainConfig config(String preset, DataFacts data) {
        return AutoConfig.complete(Settings.builder().preset(preset).build(), data, MACHINE)
                .config();
    }
}
