package org.swav4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @TempDir
    private Path directory;

    @Test
    void aFlagBeatsTheFileWhichBeatsThePreset() {
        Settings settings = Settings.builder()
                .preset("cifar10")
                .yaml("epsilon: 0.02\nepochs: 7\n", "my.yaml")
                .flag(Setting.EPOCHS, "9")
                .build();

        assertThat(settings.text(Setting.ARCH)).contains("resnet18");
        assertThat(settings.text(Setting.EPSILON)).contains("0.02");
        assertThat(settings.text(Setting.EPOCHS)).contains("9");
        assertThat(settings.text(Setting.SEED)).isEmpty();
        assertThat(settings.place(Setting.ARCH)).startsWith("preset 'cifar10':").endsWith(": arch");
        assertThat(settings.place(Setting.EPSILON)).isEqualTo("my.yaml:1: epsilon");
        assertThat(settings.place(Setting.EPOCHS)).isEqualTo("--epochs");
        assertThat(settings.overrides()).containsOnly(Map.entry("epsilon", "0.02"), Map.entry("epochs", "9"));
    }

    @Test
    void allProblemsOfAllLayersComeAtOnceAndSorted() {
        List<String> lines = problems(Settings.builder()
                .preset("cifar100")
                .yaml("epsilonn: 0.02\nepochs: many\nnmb_prototypes: 300\nqueue_length: -1\n", "my.yaml")
                .flag(Setting.CROPS, "2x224@1.2-1")
                .flag(Setting.BATCH_SIZE, "1"));

        assertThat(lines)
                .isSorted()
                .containsExactlyInAnyOrder(
                        "--preset: 'cifar100': there is no such preset; did you mean cifar10? ('swav presets' lists them)",
                        "my.yaml:1: epsilonn: there is no such setting; did you mean epsilon?",
                        "my.yaml:2: epochs: 'many': must be a whole number, from 1 to 1000000",
                        "my.yaml:3: nmb_prototypes: is called prototypes here",
                        "my.yaml:4: queue_length: '-1': must be a whole number, from 0 to 16777216",
                        "--crops: '2x224@1.2-1': scale range must satisfy 0 < min <= max <= 1",
                        "--batch-size: '1': must be a whole number, from 2 to 1048576");
    }

    @ParameterizedTest
    @CsvSource({
        "nmb_prototypes, prototypes",
        "feat_dim, dim",
        "hidden_mlp, hidden",
        "wd, weight_decay",
        "size_crops, crops",
        "nmb_crops, crops",
        "min_scale_crops, crops",
        "max_scale_crops, crops",
        "epoch_queue_starts, queue_start_epoch",
        "freeze_prototypes_niters, freeze_prototypes",
        "use_fp16, precision"
    })
    void theOriginalsNamesAreTranslated(String original, String here) {
        assertThat(problems(Settings.builder().yaml(original + ": 1", "f")))
                .containsExactly("f:1: " + original + ": is called " + here + " here");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--epsilon| EPSILON| 0.001| '0.001': must be a number between 0.005 and 10",
                "--epsilon| EPSILON| NaN| 'NaN': must be a number between 0.005 and 10",
                "--base-lr| BASE_LR| 0| '0': must be a number above 0",
                "--base-lr| BASE_LR| Infinity| 'Infinity': must be a number above 0",
                "--final-lr| FINAL_LR| -1| '-1': must be a number of 0 or more",
                "--seed| SEED| 1.5| '1.5': must be a whole number, 0 or more",
                "--prototypes| PROTOTYPES| 30,x| 'x': must be a whole number, from 2 to 10000000",
                "--arch| ARCH| resnet19| 'resnet19' is not an architecture: resnet10, resnet18, resnet34, resnet50, resnet101,"
                        + " resnet152, each with an optional width as in resnet50w2 or resnet18w0.5",
                "--device| DEVICE| gpu| 'gpu': must be cpu, cuda or cuda:N",
                "--blur-sigma| BLUR_SIGMA| 2-1| '2-1': must be MIN-MAX with 0 <= MIN <= MAX <= 50, as in 0.1-2.0",
                "--exclude-bias-and-norm| EXCLUDE_BIAS_AND_NORM| maybe| 'maybe': must be true or false"
            })
    void valuesAreCheckedOneByOne(String place, Setting setting, String value, String rule) {
        assertThat(problems(Settings.builder().flag(setting, value))).containsExactly(place + ": " + rule);
    }

    @Test
    void yamlMayListValues() {
        Settings settings = Settings.builder()
                .yaml("crops:\n  - 2x64@0.2-1\n  - 4x32@0.05-0.2\nprototypes: [30, 40]\n", "f")
                .build();

        assertThat(settings.text(Setting.CROPS)).contains("2x64@0.2-1,4x32@0.05-0.2");
        assertThat(settings.text(Setting.PROTOTYPES)).contains("30,40");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "epochs: {a: 1}| f:1: epochs: takes one value or a list, not further keys",
                "epochs: [[1]]| f:1: epochs: a list here has plain values only",
                "epochs:| f:1: epochs: has no value",
                "epochs: *a| f:1: epochs: aliases (*name) are not allowed here",
                "- epochs| f: must consist of lines 'key: value'",
                "epochs| f: must consist of lines 'key: value'",
                "{epochs: 1, epochs: 2}| f:1: epochs: is given twice"
            })
    void yamlIsFlatAndUnambiguous(String yaml, String problem) {
        assertThat(problems(Settings.builder().yaml(yaml, "f"))).containsExactly(problem);
    }

    @Test
    void yamlThatIsNoneIsNamedWithItsLine() {
        assertThat(problems(Settings.builder().yaml("epochs: 1\nseed: [1, 2\n", "f")))
                .singleElement()
                .asString()
                .matches("f:\\d: is not valid YAML: .*");
        assertThat(problems(Settings.builder().yaml("epochs: 1\n---\nepochs: 2\n", "f")))
                .containsExactly("f: must be a single YAML document");
    }

    @Test
    void anEmptyFileGivesNothing() {
        assertThat(Settings.builder().yaml("# nothing\n", "f").build().names()).isEmpty();
    }

    @Test
    void billionLaughsAreNotExpanded() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("a" + i + ": &a" + i + " [" + ("*a" + (i - 1) + ",").repeat(9) + "*a" + (i - 1) + "]\n");
        }
        assertThat(problems(Settings.builder().yaml(bomb.toString(), "f")))
                .contains("f:30: a29: a list here has plain values only");
        assertThat(problems(Settings.builder().yaml("[".repeat(60_000), "f"))).isNotEmpty();
    }

    @Test
    void hugeMissingAndBinaryFilesAreRefused() throws IOException {
        Path huge = Files.writeString(directory.resolve("huge.yaml"), "# ".repeat(40_000));
        Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        Path missing = directory.resolve("missing.yaml");

        assertThat(problems(
                        Settings.builder().file(huge).file(binary).file(missing).file(directory)))
                .hasSize(4)
                .anySatisfy(p -> assertThat(p).contains("huge.yaml: is larger than 64 KiB"))
                .anySatisfy(p -> assertThat(p).contains("missing.yaml: there is no such file"))
                .anySatisfy(p -> assertThat(p).contains("binary.yaml: cannot be read as UTF-8 text"));
    }

    @Test
    void aFileIsReadWithItsName() throws IOException {
        Path file = Files.write(directory.resolve("my.yaml"), "dim: 64\n".getBytes(StandardCharsets.UTF_8));
        assertThat(Settings.builder().file(file).build().place(Setting.DIM)).isEqualTo(file + ":1: dim");
    }

    @Test
    void keysFlagsAndDefaultsOfTheTableAreSound() {
        assertThat(Arrays.stream(Setting.values()).map(Setting::flag))
                .doesNotHaveDuplicates()
                .contains("--base-lr", "--sinkhorn-iterations", "--crops-for-assign", "--knn-every")
                .allMatch(f -> f.matches("--[a-z]+(-[a-z]+)*"));
        for (Setting setting : Setting.values()) {
            assertThat(Setting.ofKey(setting.key())).contains(setting);
            setting.fixedDefault()
                    .ifPresent(text ->
                            assertThat(SettingType.format(setting.parse(text))).isEqualTo(text));
            assertThat(setting.help())
                    .as(setting.key())
                    .contains(setting.fixedDefault().orElse("auto"));
        }
        assertThat(Setting.PROTOTYPES.help()).endsWith("[auto; original: nmb_prototypes]");
    }

    @Test
    void nearNamesAreFoundAndFarOnesAreNot() {
        List<String> known = List.of("epsilon", "epochs", "dim");
        assertThat(NearestName.of("epsilno", known)).contains("epsilon");
        assertThat(NearestName.of("Epoch", known)).contains("epochs");
        assertThat(NearestName.of("batch_size", known)).isEmpty();
        assertThat(NearestName.of("x", known)).isEmpty();
    }

    private static List<String> problems(Settings.Builder builder) {
        return catchThrowableOfType(ConfigurationException.class, builder::build).problems().stream()
                .map(Problem::toString)
                .toList();
    }
}
