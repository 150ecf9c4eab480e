package org.swav4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.swav4j.eval.LabelledMemory;

class LabelSubsetTest {
    /** 100 cats, 20 dogs, one fox, an unlabelled one. */
    private static final LabelledMemory IMAGES = new LabelledMemory(
            List.of("cat", "dog", "fox", "ghost"),
            Set.of(),
            IntStream.range(0, 122)
                    .map(i -> i < 100 ? 0 : i < 120 ? 1 : i == 120 ? 2 : -1)
                    .toArray());

    @Test
    void takesEachClassInProportionAndAtLeastOne() {
        int[] tenth = LabelSubset.ofEachClass(IMAGES, .1, 3);
        assertThat(count(tenth, 0)).isEqualTo(10);
        assertThat(count(tenth, 1)).isEqualTo(2);
        assertThat(count(tenth, 2)).isEqualTo(1);
        assertThat(tenth).hasSize(13).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aSmallerShareIsPartOfALargerAndSeedsDiffer() {
        Set<Integer> one = set(LabelSubset.ofEachClass(IMAGES, .05, 3));
        Set<Integer> ten = set(LabelSubset.ofEachClass(IMAGES, .1, 3));
        assertThat(ten).containsAll(one);
        assertThat(set(LabelSubset.ofEachClass(IMAGES, .1, 4))).isNotEqualTo(ten);
        assertThat(LabelSubset.ofEachClass(IMAGES, 1, 3))
                .containsExactly(IntStream.range(0, 121).toArray());
    }

    @Test
    void refusesSharesThatAreNone() {
        assertThatThrownBy(() -> LabelSubset.ofEachClass(IMAGES, 0, 1)).hasMessageContaining("above 0");
        LabelledMemory none = new LabelledMemory(List.of("cat"), Set.of(), -1, -1);
        assertThatThrownBy(() -> LabelSubset.ofEachClass(none, .5, 1)).hasMessageContaining("no image has a label");
    }

    @Test
    void selectedImagesKeepNamesLabelsAndHaveAFingerprintOfTheirOwn() {
        SelectedImages selected = new SelectedImages(IMAGES, new int[] {120, 5}, "two of them");
        assertThat(selected.size()).isEqualTo(2);
        assertThat(selected.label(0)).isEqualTo(2);
        assertThat(selected.name(1)).isEqualTo(IMAGES.name(5));
        assertThat(selected.inSource(0)).isEqualTo(120);
        assertThat(selected.fingerprint())
                .hasSize(64)
                .isNotEqualTo(new SelectedImages(IMAGES, new int[] {5, 120}, "two of them").fingerprint());
        assertThatThrownBy(() -> new SelectedImages(IMAGES, new int[] {122}, "x"))
                .hasMessageContaining("no image 122");
    }

    private static long count(int[] chosen, int label) {
        return Arrays.stream(chosen).filter(i -> IMAGES.label(i) == label).count();
    }

    private static Set<Integer> set(int[] values) {
        return Arrays.stream(values).boxed().collect(Collectors.toSet());
    }
}
