package org.swav4j.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.comm.Alone;
import org.swav4j.format.FormatException;
import org.swav4j.nn.Architecture;
import org.swav4j.nn.ModuleState;
import org.swav4j.nn.ModuleState.Placement;
import org.swav4j.nn.ResNet;
import org.swav4j.nn.Stem;
import org.swav4j.tensor.StateDict;

class TrunkShapesTest {
    private static final Path FILE = Path.of("file.pth");

    @ParameterizedTest
    @CsvSource({
        "resnet10w0.016, imagenet",
        "resnet18w0.125, small",
        "resnet18w0.5, imagenet",
        "resnet34w0.063, imagenet",
        "resnet50w0.125, imagenet",
        "resnet101w0.063, small-stride2",
        "resnet152w0.063, imagenet"
    })
    void theyAreThoseOfTheNetwork(String name, String stemName) throws IOException {
        TrunkShapes shapes = new TrunkShapes(Architecture.parse(name), Stem.parse(stemName));
        Map<String, long[]> found = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            ModuleState modules = new ModuleState(Placement.CPU);
            new ResNet(modules, shapes.arch(), shapes.stem(), new Alone());
            try (StateDict state = modules.all()) {
                state.forEach((tensor, value) -> found.put(tensor, value.shape()));
            }
        }
        Map<String, long[]> expected = shapes.expected();
        assertThat(expected.keySet()).containsExactlyInAnyOrderElementsOf(found.keySet());
        expected.forEach(
                (tensor, shape) -> assertThat(found.get(tensor)).as(tensor).isEqualTo(shape));
        Stem told = shapes.stem() == Stem.SMALL_STRIDE2 ? Stem.SMALL_STRIDE2 : null;
        assertThat(TrunkShapes.recognise(FILE, found, told)).isEqualTo(shapes);
    }

    @ParameterizedTest
    @CsvSource({
        "resnet10",
        "resnet18",
        "resnet34",
        "resnet50",
        "resnet101",
        "resnet152",
        "resnet50w2",
        "resnet50w4",
        "resnet50w5",
        "resnet18w0.25",
        "resnet50w0.125"
    })
    void everyMemberIsRecognised(String name) throws IOException {
        TrunkShapes shapes = new TrunkShapes(Architecture.parse(name), Stem.IMAGENET);
        assertThat(TrunkShapes.recognise(FILE, shapes.expected(), null)).isEqualTo(shapes);
    }

    @Test
    void othersAreRefused() {
        Map<String, long[]> shapes = new TrunkShapes(Architecture.parse("resnet18"), Stem.IMAGENET).expected();
        refused(
                shapes,
                "layer1.2.conv1.weight",
                new long[] {64, 64, 3, 3},
                "its stages have [3, 2, 2, 2] basic blocks, as none of");
        refused(
                shapes,
                "conv1.weight",
                new long[] {64, 3, 5, 5},
                "'conv1.weight' has a kernel of 5; 7 and 3 are known");
        refused(
                shapes,
                "conv1.weight",
                new long[] {64, 1, 7, 7},
                "'conv1.weight' is [64, 1, 7, 7]; a ResNet begins with");
        refused(shapes, "conv1.weight", null, "'conv1.weight' is missing; a ResNet begins with");
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> TrunkShapes.recognise(FILE, shapes, Stem.SMALL))
                .withMessage("file.pth: --stem: 'small' does not fit: 'conv1.weight' has a kernel of 7");
    }

    private static void refused(Map<String, long[]> sound, String name, long[] shape, String message) {
        Map<String, long[]> shapes = new LinkedHashMap<>(sound);
        shapes.put(name, shape);
        if (shape == null) {
            shapes.remove(name);
        }
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> TrunkShapes.recognise(FILE, shapes, null))
                .withMessageStartingWith("file.pth: " + message);
    }
}
