package dev.hourglass.lab.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.train.Augmentation;
import dev.hourglass.train.LearningRateSchedule.CosineDecay;
import dev.hourglass.train.TrainOptions;
import org.junit.jupiter.api.Test;

class TrainingSyntaxTest {
    @Test
    void whatChangesWhileTrainingIsSaidInTheWordsOfTheRecipe() {
        TrainOptions plain = TrainOptions.defaults();
        TrainOptions both = plain.withSchedule(new CosineDecay(null, 0.1f, 0.002f, 500))
                .withAugmentation(new Augmentation(true, 2, 0, Augmentation.FillMode.NEAREST));

        assertThat(TrainingSyntax.changes(plain)).isFalse();
        assertThat(TrainingSyntax.changesInWords(plain)).isEqualTo("none");
        assertThat(TrainingSyntax.changes(both)).isTrue();
        assertThat(TrainingSyntax.changesInWords(both))
                .isEqualTo("CosineDecay (alpha 0.1, warmup_target 0.002, warmup_steps 500); horizontal_flip true,"
                        + " width_shift_range 2, height_shift_range 0, fill_mode nearest");
    }
}
