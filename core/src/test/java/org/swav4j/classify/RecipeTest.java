package org.swav4j.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RecipeTest {
    @Test
    void thePapersRecipesArePresets() {
        assertThat(Preset.parse("imagenet-1").tuned())
                .isEqualTo(new Recipe(0.02, 5, 0, 256, 20, 0, Decay.STEP, 0.08, 0));
        assertThat(Preset.parse("imagenet-10").tuned())
                .isEqualTo(new Recipe(0.01, 0.2, 0, 256, 20, 0, Decay.STEP, 0.08, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Preset.parse("large"))
                .withMessage("'large': must be one of imagenet-1, imagenet-10, small, small-many");
    }

    @Test
    void fromScratchTakesAsManyStepsAsFineTuning() {
        for (Preset preset : Preset.values()) {
            for (int images : new int[] {3, 500, 5_000, 50_000}) {
                assertThat(preset.scratch().steps(images))
                        .as("%s, %d images", preset, images)
                        .isEqualTo(preset.tuned().steps(images));
            }
        }
    }

    @Test
    void fewImagesArePassedOverMoreOften() {
        Recipe recipe = new Recipe(0.1, 0.1, 0, 128, 10, 1000, Decay.COSINE, 0.25, 0);
        // 390 whole batches
        assertThat(recipe.steps(50_000)).isEqualTo(3_900);
        // 3 whole batches, so 334 passes are the first that reach 1,000 steps
        assertThat(recipe.epochsOf(500)).isEqualTo(334);
        assertThat(recipe.steps(500)).isEqualTo(1_002);
        // one batch of all images
        assertThat(recipe.batchOf(7)).isEqualTo(7);
        assertThat(recipe.steps(7)).isEqualTo(1_000);
        assertThat(recipe.withLength(128, 10, 0).steps(7)).isEqualTo(10);
    }

    @Test
    void whatIsNoRecipeIsRefused() {
        Recipe recipe = Preset.SMALL.tuned();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> recipe.withRates(0, 1))
                .withMessage("the trunk's learning rate must be above 0, not 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> recipe.withRates(1, Double.NaN))
                .withMessage("the head's learning rate must be above 0, not NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> recipe.withLength(1, 1, 0))
                .withMessageContaining("the batch must be at least 2, for batch norm, not 1");
        assertThatIllegalArgumentException().isThrownBy(() -> recipe.withAugmentation(0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> recipe.withWeightDecay(-1));
    }
}
