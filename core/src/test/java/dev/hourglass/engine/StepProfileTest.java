package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.RandomSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StepProfileTest {
    private static final int BATCH = 32;
    private static final AutoencoderSpec MODEL = Presets.mnistCnn("cnn");

    @Test
    void profilingChangesNoBit() {
        Parameters plain = parameters();
        Parameters watched = parameters();
        try (TrainingSession session = plain(plain)) {
            train(session, 2);
        }
        try (TrainingSession session = profiled(watched)) {
            train(session, 2);
        }
        assertThat(watched.sha256()).isEqualTo(plain.sha256());
    }

    @Test
    void figuresAreOfOneStepHoweverManyWereTaken() {
        try (TrainingSession session = profiled(parameters())) {
            train(session, 1);
            List<StepProfile> one = session.takeProfile();
            train(session, 3);
            List<StepProfile> three = session.takeProfile();
            assertThat(three)
                    .usingRecursiveComparison()
                    .ignoringFields("seconds")
                    .isEqualTo(one);
            assertThat(session.takeProfile()).as("no step since").isEmpty();
        }
    }

    @Test
    void everySampleIsLoadedOnceAndTheParametersComeLast() {
        try (TrainingSession session = profiled(parameters())) {
            train(session, 1);
            List<StepProfile> profile = session.takeProfile();
            StepProfile load = profile.stream()
                    .filter(stage ->
                            stage.kind().equals("Load") && stage.writes().equals(List.of("input")))
                    .findFirst()
                    .orElseThrow();
            assertThat(load.phase()).isZero();
            assertThat(load.calls()).isEqualTo(BATCH);
            assertThat(load.seconds()).isPositive();
            assertThat(profile)
                    .filteredOn(stage -> stage.phase() == StepProfile.WHOLE_STEP)
                    .extracting(StepProfile::kind)
                    .containsExactly(
                            "SumGradients", "BatchGradients", "UnpackGradients", "CheckFinite", "Adam", "Pack");
        }
    }

    @Test
    void aSessionThatIsNotProfiledHasNoProfile() {
        try (TrainingSession session = plain(parameters())) {
            train(session, 1);
            assertThat(session.takeProfile()).isEmpty();
        }
    }

    private static final TrainingSettings SETTINGS = TrainingSettings.of(Optimizer.Adam.DEFAULT, BATCH, 5);

    private static Parameters parameters() {
        return Parameters.initialize(MODEL.input(), MODEL.layers(), new RandomSource(5));
    }

    private static TrainingSession plain(Parameters parameters) {
        return TrainingSession.of(MODEL.input(), MODEL.layers(), parameters, SETTINGS, 2);
    }

    private static TrainingSession profiled(Parameters parameters) {
        return TrainingSession.profiled(MODEL.graph(), parameters, SETTINGS, 2);
    }

    private static void train(TrainingSession session, int steps) {
        Samples images = LabRun.images(MODEL.input().size());
        int[] order = IntStream.range(0, BATCH).toArray();
        for (int i = 0; i < steps; i++) {
            session.step(images, order, 0, BATCH);
        }
    }
}
