package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.checkpoints.Checkpointer;
import dev.hourglass.train.checkpoints.Checkpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivergenceTest {
    private static final AutoencoderSpec LINEAR = new AutoencoderSpec(
            "linear",
            Shape.of(6),
            List.of(new LayerSpec.Dense("squeeze", 3, Activation.LINEAR)),
            List.of(new LayerSpec.Dense("rebuild", 6, Activation.LINEAR)));
    private static final TrainOptions OPTIONS = TinyTraining.OPTIONS
            .withSchedule(LearningRateSchedule.CONSTANT)
            .withCallbacks(new Callbacks(EarlyStopping.defaults().withRestoreBestWeights(true), null, true));
    private static final FloatDataset DATA = TinyTraining.TRAINING;

    @TempDir
    private Path folder;

    @Test
    void aLossThatIsNotFiniteIsToldWithItsStepAndLayerAndTheStepBeforeIsThereToGoOnFrom() throws IOException {
        assertThatThrownBy(() -> train(fresh(), DATA, OPTIONS.withLearningRate(1e30f)))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageStartingWith("Training of 'linear' diverged in epoch 1 at step 2: the loss is ")
                .hasMessageEndingWith("; layer 'rebuild' is the first whose output is not finite.");

        assertThat(newest().orElseThrow().optimizer().steps()).isEqualTo(1);
    }

    @Test
    void aGradientThatIsNotFiniteIsToldThoughTheLossIsFinite() {
        TrainingState state = fresh();
        // What comes out is zero, so the loss is that of the data; what goes back is data times data times weights.
        Arrays.fill(state.model().parameters().list().get(0).values(), 0);
        Arrays.fill(state.model().parameters().list().get(2).values(), 1e30f);

        assertThatThrownBy(() -> train(state, constant(1e10f), OPTIONS))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessage(
                        "Training of 'linear' diverged in epoch 1 at step 1: a gradient is not finite; layer 'squeeze'"
                                + " is the first, on the way back from the loss, whose gradient is not finite.");
    }

    @Test
    void dataThatAreNotFiniteAreBlamedBySample() {
        float[] values = new float[29 * 6];
        values[17 * 6 + 2] = Float.NaN;

        assertThatThrownBy(() -> train(fresh(), FloatDataset.of("holed", Shape.of(6), values), OPTIONS))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageContaining("the loss is NaN; sample 17 of the data holds a number that is not finite");
    }

    @Test
    void anEpochWhoseValidationIsNotFiniteIsNeverTheBest() throws IOException {
        TrainingState state = fresh();
        Arrays.fill(state.model().parameters().list().getFirst().values(), 10);

        assertThatThrownBy(() -> Trainer.train(state, DATA, constant(1e38f), OPTIONS, checkpointer(), event -> {}))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageStartingWith(
                        "Training of 'linear' diverged in epoch 1 after step 4: the validation loss is ")
                .hasMessageEndingWith("; layer 'squeeze' is the first whose output is not finite.");

        TrainingState left = newest().orElseThrow();
        assertThat(left.place().steps()).isEqualTo(4);
        assertThat(left.callbacks()).isEqualTo(CallbackState.start(OPTIONS));
    }

    /** Their loss is known after the next step only, which a process that is stopped here does not take. */
    @Test
    void weightsThatTheLastStepSpoiledAreNotSaved() throws IOException {
        AutoencoderSpec spec = new AutoencoderSpec(
                "pass",
                Shape.of(6),
                List.of(new LayerSpec.ActivationLayer("pass", Activation.LINEAR)),
                List.of(new LayerSpec.Dense("rebuild", 6, Activation.LINEAR)));
        TrainOptions huge = OPTIONS.withLearningRate(3e38f);
        TrainingState state = TrainingState.fresh(spec, Normalization.NONE, huge);
        float[] kernel = state.model().parameters().list().getFirst().values();
        Arrays.fill(kernel, 0);
        // Of the first number made of the first two, so small that all stays finite. The error is below zero, so the
        // first weight grows.
        kernel[0] = Float.MAX_VALUE;
        kernel[6] = -Float.MAX_VALUE;
        FloatDataset data = FloatDataset.of("small", Shape.of(6), new float[] {1e-20f, 2e-20f, 0, 0, 0, 0});

        assertThatThrownBy(() -> train(state, data, huge))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessage(
                        "Training of 'pass' diverged in epoch 1 after step 1: layer 'rebuild' has weights that are not"
                                + " finite.");
        assertThat(new Checkpoints(folder).newestFile()).isEmpty();
    }

    private TrainingState fresh() {
        return TrainingState.fresh(LINEAR, Normalization.NONE, OPTIONS);
    }

    private static FloatDataset constant(float value) {
        float[] values = new float[29 * 6];
        Arrays.fill(values, value);
        return FloatDataset.of("constant", Shape.of(6), values);
    }

    private TrainResult train(TrainingState from, FloatDataset data, TrainOptions options) {
        return Trainer.train(from, data, data, options, checkpointer(), event -> {});
    }

    /** Saves after each step. */
    private Checkpointer checkpointer() {
        return new Checkpointer(
                new Checkpoints(folder),
                new TreeMap<>(),
                Checkpointer.Schedule.DEFAULT.withEvery(Duration.ofNanos(1)),
                new RunControl(),
                event -> {});
    }

    private Optional<TrainingState> newest() throws IOException {
        return new Checkpoints(folder)
                .newest(LINEAR, Normalization.NONE)
                .map(found -> found.checkpoint().state());
    }
}
