package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OptimizerStateTest {
    private static final AutoencoderSpec SPEC = new AutoencoderSpec(
            "dropout",
            Shape.of(12),
            List.of(
                    new LayerSpec.Dense("squeeze", 5, Activation.RELU),
                    new LayerSpec.BatchNormalization("norm", 0.9f, 1e-3f)),
            List.of(new LayerSpec.Dropout("drop", 0.3f), new LayerSpec.Dense("rebuild", 12, Activation.SIGMOID)));

    @Test
    void aSessionThatGoesOnFromAStateEndsInTheSameBits() {
        Parameters uninterrupted = parameters(SPEC);
        try (TrainingSession session = LabRun.session(SPEC, uninterrupted, Kernels.best(), 1)) {
            steps(session, 6);
        }

        Parameters stopped = parameters(SPEC);
        OptimizerState state;
        try (TrainingSession session = LabRun.session(SPEC, stopped, Kernels.best(), 1)) {
            steps(session, 3);
            state = session.optimizerState();
        }
        assertThat(state.steps()).isEqualTo(3);
        assertThat(state.slot("momentum").count()).isEqualTo(uninterrupted.trainableCount());
        try (TrainingSession session = LabRun.session(SPEC, stopped, Kernels.best(), 1)) {
            session.restore(state);
            steps(session, 3);
        }
        assertThat(stopped.sha256()).isEqualTo(uninterrupted.sha256());
    }

    @Test
    void aStateIsACopyThatFurtherStepsDoNotChange() {
        try (TrainingSession session = LabRun.session(SPEC, parameters(SPEC), Kernels.best(), 1)) {
            steps(session, 1);
            OptimizerState state = session.optimizerState();
            String before = state.slot("momentum").sha256();
            steps(session, 1);
            assertThat(state.slot("momentum").sha256()).isEqualTo(before);
        }
    }

    @Test
    void aStateOfAnotherModelIsRefused() {
        AutoencoderSpec other = Presets.mnistLstm("lstm");
        OptimizerState state;
        try (TrainingSession session = LabRun.session(other, parameters(other), Kernels.best(), 1)) {
            state = session.optimizerState();
        }
        try (TrainingSession session = LabRun.session(SPEC, parameters(SPEC), Kernels.best(), 1)) {
            assertThatThrownBy(() -> session.restore(state))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must be 6 arrays, one for each trainable parameter");
        }
    }

    private static Parameters parameters(AutoencoderSpec spec) {
        return Parameters.initialize(spec.input(), spec.layers(), new RandomSource(5));
    }

    private static void steps(TrainingSession session, int count) {
        int[] order = IntStream.range(0, LabRun.BATCH).toArray();
        for (int i = 0; i < count; i++) {
            session.step(LabRun.images(SPEC.input().size()), order, 0, LabRun.BATCH);
        }
    }
}
