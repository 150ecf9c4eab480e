package org.swav4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.swav4j.data.DataException;

class EvaluationSplitTest {
    private static LabelledMemory images(List<String> classes, int... labels) {
        return new LabelledMemory(classes, Set.of(), labels);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cat,dgo         | class 'dgo' is",
                "dgo,cat,ant,bee | classes 'dgo', 'ant', 'bee' are",
                "a,b,c,d,e       | classes 'a', 'b', 'c' and 2 more are"
            })
    void classesThatTrainLacksAreNamed(String classes, String said) {
        LabelledMemory train = images(List.of("cat", "dog"), 0, 1);
        LabelledMemory test = images(List.of(classes.split(",")), 0, 1, 0);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new EvaluationSplit(train, test))
                .withMessage("memory: 3 images: " + said + " not among those of memory: 2 images");
    }

    @Test
    void withoutClassesOrLabelsNothingCanBeEvaluated() {
        LabelledMemory good = images(List.of("cat"), 0);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new EvaluationSplit(good, images(List.of(), -1, -1)))
                .withMessage("memory: 2 images: no classes; each class needs a folder of its own in it");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new EvaluationSplit(images(List.of("cat"), -1, -1), good))
                .withMessage("memory: 2 images: no image has a label");
    }

    @Test
    void whatMayMisleadIsWarnedOf() {
        EvaluationSplit split = new EvaluationSplit(
                images(List.of("ant", "bee", "cat", "dog"), 0, 0, 2, -1), images(List.of("cat", "bee"), 0));
        assertThat(split.trainImages()).isEqualTo(3);
        assertThat(split.warnings())
                .containsExactly(
                        "memory: 4 images: 1 images have no label and are left out",
                        "memory: 4 images: classes 'bee', 'dog' have no images",
                        "memory: 1 images: class 'bee' has no image",
                        "memory: 1 images: lacks classes 'ant', 'dog' of memory: 4 images, so the figures say nothing of"
                                + " them");
        assertThat(new EvaluationSplit(images(List.of("cat"), 0), images(List.of("cat"), 0)).warnings())
                .containsExactly("memory: 1 images: has one class only; whatever says that class is always right");
        assertThat(new EvaluationSplit(images(List.of("cat", "dog"), 0, 1), images(List.of("dog", "cat"), 0, 1))
                        .warnings())
                .isEmpty();
    }
}
