package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.cli.TinyCommand.Result;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.PixelNormalization;
import org.swav4j.nn.Stem;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Exports as other programs see them: ONNX Runtime, and torchvision where it is installed. */
class ExportCommandTest {

    @TempDir
    private Path folder;

    private ExportedNetwork network;

    @BeforeEach
    void open() {
        network = new ExportedNetwork(folder);
    }

    @AfterEach
    void close() {
        network.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "trunk",
                "trunk --fold-bn --dynamic",
                "trunk --with-preprocessing --dynamic",
                "embedding --fold-bn --with-preprocessing",
                "scores --dynamic"
            })
    void onnxRuntimeComputesTheSame(String options) throws Exception {
        network.save("resnet10w0.125", Stem.SMALL_STRIDE2, 24, 6, 4);
        assertThat(differenceInOnnxRuntime(options)).isLessThan(2e-5);
    }

    @Test
    @Tag("slow")
    void onnxRuntimeComputesTheSameOfAResNet50() throws Exception {
        network.save("resnet50", Stem.IMAGENET, 224, 300);
        assertThat(differenceInOnnxRuntime("scores --fold-bn --with-preprocessing"))
                .isLessThan(1e-4);
    }

    private double differenceInOnnxRuntime(String options) throws OrtException {
        String[] words = ("--what " + options).split(" ");
        Result result = network.export("onnx", "model.onnx", (Object[]) words);
        assertThat(result.code()).as(result.err()).isZero();
        List<Tensor> expected = network.expected(options.split(" ")[0]);
        boolean bytes = options.contains("--with-preprocessing");
        boolean dynamic = options.contains("--dynamic");
        double largest = 0;
        try (OrtEnvironment environment = OrtEnvironment.getEnvironment();
                OrtSession session =
                        environment.createSession(folder.resolve("model.onnx").toString())) {
            assertThat(session.getMetadata().getCustomMetadata())
                    .containsEntry("swav4j.image_size", "" + network.size());
            int batch = dynamic ? ExportedNetwork.IMAGES : 1;
            for (int begin = 0; begin < ExportedNetwork.IMAGES; begin += batch) {
                try (OnnxTensor input = input(environment, begin, batch, bytes);
                        OrtSession.Result outputs = session.run(Map.of(bytes ? "images" : "pixels", input))) {
                    assertThat(outputs.size()).isEqualTo(expected.size());
                    for (int i = 0; i < expected.size(); i++) {
                        float[][] found = (float[][]) outputs.get(i).getValue();
                        float[] wanted = ExportedNetwork.floats(expected.get(i).narrow(0, begin, batch));
                        assertThat(found.length * found[0].length).isEqualTo(wanted.length);
                        for (int j = 0; j < wanted.length; j++) {
                            double difference = wanted[j] - found[j / found[0].length][j % found[0].length];
                            largest = Math.max(largest, Math.abs(difference));
                        }
                    }
                }
            }
        }
        return largest;
    }

    private OnnxTensor input(OrtEnvironment environment, int begin, int batch, boolean bytes) throws OrtException {
        Tensor images = network.pixels().narrow(0, begin, batch).contiguous();
        if (bytes) {
            ByteBuffer data = ByteBuffer.allocateDirect((int) images.nbytes());
            data.put(new BytePointer(images.data_ptr())
                            .capacity(images.nbytes())
                            .asByteBuffer())
                    .flip();
            return OnnxTensor.createTensor(environment, data, images.shape(), OnnxJavaType.UINT8);
        }
        try (PixelNormalization normalization = new PixelNormalization(Placement.CPU)) {
            Tensor normalised = normalization.apply(images).contiguous();
            return OnnxTensor.createTensor(
                    environment, FloatBuffer.wrap(ExportedNetwork.floats(normalised)), normalised.shape());
        }
    }

    @Test
    void pythonLoadsTheStateDictIntoTorchvision() throws Exception {
        network.save("resnet10", Stem.SMALL_STRIDE2, 24, 6);
        torchvisionAgrees();
    }

    @Test
    @Tag("slow")
    void pythonLoadsTheStateDictOfAResNet50IntoTorchvision() throws Exception {
        network.save("resnet50", Stem.IMAGENET, 96, 6);
        torchvisionAgrees();
    }

    /** The code is that of the model card. */
    private void torchvisionAgrees() throws Exception {
        assertThat(network.export("pytorch", "model.pth").code()).isZero();
        assertThat(network.export("pytorch", "half.pth", "--half", "--what", "scores")
                        .code())
                .isZero();
        network.writePixels("input");
        network.writeExpected("trunk", "features");
        String code = network.codeOfCard("model.pth");
        String check = String.join(
                "\n",
                "import sys",
                "try:",
                "    import numpy, inspect, torch, torchvision",
                "except ImportError as e:",
                "    sys.exit('" + ExportedNetwork.NOT_INSTALLED + "' + str(e))",
                "bytes = numpy.fromfile('input', numpy.uint8).reshape(" + ExportedNetwork.IMAGES + ", " + network.size()
                        + ", " + network.size() + ", 3)",
                "images = (bytes / 255 - [.485, .456, .406]) / [.228, .224, .225]",
                "images = torch.from_numpy(images.transpose(0, 3, 1, 2)).float()",
                code,
                "expected = numpy.fromfile('features', '>f4').astype('f4').reshape(" + ExportedNetwork.IMAGES + ", -1)",
                "difference = abs(features.detach().numpy() - expected).max()",
                "assert difference < 1e-4, difference",
                "half = torch.load('half.pth')",
                "assert half['conv1.weight'].dtype == torch.float16 and 'prototypes.weight' in half",
                "assert torch.equal(half['conv1.weight'], weights['conv1.weight'].half())",
                "assert half['bn1.num_batches_tracked'].item() == 1",
                "if 'weights_only' in inspect.signature(torch.load).parameters:",
                "    torch.load('model.pth', weights_only=True)");
        String problem = network.python(check);
        assumeThat(problem)
                .as("/usr/bin/python3 with torch and torchvision is installed")
                .doesNotContain(ExportedNetwork.NOT_INSTALLED);
        assertThat(problem).isEmpty();
    }

    @Test
    void saysWhatItWroteAndOverwritesOnlyWhenAsked() throws IOException {
        network.save("resnet10w0.125", Stem.SMALL_STRIDE2, 16, 6);
        Result first = network.export("safetensors", "model.safetensors", "--license", "CC BY 4.0");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.out())
                .contains("model.safetensors: trunk of ", "features [N, 64]")
                .contains("compared on 4 images of 16 pixels: largest difference 0")
                .contains("model card: ");
        assertThat(folder.resolve("model.safetensors.README.md"))
                .content()
                .contains("| licence | CC BY 4.0 |", "--license 'CC BY 4.0'");

        Result again = network.export("onnx", "model.safetensors");
        assertThat(again.code()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err())
                .contains("model.safetensors: is there already; --force replaces it")
                .contains("model.safetensors.README.md: is there already; --force replaces it");
        Result forced = network.export("onnx", "model.safetensors", "--force", "--json", "--what", "embedding");
        assertThat(forced.code()).as(forced.err()).isZero();
        JsonNode json = JsonMapper.shared().readTree(forced.out());
        assertThat(json.get("format").stringValue()).isEqualTo("onnx");
        assertThat(json.get("outputs").get("embeddings").intValue()).isEqualTo(8);
        assertThat(json.get("bytes").longValue()).isEqualTo(Files.size(folder.resolve("model.safetensors")));
        assertThat(json.get("largest_difference").doubleValue()).isLessThan(1e-6);
    }

    @Test
    void wrongUsageIsNamedBeforeAnythingIsRead() throws IOException {
        Result result = network.export("pytorch", "no/model", "--fold-bn", "--size", "4");
        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err())
                .contains("swav: --size: '4': must be from 8 to 2048")
                .contains("swav: --fold-bn: is for torchscript and onnx; pytorch holds weights and no operations")
                .contains("swav: --model: " + folder.resolve("run") + ": there is no such run or checkpoint")
                .contains("swav: --out: " + folder.resolve("no/model") + ": there is no folder " + folder.resolve("no"))
                .doesNotContain("\tat ");
        assertThat(network.export("onyx", "a").err())
                .contains("'onyx': must be safetensors, pytorch, torchscript or onnx");
        Files.writeString(folder.resolve("run"), "a file");
        Result file = network.export("onnx", "a");
        assertThat(file.code()).isEqualTo(ExitCode.FAILED);
        assertThat(file.err()).contains("run: is a file; a run and a checkpoint of swav4j are folders");
        assertThat(folder.resolve("a")).doesNotExist();
    }
}
