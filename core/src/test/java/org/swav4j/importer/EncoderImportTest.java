package org.swav4j.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.FaultyFileSystem;
import org.swav4j.FaultyFileSystem.Fault;
import org.swav4j.Tensors;
import org.swav4j.checkpoint.Checkpoint;
import org.swav4j.checkpoint.CheckpointException;
import org.swav4j.checkpoint.EncoderInfo;
import org.swav4j.checkpoint.TensorFile;
import org.swav4j.checkpoint.Verification;
import org.swav4j.format.FormatException;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.StateDict;

class EncoderImportTest {
    private static final String ARCH = "resnet10w0.016";
    private static final ImportedEncoder.Choices FREELY = new ImportedEncoder.Choices(null, null, 224, false);

    @TempDir
    private Path directory;

    @Test
    void swavWithHeadAndPrototypes() throws IOException {
        SavedTensors saved = swav("module.").with("module.prototypes.weight", 5, 4);
        ImportedEncoder encoder = imported(saved, "state_dict");
        assertThat(encoder.method()).isEqualTo(Method.SWAV);
        assertThat(encoder.place()).isEqualTo("state_dict");
        assertThat(encoder.prefix()).isEmpty();
        assertThat(encoder.encoder()).isEqualTo(new EncoderInfo(ARCH, "imagenet", 224));
        assertThat(encoder.head().hidden()).contains(6L);
        assertThat(encoder.head().dim()).contains(4L);
        assertThat(encoder.head().prototypes()).containsExactly(5L);
        assertThat(encoder.leftOut()).isEmpty();
        try (StateDict model = Checkpoint.find(directory.resolve("out")).model()) {
            assertThat(model.names()).contains("conv1.weight", "projection_head.3.bias", "prototypes.weight");
            assertThat(Tensors.doubles(model.get("layer2.0.conv2.weight"))[5])
                    .isEqualTo(SavedTensors.value("module.layer2.0.conv2.weight", 5));
            assertThat(model.get("bn1.num_batches_tracked").item_long()).isEqualTo(7);
        }
    }

    @Test
    void aSafetensorsFileSaysWhatItsShapesCannot() throws IOException {
        SavedTensors saved = SavedTensors.trunk(ARCH, Stem.SMALL, "");
        EncoderImport.run(saved.write(directory.resolve("in.pth")), directory.resolve("first"), FREELY, "0.1.0");
        Path exported = directory.resolve("exported.bin");
        try (StateDict model = Checkpoint.find(directory.resolve("first")).model();
                FileChannel channel =
                        FileChannel.open(exported, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            TensorFile.write(
                    channel, model, Map.of("swav4j.stem", "small-stride2", "swav4j.image_size", "32", "format", "pt"));
        }

        Path again = directory.resolve("again");
        ImportedEncoder.Choices open = new ImportedEncoder.Choices(null, null, null, false);
        ImportedEncoder encoder = EncoderImport.run(exported, again, open, "0.1.0");

        assertThat(encoder.encoder()).isEqualTo(new EncoderInfo(ARCH, "small-stride2", 32));
        try (StateDict before = Checkpoint.find(directory.resolve("first")).model();
                StateDict after = Checkpoint.find(again).model()) {
            assertThat(after.names()).isEqualTo(before.names());
            before.forEach((name, tensor) ->
                    assertThat(Tensors.doubles(after.get(name))).isEqualTo(Tensors.doubles(tensor)));
        }
    }

    @Test
    void aSafetensorsFileThatIsCutOffOrSaysNonsenseIsRefused() throws IOException {
        Path cut = directory.resolve("cut.safetensors");
        try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                StateDict one = new StateDict()) {
            one.add("conv1.weight", org.bytedeco.pytorch.global.torch.zeros(4, 3, 3, 3));
            TensorFile.write(channel, one, Map.of("swav4j.image_size", "huge"));
        }
        Path out = directory.resolve("out");
        ImportedEncoder.Choices open = new ImportedEncoder.Choices(null, null, null, false);
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> EncoderImport.run(cut, out, open, "0.1.0"))
                .withMessageContaining("says wrong things of its encoder")
                .withMessageContaining("huge");
        try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 5);
        }
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> EncoderImport.run(cut, out, open, "0.1.0"))
                .withMessageContaining(cut.toString());
        assertThat(out).doesNotExist();
    }

    @Test
    void deepClusterHasSeveralHeads() throws IOException {
        ImportedEncoder encoder = imported(swav("module.")
                .with("module.prototypes.prototypes0.weight", 5, 4)
                .with("module.prototypes.prototypes1.weight", 6, 4));
        assertThat(encoder.method()).isEqualTo(Method.DEEPCLUSTER);
        assertThat(encoder.head().prototypes()).containsExactly(5L, 6L);
    }

    @Test
    void aLinearProjection() throws IOException {
        ImportedEncoder encoder = imported(trunk("").withHead("", 8, 0, 4).with("prototypes.weight", 5, 4));
        assertThat(encoder.head().hidden()).contains(0L);
        assertThat(encoder.method()).isEqualTo(Method.SWAV);
    }

    @Test
    void moco() throws IOException {
        SavedTensors saved = trunk("module.encoder_q.")
                .with("module.encoder_q.fc.0.weight", 8, 8)
                .with("module.encoder_k.conv1.weight", 1, 3, 7, 7)
                .with("module.encoder_k.layer1.0.conv1.weight", 1, 1, 3, 3)
                .with("module.queue", 4, 16)
                .with("module.queue_ptr", 1);
        ImportedEncoder encoder = imported(saved, "state_dict");
        assertThat(encoder.method()).isEqualTo(Method.MOCO);
        assertThat(encoder.prefix()).isEqualTo("encoder_q.");
        assertThat(encoder.leftOut())
                .containsEntry("networks that follow the trained one", 2)
                .containsEntry("queues of features", 2)
                .containsEntry("classifiers", 1);
    }

    @Test
    void torchvisionAndTimm() throws IOException {
        ImportedEncoder encoder = imported(trunk("").with("fc.weight", 10, 8).with("fc.bias", 10));
        assertThat(encoder.method()).isEqualTo(Method.TORCHVISION);
        assertThat(encoder.place()).isEmpty();
        assertThat(encoder.method().redDeviation()).isEqualTo(.229);
    }

    @Test
    void lightlyNumbersTheTrunksParts() throws IOException {
        SavedTensors saved = trunk("backbone.")
                .renamed("backbone\\.conv1", "backbone.0")
                .renamed("backbone\\.bn1", "backbone.1")
                .renamed("backbone\\.layer1", "backbone.4")
                .renamed("backbone\\.layer2", "backbone.5")
                .renamed("backbone\\.layer3", "backbone.6")
                .renamed("backbone\\.layer4", "backbone.7")
                .with("projection_head.layers.0.weight", 8, 8)
                .with("prototypes.heads.0.weight", 5, 4);
        ImportedEncoder encoder = imported(saved, "state_dict");
        assertThat(encoder.method()).isEqualTo(Method.LIGHTLY);
        assertThat(encoder.leftOut()).containsEntry("heads of another method", 2);
        try (StateDict model = Checkpoint.open(directory.resolve("out")).model()) {
            assertThat(Tensors.doubles(model.get("layer3.0.conv1.weight"))[3])
                    .isEqualTo(SavedTensors.value("backbone.6.0.conv1.weight", 3));
        }
    }

    @Test
    void soloLearnOnSmallImages() throws IOException {
        SavedTensors saved = SavedTensors.trunk(ARCH, Stem.SMALL, "backbone.")
                .with("projector.0.weight", 8, 8)
                .with("prototypes.prototypes.weight_v", 5, 4)
                .with("classifier.weight", 10, 8)
                .with("momentum_backbone.conv1.weight", 1, 3, 3, 3);
        ImportedEncoder encoder = imported(saved, "state_dict");
        assertThat(encoder.method()).isEqualTo(Method.SOLO_LEARN);
        assertThat(encoder.encoder().stem()).isEqualTo("small");
        assertThat(encoder.leftOut().keySet())
                .containsExactly("classifiers", "heads of another method", "networks that follow the trained one");
    }

    @Test
    void ofStudentAndTeacherTheTeacherIsTaken() throws IOException {
        SavedTensors saved = trunk("backbone.").with("head.mlp.0.weight", 8, 8);
        ImportedEncoder encoder = imported(saved, "teacher");
        assertThat(encoder.method()).isEqualTo(Method.DINO);
        assertThat(encoder.place()).isEqualTo("teacher");
    }

    @Test
    void aPrefixChoosesAmongSeveral() throws IOException {
        SavedTensors saved =
                trunk("left.").with("right.layer1.0.conv1.weight", 1, 1, 3, 3).with("other", 2);
        refused(saved, "holds several ResNets: 'left.', 'right.'; --prefix says which");
        ImportedEncoder encoder = EncoderImport.run(
                saved.write(directory.resolve("in.pth")),
                directory.resolve("out"),
                new ImportedEncoder.Choices("left", null, 96, false),
                "0.1.0");
        assertThat(encoder.encoder().imageSize()).isEqualTo(96);
        assertThat(encoder.leftOut()).containsEntry("outside of 'left.'", 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BFloat16Storage", "DoubleStorage"})
    void weightsOfOtherTypesBecomeFloats(String type) throws IOException {
        imported(trunk("").of(type));
        try (StateDict model = Checkpoint.open(directory.resolve("out")).model()) {
            double exact = SavedTensors.value("layer4.0.conv1.weight", 9);
            assertThat(Tensors.doubles(model.get("layer4.0.conv1.weight"))[9])
                    .isCloseTo(exact, org.assertj.core.data.Percentage.withPercentage(type.startsWith("B") ? 1 : 1e-5));
        }
    }

    @Test
    void countsThatOldVersionsDidNotSaveBeginAtZero() throws IOException {
        ImportedEncoder encoder = imported(trunk("").without("num_batches_tracked"));
        assertThat(encoder.absent()).contains("bn1.num_batches_tracked").hasSize(12);
        try (StateDict model = Checkpoint.open(directory.resolve("out")).model()) {
            assertThat(model.get("bn1.num_batches_tracked").item_long()).isZero();
        }
    }

    @Test
    void whatIsMissingOrUnexpectedIsNamed() throws IOException {
        refused(
                trunk("")
                        .without("layer2.0.bn2.bias")
                        .without("layer3.0.downsample.1")
                        .with("se.weight", 3),
                "missing 'layer2.0.bn2.bias', 'layer3.0.downsample.1.weight', 'layer3.0.downsample.1.bias',"
                        + " 'layer3.0.downsample.1.running_mean', 'layer3.0.downsample.1.running_var'; unexpected 'se.weight'");
        refused(trunk("").with("layer1.0.conv1.bias", 1), "unexpected 'layer1.0.conv1.bias'");
        refused(
                trunk("").with("layer1.0.conv2.weight", 2, 1, 3, 3),
                "'layer1.0.conv2.weight' is [2, 1, 3, 3]; this encoder needs [1, 1, 3, 3]");
        refused(swav("").without("projection_head.1.running_mean"), "missing 'projection_head.1.running_mean'");
        refused(swav("").with("prototypes.weight", 5, 3), "'prototypes.weight' is [5, 3]; this encoder needs [5, 4]");
        refused(trunk("").of("ShortStorage"), "'conv1.weight' is of type I16, which no weights have");
        refused(
                trunk("").beginningWith(Float.POSITIVE_INFINITY),
                "'conv1.weight' holds values that are infinite or no numbers");
        refused(
                new SavedTensors().with("blocks.0.attn.qkv.weight", 3, 1),
                "holds a vision transformer (ViT), where ResNets are read: there is no '...layer1.0.conv1.weight' among its 1 tensors"
                        + " ('blocks.0.attn.qkv.weight', ...)");
        refused(
                trunk("").with("a.".repeat(100_000), 1),
                "a tensor's name has 200000 characters: '" + "a.".repeat(40) + "…'");
        refused(new SavedTensors(), "holds no module's state: a dictionary of nothing, without tensors by name");
    }

    @ParameterizedTest
    @CsvSource({
        "module.blocks.0.attn.qkv.weight, a vision transformer (ViT)",
        "encoder.layers.encoder_layer_0.ln_1.weight, a vision transformer (ViT)",
        "vit.encoder.layer.0.attention.attention.query.weight, a vision transformer (ViT)",
        "backbone.layers.0.blocks.0.attn.qkv.weight, a Swin Transformer",
        "stages.0.0.dwconv.weight, a ConvNeXt",
        "stages.0.blocks.0.conv_dw.weight, a ConvNeXt",
        "features.1.0.layer_scale, a ConvNeXt",
        "module.conv1.0.weight, a ResNet with a stem of several convolutions (ResNet-D)",
        "blocks.0.0.conv_dw.weight, no ResNet",
        "conv_stem.weight, an EfficientNet or MobileNet",
        "s1.b1.conv1.conv.weight, a RegNet",
        "features.denseblock1.denselayer1.conv1.weight, a DenseNet",
        "features.0.weight, a VGG network or AlexNet",
        "fc.weight, no ResNet"
    })
    void otherNetworksAreNamed(String tensor, String network) throws IOException {
        Path file = new SavedTensors().with(tensor, 3, 1).write(directory.resolve("other.pth"));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> EncoderImport.run(file, directory.resolve("none"), FREELY, "0.1.0"))
                .withMessageStartingWith(file + ": holds " + network + (network.startsWith("no ") ? ":" : ", where"));
    }

    @Test
    void whateverFailsOfTheDiskNothingIsLeft() throws IOException {
        Path file = trunk("").write(directory.resolve("in.pth"));
        Path at = Files.createDirectory(directory.resolve("at"));
        int failures = 0;
        for (int n = 1; ; n += n < 4 ? 1 : 7) {
            FaultyFileSystem system = FaultyFileSystem.failingAt(Fault.DISK_FULL, n);
            try {
                EncoderImport.run(file, system.at(at).resolve("out"), FREELY, "0.1.0");
                break;
            } catch (CheckpointException e) {
                assertThat(e)
                        .hasMessageContaining("out: cannot be written: " + FaultyFileSystem.DISK_FULL)
                        .hasMessageEndingWith(". Is the disk full or read-only?");
                assertThat(at).as("after operation " + n).isEmptyDirectory();
                failures++;
            }
        }
        assertThat(failures).isGreaterThan(5);
        assertThat(Verification.of(at.resolve("out"), "").problems()).isEmpty();
    }

    /** As Lightning, Hydra and argparse leave them; made by Python. */
    @Test
    void aTrainingProgramsSettingsAreNoHindrance() throws IOException {
        SavedTensors saved = SavedTensors.trunk(ARCH, Stem.SMALL, "encoder.")
                .with("classifier.weight", 10, 8)
                .with("momentum_encoder.conv1.weight", 1, 3, 3, 3)
                .beside("hyper_parameters", "omegaconf.dictconfig", "DictConfig")
                .beside("args", "argparse", "Namespace");
        ImportedEncoder encoder = imported(saved, "state_dict");
        assertThat(encoder.method()).isEqualTo(Method.SOLO_LEARN);
        assertThat(encoder.passedOver()).containsExactly("argparse.Namespace", "omegaconf.dictconfig.DictConfig");
        assertThat(Checkpoint.open(directory.resolve("out")).originJson().orElseThrow())
                .contains("\"objects_passed_over\" : [ \"argparse.Namespace\"");
    }

    @Test
    void aProgramsOwnObjectsArePassedOverWhereTheUserSaysSo() throws IOException {
        SavedTensors saved = trunk("").beside("settings", "my_project", "Settings");
        Path file = saved.write(directory.resolve("in.pth"), "model");
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> EncoderImport.run(file, directory.resolve("out"), FREELY, "0.1.0"))
                .withMessageContaining("refused: my_project.Settings at byte")
                .withMessageContaining("--skip-objects");
        ImportedEncoder.Choices any = new ImportedEncoder.Choices(null, null, null, true);
        assertThat(EncoderImport.run(file, directory.resolve("out"), any, "0.1.0")
                        .passedOver())
                .containsExactly("my_project.Settings");
    }

    /** VISSL, in which the authors made other models of SwAV's. */
    @Test
    void visslKeepsTheTrunkDeepInside() throws IOException {
        ImportedEncoder encoder =
                imported(trunk("_feature_blocks."), "classy_state_dict", "base_model", "model", "trunk");
        assertThat(encoder.method()).isEqualTo(Method.VISSL);
        assertThat(encoder.place()).isEqualTo("classy_state_dict.base_model.model.trunk");
    }

    @Test
    void whatLiesThereIsNeverReplaced() throws IOException {
        Path file = trunk("").write(directory.resolve("in.pth"));
        Path out = Files.createDirectory(directory.resolve("out"));
        EncoderImport.run(file, out, FREELY, "0.1.0");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> EncoderImport.run(file, out, FREELY, "0.1.0"))
                .withMessage(out + ": is there already; give a new or an empty folder");
        assertThat(Verification.of(out, "").problems()).isEmpty();
    }

    @Test
    void itCannotBeResumedAndSaysSo() throws IOException {
        imported(trunk(""), "state_dict");
        Checkpoint checkpoint = Checkpoint.find(directory.resolve("out"));
        assertThat(checkpoint.summary().progress()).isEmpty();
        assertThat(checkpoint.inventory().optimizerSlots()).isEmpty();
        assertThat(checkpoint.originJson().orElseThrow()).contains("\"imported_from\" : \"in.pth\"", "sha256");
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable each :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        checkpoint::progress, checkpoint::optimizer, checkpoint::configYaml)) {
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(each)
                    .withMessage(directory.resolve("out")
                            + ": holds an encoder without a training, which cannot be resumed; begin a new run with it"
                            + " by --init-from");
        }
    }

    private static SavedTensors trunk(String prefix) {
        return SavedTensors.trunk(ARCH, Stem.IMAGENET, prefix);
    }

    private static SavedTensors swav(String prefix) {
        return trunk(prefix).withHead(prefix, 8, 6, 4);
    }

    private ImportedEncoder imported(SavedTensors saved, String... keys) throws IOException {
        return EncoderImport.run(
                saved.write(directory.resolve("in.pth"), keys), directory.resolve("out"), FREELY, "0.1.0");
    }

    private void refused(SavedTensors saved, String message) throws IOException {
        Path file = saved.write(directory.resolve("refused.pth"));
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> EncoderImport.run(file, directory.resolve("none"), FREELY, "0.1.0"))
                .withMessage(file + ": " + message);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(p -> p.getFileName().toString())).noneMatch(name -> name.contains("none"));
        }
    }
}
