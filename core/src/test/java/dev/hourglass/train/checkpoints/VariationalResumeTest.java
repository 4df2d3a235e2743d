package dev.hourglass.train.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.Loss;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.History;
import dev.hourglass.train.TinyTraining;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is drawn, and how far a divergence has warmed up, follow from the step: a run that stops at any of them goes on alike. */
class VariationalResumeTest {
    private static final AutoencoderSpec SPEC = KilledTraining.variational(6);

    /** The divergence warms up until the middle of the second epoch. */
    private static final TrainOptions OPTIONS = TinyTraining.OPTIONS.withLoss(
            Loss.parse("binary_crossentropy:penalties=z/divergence beta 2 warm_up 1.5;a/sparsity rho 0.1 beta 0.5;"
                    + "a/contraction lambda 0.1"));

    @TempDir
    private Path folder;

    @Test
    void fromACheckpointAfterAnyStepTrainingEndsInTheSameBits() throws IOException {
        ConfinedFolder confined = ConfinedFolder.open(folder);
        TrainResult whole = train(fresh(), (moment, place, state) -> {
            try {
                Checkpoint checkpoint = new Checkpoint(new TreeMap<>(), state.get());
                CheckpointFile.write(confined, "after" + place.epoch() + "-" + place.steps(), checkpoint);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        String[] files = folder.toFile().list();
        assertThat(files).hasSizeGreaterThanOrEqualTo(3 * 4);
        for (String file : files) {
            TrainingState state = CheckpointFile.read(confined, file, SPEC, Normalization.NONE)
                    .state();
            TrainResult resumed = train(state, TrainingWatch.INTERRUPTS);
            assertThat(KilledTraining.digest(resumed)).as(file).isEqualTo(KilledTraining.digest(whole));
            for (int i = 0; i < 3; i++) {
                History.Epoch expected = whole.history().epochs().get(i);
                History.Epoch epoch = resumed.history().epochs().get(i);
                assertThat(epoch.loss()).isEqualTo(expected.loss());
                assertThat(epoch.reconstruction()).isEqualTo(expected.reconstruction());
                assertThat(epoch.divergence()).isEqualTo(expected.divergence()).isPositive();
                assertThat(epoch.validationLoss()).isEqualTo(expected.validationLoss());
                assertThat(epoch.validationDivergence()).isEqualTo(expected.validationDivergence());
            }
        }
    }

    private static TrainingState fresh() {
        return TrainingState.fresh(SPEC, TinyTraining.TRAINING.normalization(), OPTIONS);
    }

    private static TrainResult train(TrainingState from, TrainingWatch watch) {
        return Trainer.train(from, TinyTraining.TRAINING, TinyTraining.VALIDATION, OPTIONS, watch, event -> {});
    }
}
