package org.swav4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.swav4j.cli.TinyCommand.Result;
import org.swav4j.nn.Stem;

/** TorchScript programs as other programs see them: DJL with a libtorch of its own, and Python where it is installed. */
class TorchScriptReadersTest {
    /** Where the build puts DJL's jars, which must not meet this process's libtorch. */
    private static final Path DJL = Path.of("target/djl").toAbsolutePath();

    private static final Path READER = Path.of("src/test/djl/DjlEncoder.java").toAbsolutePath();

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

    private void export(String options) {
        Result result = network.export("torchscript", "encoder.pt", (Object[]) ("--what " + options).split(" "));
        assertThat(result.code()).as(result.err()).isZero();
    }

    /** Several prototype heads are several outputs. */
    @ParameterizedTest
    @ValueSource(strings = {"trunk", "scores --fold-bn"})
    void djlComputesTheSame(String options) throws Exception {
        network.save("resnet10w0.125", Stem.SMALL_STRIDE2, 24, 6, 4);
        assertThat(differenceInDjl(options)).isLessThan(2e-5);
    }

    @Test
    @Tag("slow")
    void djlComputesTheSameOfAResNet50() throws Exception {
        network.save("resnet50", Stem.IMAGENET, 224, 300);
        assertThat(differenceInDjl("scores --fold-bn")).isLessThan(1e-4);
    }

    private double differenceInDjl(String options) throws IOException, InterruptedException {
        assertThat(DJL).as("./mvnw test brings DJL here").isNotEmptyDirectory();
        export(options + " --with-preprocessing");
        network.writePixels("images");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dai.djl.offline=true",
                        "-DDJL_CACHE_DIR=" + folder.resolve("cache"),
                        "-cp",
                        DJL + "/*",
                        READER.toString(),
                        "encoder.pt",
                        "images",
                        "" + network.size(),
                        "outputs")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("djl.txt").toFile())
                .start();
        boolean ended = process.waitFor(300, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0)
                .as(Files.readString(folder.resolve("djl.txt")))
                .isTrue();
        ByteBuffer found =
                ByteBuffer.wrap(Files.readAllBytes(folder.resolve("outputs"))).order(ByteOrder.LITTLE_ENDIAN);
        double largest = 0;
        for (Tensor expected : network.expected(options.split(" ")[0])) {
            for (float value : ExportedNetwork.floats(expected)) {
                largest = Math.max(largest, Math.abs(value - found.getFloat()));
            }
        }
        assertThat(found.hasRemaining()).isFalse();
        return largest;
    }

    /** As it is, frozen, saved anew, and its weights as torchvision's. The first lines are those of the model card. */
    @ParameterizedTest
    @ValueSource(strings = {"trunk", "embedding --fold-bn", "scores --with-preprocessing"})
    void pythonComputesTheSame(String options) throws Exception {
        network.save("resnet10", Stem.SMALL_STRIDE2, 24, 6, 4);
        export(options);
        network.writePixels("images");
        network.writeExpected(options.split(" ")[0], "outputs");
        boolean bytes = options.contains("--with-preprocessing");
        String code = network.codeOfCard("encoder.pt");
        List<String> check = new ArrayList<>(List.of(
                "import sys",
                "try:",
                "    import numpy, torch, torchvision",
                "except ImportError as e:",
                "    sys.exit('" + ExportedNetwork.NOT_INSTALLED + "' + str(e))",
                "side, count = " + network.size() + ", " + ExportedNetwork.IMAGES,
                "images = torch.from_numpy(numpy.fromfile('images', numpy.uint8).reshape(count, side, side, 3))",
                "pixels = (images / 255 - torch.tensor([.485, .456, .406])) / torch.tensor([.228, .224, .225])",
                "pixels = pixels.permute(0, 3, 1, 2).float()",
                "expected = torch.from_numpy(numpy.fromfile('outputs', '>f4').astype('f4'))",
                "def difference(outputs):",
                "    outputs = [outputs] if torch.is_tensor(outputs) else outputs",
                "    return (torch.cat([o.flatten() for o in outputs]) - expected).abs().max().item()",
                code,
                "given = " + (bytes ? "images" : "pixels"),
                "assert not encoder.training",
                "with torch.no_grad():",
                "    assert difference(encoder(given)) < 2e-5, difference(encoder(given))",
                "    frozen = torch.jit.freeze(encoder)",
                "    assert difference(frozen(given)) < 2e-5, difference(frozen(given))",
                "    encoder.save('again.pt')",
                "    again = torch.jit.load('again.pt')",
                "    assert difference(again(given)) < 2e-5",
                "text = {'swav4j.arch': '', 'swav4j.image_size': ''}",
                "torch.jit.load('encoder.pt', _extra_files=text)",
                "assert text == {'swav4j.arch': b'resnet10', 'swav4j.image_size': b'24'}, text"));
        if (options.equals("trunk")) {
            check.addAll(List.of(
                    "model = torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, [1, 1, 1, 1])",
                    "model.conv1 = torch.nn.Conv2d(3, 64, 3, stride=2, padding=1, bias=False)",
                    "model.maxpool = torch.nn.Identity()",
                    "model.fc = torch.nn.Identity()",
                    "model.load_state_dict(dict(encoder.state_dict()), strict=True)",
                    "assert difference(model.eval()(pixels)) < 2e-5"));
        }
        String problem = network.python(String.join("\n", check));
        assumeThat(problem)
                .as("/usr/bin/python3 with torch and torchvision is installed")
                .doesNotContain(ExportedNetwork.NOT_INSTALLED);
        assertThat(problem).isEmpty();
    }
}
