package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.train.Presets;
import org.swav4j.train.Setting;
import org.swav4j.train.Settings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandLineTest {
    @TempDir
    private Path directory;

    @Test
    void withoutArgumentsItShowsHelpWithExamples() {
        Result result = swav();
        assertThat(result.code).isZero();
        assertThat(result.out).contains("Usage: swav", "pretrain", "knn", "reproduce", "presets", "info", "Examples:");
        assertThat(result.err).isEmpty();
    }

    @Test
    void versionIsThatOfTheBuild() {
        assertThat(swav("--version").out)
                .matches("swav \\d+\\.\\d+\\.\\d+\\S* \\(\\w+\\), Java \\d+\\S*, libtorch \\d+\\.\\d+\\.\\d+\\R");
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void helpOfPretrainListsEverySetting(Setting setting) {
        assertThat(swav("pretrain", "--help").out.replaceAll("\\s+", " "))
                .contains(setting.flag())
                .contains(setting.help());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pretrain",
                "knn",
                "finetune",
                "supervised",
                "compare",
                "import",
                "export",
                "reproduce",
                "presets",
                "info",
                "checkpoint list",
                "checkpoint verify",
                "checkpoint show",
                "checkpoint prune",
                "transfer svm"
            })
    void everyCommandHasHelpWithAnExample(String command) {
        Result result = swav((command + " --help").split(" "));
        assertThat(result.code).isZero();
        assertThat(result.out).contains("Usage: swav " + command, "Example", "--json");
        assertThat(result.out.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "prtrain| swav: 'prtrain': there is no such command; did you mean pretrain?",
                "knn --tran x| swav: --tran: there is no such option; did you mean --train?",
                "info --jsno| swav: --jsno: there is no such option; did you mean --json?",
                "info now| swav: 'now': is not expected here",
                "presets cifar1| swav: 'cifar1': there is no such preset; did you mean cifar10?",
                "pretrain --epocs 3| swav: --epocs: there is no such option; did you mean --epochs?",
                "pretrain --base_lr=3| swav: --base_lr: there is no such option; did you mean --base-lr?",
                "pretrain --nmb_prototypes 300| swav: --nmb_prototypes: is called --prototypes here",
                "pretrain --epoch-queue-starts=3| swav: --epoch-queue-starts: is called --queue-start-epoch here",
                "pretrain --wd 0| swav: --wd: is called --weight-decay here",
                "pretrain --epochs| swav: Missing required parameter for option '--epochs' (N)",
                "pretrain --data here| swav: --out: is needed with --data: the folder to write the run to,"
                        + " such as runs/first",
                "pretrain --profile 0| swav: --profile: must be a whole number of steps from 1 to 100, found '0'",
                "pretrain --profile -1| swav: --profile: must be a whole number of steps from 1 to 100, found '-1'",
                "pretrain --profile x| swav: --profile: must be a whole number of steps from 1 to 100, found 'x'",
                "pretrain --profile 101| swav: --profile: must be a whole number of steps from 1 to 100, found '101'",
                "pretrain --profile| swav: Missing required parameter for option '--profile' (N)",
                "pretrain --knn-test here| swav: --knn-test: needs --knn-train beside it",
                "pretrain --resume| swav: --resume: needs --out, the run to go on with",
                "pretrain --resume auto| swav: --resume: needs --out, the run to go on with",
                "pretrain --resume always --out a| swav: --resume: 'always': stands alone, or with auto",
                "pretrain --accept-data-change| swav: --accept-data-change: is for --resume",
                "pretrain --on-preempt run:| swav: Invalid value for option '--on-preempt': 'run:': must be save, exit or"
                        + " run:COMMAND",
                "pretrain --checkpoint-every 3days| swav: --checkpoint-every: '3days': must be auto or a number above 0 with"
                        + " s, m, h, steps or epochs, as in 30m, 500steps or 1epoch",
                "checkpoint lst runs/a| swav: 'lst': there is no such command; did you mean list?",
                "checkpoint list| swav: Missing required parameter: 'RUN'",
                "checkpoint show a --cnfig| swav: --cnfig: there is no such option; did you mean --config?",
                "checkpoint prune a --keep 0| swav: --keep: '0': must be at least 1",
                "pretrain --keep 0| swav: --keep: '0': must be a whole number, from 1 to 1000000",
                "pretrain --on-divergence rewind| swav: --on-divergence: 'rewind': must be stop, or rewind:N with N from 1 to"
                        + " 999",
                "pretrain --preset cifar| swav: --preset: 'cifar': there is no such preset; did you mean cifar10?"
                        + " ('swav presets' lists them)",
                "pretrain --config none.yaml| swav: none.yaml: there is no such file"
            })
    void wrongUsageIsOneLineAndAHintAndCode2(String command, String line) {
        Result result = swav(command.split(" "));
        assertThat(result.code).isEqualTo(2);
        assertThat(result.err).contains(line + System.lineSeparator()).contains("--help' shows how it is used.");
        assertThat(result.err).doesNotContain("Exception", "\tat ");
        assertThat(result.out).isEmpty();
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() throws IOException {
        Path config = Files.writeString(directory.resolve("my.yaml"), "epsilonn: 1\nhidden_mlp: 3\n");
        Result result = swav(
                "pretrain",
                "--data",
                "x",
                "--crops",
                "2x224@1.2-1",
                "--epocs",
                "3",
                "--preset",
                "cifar",
                "--batch-size",
                "1",
                "--config",
                config.toString(),
                "extra");

        assertThat(result.code).isEqualTo(2);
        assertThat(result.err.lines())
                .hasSize(9)
                .anyMatch(l -> l.startsWith("swav: --crops: '2x224@1.2-1': scale range must satisfy 0 < min"))
                .anyMatch(l -> l.startsWith("swav: --epocs:"))
                .anyMatch(l -> l.startsWith("swav: --preset:"))
                .anyMatch(l -> l.startsWith("swav: --batch-size:"))
                .anyMatch(l -> l.startsWith("swav: --out:"))
                .anyMatch(l -> l.equals("swav: 'extra': is not expected here"))
                .anyMatch(l ->
                        l.equals("swav: " + config + ":1: epsilonn: there is no such setting; did you mean epsilon?"))
                .anyMatch(l -> l.equals("swav: " + config + ":2: hidden_mlp: is called hidden here"));
    }

    @Test
    void missingAndUselessDataFailWithCode1AndLeaveNothingBehind() throws IOException {
        Path out = directory.resolve("run");
        Result missing = swav("pretrain", "--data", directory.resolve("none").toString(), "--out", out.toString());
        assertThat(missing.code).isEqualTo(1);
        assertThat(missing.err)
                .isEqualTo("swav: " + directory.resolve("none") + ": no such file or folder" + System.lineSeparator());

        Path texts = Files.createDirectory(directory.resolve("texts"));
        Files.writeString(texts.resolve("a.txt"), "a");
        Result none = swav("pretrain", "--data", texts.toString(), "--out", out.toString());
        assertThat(none.code).isEqualTo(1);
        assertThat(none.err.lines()).hasSize(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void aRunIsNeitherOverwrittenNorInvented() throws IOException {
        Path run = Files.createDirectory(directory.resolve("run"));
        assertThat(swav("pretrain", "--resume", "--out", run.toString()).err)
                .startsWith("swav: --resume: there is no run in " + run);

        Files.writeString(run.resolve("config.yaml"), "epochs: 3\n");
        Result again = swav("pretrain", "--data", "x", "--out", run.toString());
        assertThat(again.code).isEqualTo(2);
        assertThat(again.err)
                .startsWith("swav: --out: " + run + " holds a run already; go on with it by --resume, or name another");
    }

    @Test
    void knnChecksItsNumbersTogether() {
        Result result =
                swav("knn", "--model", "none", "--train", "a", "--test", "b", "--k", "5,0,5", "--temperature", "-1");
        assertThat(result.code).isEqualTo(2);
        assertThat(result.err)
                .contains("--k: '0': must be at least 1")
                .contains("--k: '5,0,5': names a number twice")
                .contains("--temperature: '-1.0': must be a number above 0")
                .contains("--model: none: there is no such run or checkpoint");
    }

    @Test
    void knnNeedsTheClassesOfTheTestAmongTheOthers() throws IOException {
        Path train = Files.createDirectories(directory.resolve("train/cat")).getParent();
        Path test = Files.createDirectories(directory.resolve("test/dog")).getParent();
        Files.writeString(train.resolve("cat/1.png"), "");
        Files.writeString(test.resolve("dog/1.png"), "");
        Result result =
                swav("knn", "--model", directory.toString(), "--train", train.toString(), "--test", test.toString());
        assertThat(result.code).isEqualTo(1);
        assertThat(result.err).contains(test.toString(), "class 'dog' is not among those of " + train);
    }

    @Test
    void debugShowsWhereAnErrorCameFrom() {
        Result result = swav("pretrain", "--debug", "--data", "/nowhere", "--out", "x");
        assertThat(result.code).isEqualTo(1);
        assertThat(result.err).contains("DataException").contains("\tat org.swav4j");
    }

    @Test
    void presetsAreListedAndPrintedAsTheyAre() {
        assertThat(swav("presets").out.lines()).hasSameSizeAs(Presets.names());
        for (String name : Presets.names()) {
            assertThat(swav("presets").out).contains(name + "  ");
            String yaml = swav("presets", name).out;
            assertThat(yaml).isEqualTo(Presets.yaml(name));
            Settings read = Settings.builder().yaml(yaml, name).build();
            Settings preset = Settings.builder().preset(name).build();
            for (Setting setting : Setting.values()) {
                assertThat(read.text(setting)).isEqualTo(preset.text(setting));
            }
        }
    }

    @Test
    void presetsAsJsonHoldTheSettings() {
        JsonNode all = JsonMapper.shared().readTree(swav("presets", "--json").out);
        JsonNode one = JsonMapper.shared().readTree(swav("presets", "swav_800ep", "--json").out);

        assertThat(all.size()).isEqualTo(Presets.names().size());
        assertThat(one.get("name").asString()).isEqualTo("swav_800ep");
        assertThat(one.get("settings").get("epochs").asString()).isEqualTo("800");
    }

    @Test
    void infoTellsVersionsDevicesAndAllocator() {
        JsonNode info = JsonMapper.shared().readTree(swav("info", "--json").out);

        assertThat(info.get("devices").get(0).asString()).isEqualTo("cpu");
        assertThat(info.get("libtorch").asString()).matches("\\d+\\.\\d+\\.\\d+-.*");
        assertThat(info.get("opencv").asString()).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(info.get("cores").asInt()).isPositive();
        assertThat(info.get("allocator").asString()).isNotBlank();
        assertThat(swav("info").out).contains("java home", "libtorch cpu kernels");
    }

    private static Result swav(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Result(code, out.toString(), err.toString());
    }

    private record Result(int code, String out, String err) {}
}
