package org.swav4j.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CropSpecTest {

    @Test
    void parsesThePapersCrops() {
        assertThat(CropSpec.parseAll("2x224@0.14-1,6x96@0.05-0.14"))
                .containsExactly(new CropSpec(2, 224, .14, 1), new CropSpec(6, 96, .05, .14));
        assertThat(CropSpec.parseAll(" 2x32@.25-1.0 ")).containsExactly(new CropSpec(2, 32, .25, 1));
    }

    @Test
    void writesWhatItReads() {
        List<CropSpec> specs = CropSpec.parseAll("2x224@0.14-1,6x96@0.00005-0.14");
        assertThat(specs).hasToString("[2x224@0.14-1, 6x96@0.00005-0.14]");
        assertThat(CropSpec.parseAll(specs.get(1).toString())).containsExactly(specs.get(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "2x224@1.2-1|'2x224@1.2-1': scale range must satisfy 0 < min <= max <= 1",
                "2x224@0-1|'2x224@0-1': scale range must satisfy 0 < min <= max <= 1",
                "2x224@0.5-0.4|'2x224@0.5-0.4': scale range must satisfy 0 < min <= max <= 1",
                "2x224@0.5-1.5|'2x224@0.5-1.5': scale range must satisfy 0 < min <= max <= 1",
                "0x224@0.1-1|'0x224@0.1-1': number of crops must satisfy 1 <= count <= 256, found 0",
                "2x4@0.1-1|'2x4@0.1-1': crop size must satisfy 8 <= size <= 2048 pixels, found 4",
                "2x9999@0.1-1|'2x9999@0.1-1': crop size must satisfy 8 <= size <= 2048 pixels, found 9999",
            })
    void namesTheCropTheRuleAndTheValue(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CropSpec.parseAll(text))
                .withMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "2x224", "x224@.1-1", "2x224@.1", "2x224@.1-1,", "-2x224@.1-1", "2x224@.-1", "9999999x9@1-1"
            })
    void quotesWhatIsNotTheSyntax(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CropSpec.parseAll(text))
                .withMessageContaining("expected COUNTxSIZE@MIN-MAX, for example 2x224@0.14-1");
    }

    @Test
    void scaleMustBeANumber() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CropSpec(1, 32, Double.NaN, 1));
    }
}
