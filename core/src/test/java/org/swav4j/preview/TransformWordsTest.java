package org.swav4j.preview;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.swav4j.augment.Brightness;
import org.swav4j.augment.ColorJitter;
import org.swav4j.augment.Contrast;
import org.swav4j.augment.GaussianBlur;
import org.swav4j.augment.Grayscale;
import org.swav4j.augment.HorizontalFlip;
import org.swav4j.augment.Hue;
import org.swav4j.augment.Saturation;
import org.swav4j.augment.Transform;

class TransformWordsTest {
    private static final List<Transform> ALL = List.of(
            new HorizontalFlip(),
            new ColorJitter(List.of(new Hue(-0.0812), new Brightness(1.316), new Saturation(0), new Contrast(0.5))),
            new Grayscale(),
            new GaussianBlur(1.449));

    @Test
    void everyChangeIsNamedWithItsValueInTheOrderOfTheChanges() {
        assertThat(TransformWords.of(ALL))
                .containsExactly(
                        "mirrored",
                        "hue −0.08 turns",
                        "brightness ×1.32",
                        "saturation ×0.00",
                        "contrast ×0.50",
                        "grey",
                        "blur σ 1.4 px");
    }

    @Test
    void noKindOfTransformIsWithoutWords() {
        Set<Class<?>> named = ALL.stream().map(Object::getClass).collect(Collectors.toSet());
        ALL.stream()
                .filter(ColorJitter.class::isInstance)
                .flatMap(t -> ((ColorJitter) t).parts().stream())
                .forEach(part -> named.add(part.getClass()));
        assertThat(named).containsExactlyInAnyOrder(Transform.class.getPermittedSubclasses());
    }
}
