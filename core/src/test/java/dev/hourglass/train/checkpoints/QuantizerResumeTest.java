package dev.hourglass.train.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.Loss;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.TinyTraining;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A codebook is a variable like others: a run that stops at any step goes on alike. */
class QuantizerResumeTest {
    private static final AutoencoderSpec SPEC = new AutoencoderSpec(
            "quantized",
            Shape.of(6),
            List.of(
                    new LayerSpec.Dense("a", 6, Activation.TANH),
                    new LayerSpec.Reshape("b", Shape.of(3, 2)),
                    new LayerSpec.VectorQuantizer("z", 5)),
            List.of(new LayerSpec.Flatten("c"), new LayerSpec.Dense("d", 6, Activation.SIGMOID)));

    private static final TrainOptions OPTIONS =
            TinyTraining.OPTIONS.withLoss(Loss.parse("mean_squared_error:penalties=z/quantization beta 0.5"));

    @TempDir
    private Path folder;

    @Test
    void fromACheckpointAfterAnyStepTrainingEndsInTheSameBits() throws IOException {
        ConfinedFolder confined = ConfinedFolder.open(folder);
        TrainResult whole = train(
                TrainingState.fresh(SPEC, TinyTraining.TRAINING.normalization(), OPTIONS), (moment, place, state) -> {
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
            assertThat(resumed.history().last().validationLoss())
                    .isEqualTo(whole.history().last().validationLoss());
        }
    }

    private static TrainResult train(TrainingState from, TrainingWatch watch) {
        return Trainer.train(from, TinyTraining.TRAINING, TinyTraining.VALIDATION, OPTIONS, watch, event -> {});
    }
}
