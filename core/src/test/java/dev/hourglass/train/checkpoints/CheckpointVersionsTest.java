package dev.hourglass.train.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.History;
import dev.hourglass.train.TinyTraining;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Checkpoints of earlier versions of Hourglass, as {@link CheckpointMaker} made them. */
class CheckpointVersionsTest {
    /** What {@link CheckpointMaker} said: SHA-256 of the weights after each epoch. */
    private static final List<String> EPOCHS = List.of(
            "253d497cc333f18a8a920955f3db8ff3fa49310d11f00026203f2751f01586f3",
            "2d34ec90d9b96a0232e9d17970b16531fe328c70384284464389dca5e4f509ca",
            "b84e34ba9630a3984fcc8973a6796ae8e9d4a61d73247b537d5259efe11503ba");

    @Test
    void versionOneGoesOnToTheWeightsOfATrainingThatNothingStopped() throws Exception {
        Checkpoint checkpoint = read("version-1.checkpoint");
        assertThat(checkpoint.origin()).isEqualTo(CheckpointsTest.ORIGIN);
        TrainingState state = checkpoint.state();
        assertThat(state.place().epoch()).isEqualTo(2);
        assertThat(state.place().steps()).isEqualTo(2);
        assertThat(state.history().loss()).isEqualTo(new Loss.MeanSquaredError());
        assertThat(state.optimizer().optimizer().withLearningRate(1e-3f)).isEqualTo(Optimizer.Adam.DEFAULT);
        assertThat(state.optimizer().steps()).isEqualTo(6);

        TrainResult result = resumed(state);

        assertThat(result.weightDigests()).isEqualTo(EPOCHS);
        History.Epoch second = result.history().epochs().get(1);
        // Of steps before and after the stop.
        assertThat(second.loss()).isEqualTo(0.09427762953882832, within(1e-12));
        assertThat(second.mse()).isEqualTo(second.loss());
        assertThat(second.mae()).isEqualTo(0.25031532347202307, within(1e-12));
        // Since sigmoids in inference are good to few units in the last place; 0.0954997643564057 and
        // 0.2622985746021624 before.
        assertThat(second.validationLoss()).isEqualTo(0.09549976463077411, within(1e-12));
        assertThat(second.validationMae()).isEqualTo(0.2622985757059521, within(1e-12));
    }

    @Test
    void versionThreeHasOneOutputAndGoesOnToTheSameWeights() throws Exception {
        TrainingState state = read("version-3.checkpoint").state();
        assertThat(state.place().outputs()).isEmpty();
        assertThat(state.history().epochs().getFirst().validation().outputs()).isEmpty();

        TrainResult result = resumed(state);

        assertThat(result.weightDigests()).isEqualTo(EPOCHS);
    }

    private static TrainResult resumed(TrainingState state) {
        return Trainer.train(
                state,
                TinyTraining.TRAINING,
                TinyTraining.VALIDATION,
                CheckpointsTest.OPTIONS,
                TrainingWatch.INTERRUPTS,
                event -> {});
    }

    private static Checkpoint read(String name) throws IOException, URISyntaxException {
        Path file = Path.of(Objects.requireNonNull(CheckpointVersionsTest.class.getResource("/checkpoints/" + name))
                .toURI());
        ConfinedFolder folder = ConfinedFolder.open(Objects.requireNonNull(file.getParent()));
        return CheckpointFile.read(folder, name, TinyTraining.SPEC, Normalization.NONE);
    }
}
