package org.swav4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureNamesTest {
    @ParameterizedTest
    @CsvSource({
        "resnet18, 64, 512",
        "resnet34, 64, 512",
        "resnet50, 64, 2048",
        "resnet101, 64, 2048",
        "resnet152, 64, 2048",
        "resnet50w2, 128, 4096",
        "resnet50w4, 256, 8192",
        "resnet50w5, 320, 10240",
        "resnet18w0.5, 32, 256",
        "resnet18w0.125, 8, 64",
        "resnet18w0.02, 1, 8",
    })
    void namesGiveWidths(String name, int stem, int features) {
        Architecture architecture = Architecture.parse(name);
        assertThat(architecture.name()).isEqualTo(name);
        assertThat(architecture).hasToString(name);
        assertThat(architecture.stemChannels()).isEqualTo(stem);
        assertThat(architecture.features()).isEqualTo(features);
    }

    @Test
    void widthOneIsTheNameWithoutIt() {
        assertThat(Architecture.parse("resnet50w1")).isEqualTo(Architecture.parse("resnet50"));
        assertThat(Architecture.known())
                .containsExactly("resnet10", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152");
        assertThat(Architecture.known())
                .allSatisfy(name -> assertThat(Architecture.parse(name).width()).isEqualTo(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "resnet",
                "resnet19",
                "ResNet50",
                "resnet50w",
                "resnet50w-1",
                "resnet50x2",
                "vit",
                "resnet50w2 ",
                "resnet99999999999",
                "resnet50w1e3",
                "resnet50w123"
            })
    void unknownNamesAreAnsweredWithTheKnown(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Architecture.parse(name))
                .withMessage("'" + name
                        + "' is not an architecture: resnet10, resnet18, resnet34, resnet50, resnet101, resnet152,"
                        + " each with an optional width as in resnet50w2 or resnet18w0.5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet50w0", "resnet50w0.015", "resnet50w17", "resnet50w99.999"})
    void widthsHaveBounds(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Architecture.parse(name))
                .withMessage("'" + name + "': width must lie between 0.016 and 16");
    }

    @Test
    void fourStagesOfAtLeastOneBlock() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Architecture("mine", List.of(2, 2, 2), false, 1))
                .withMessage("'mine': four stages of at least one block, not [2, 2, 2]");
        assertThatIllegalArgumentException().isThrownBy(() -> new Architecture("mine", List.of(2, 2, 0, 2), false, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Architecture("mine", List.of(2, 2, 2, 2), false, Double.NaN))
                .withMessage("'mine': width must be positive, not NaN");
    }

    @Test
    void stemsParseTheirNames() {
        for (Stem stem : Stem.values()) {
            assertThat(Stem.parse(stem.toString())).isEqualTo(stem);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Stem.parse("big"))
                .withMessage("'big' is not a stem: imagenet, small, small-stride2");
    }
}
