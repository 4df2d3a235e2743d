package dev.hourglass.train;

import static dev.hourglass.train.TinyTraining.OPTIONS;
import static dev.hourglass.train.TinyTraining.SPEC;
import static dev.hourglass.train.TinyTraining.TRAINING;
import static dev.hourglass.train.TinyTraining.VALIDATION;
import static dev.hourglass.train.TinyTraining.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.engine.Inference;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.train.LearningRateSchedule.CosineDecay;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainerTest {
    @Test
    void goesOnFromAnyPlaceToTheSameBits() {
        List<TrainingState> states = new ArrayList<>();
        TrainResult whole = train(
                TrainingState.fresh(SPEC, TRAINING.normalization(), OPTIONS),
                (moment, place, state) -> states.add(state.get()));

        assertThat(states).hasSize(3 * (4 + 1));
        for (TrainingState state : states) {
            TrainResult resumed = train(state, TrainingWatch.INTERRUPTS);
            assertThat(resumed.model().parameters().sha256())
                    .as("from %s", state.place())
                    .isEqualTo(whole.model().parameters().sha256());
            assertThat(resumed.weightDigests()).isEqualTo(whole.weightDigests());
            assertThat(resumed.optimizer().slot("velocity").sha256())
                    .isEqualTo(whole.optimizer().slot("velocity").sha256());
            for (int i = 0; i < 3; i++) {
                History.Epoch expected = whole.history().epochs().get(i);
                History.Epoch epoch = resumed.history().epochs().get(i);
                assertThat(epoch.loss()).isEqualTo(expected.loss());
                assertThat(epoch.mae()).isEqualTo(expected.mae());
                assertThat(epoch.validationLoss()).isEqualTo(expected.validationLoss());
            }
        }
    }

    @Test
    void historyEndsWithTheErrorsOfTheTrainedModelOnTheValidationSet() {
        TrainResult result = Trainer.train(SPEC, TRAINING, VALIDATION, OPTIONS, event -> {});

        double squared = 0;
        double absolute = 0;
        float[] rebuilt = new float[VALIDATION.size() * 6];
        try (Inference inference = Inference.of(result.model(), 1)) {
            inference.reconstruct(VALIDATION::copySample, 0, VALIDATION.size(), rebuilt);
        }
        float[] sample = new float[6];
        for (int i = 0; i < rebuilt.length; i++) {
            VALIDATION.copySample(i / 6, sample, 0);
            double difference = rebuilt[i] - sample[i % 6];
            squared += difference * difference;
            absolute += Math.abs(difference);
        }
        assertThat(result.history().last().validationLoss()).isEqualTo(squared / rebuilt.length, within(1e-9));
        assertThat(result.history().last().validationMae()).isEqualTo(absolute / rebuilt.length, within(1e-9));
        assertThat(result.weightDigests())
                .hasSize(3)
                .endsWith(result.model().parameters().sha256());
    }

    @Test
    void theErrorsOfAnEpochAreMeansOverItsSamplesNotItsBatches() {
        AutoencoderSpec plain = new AutoencoderSpec(
                "plain",
                Shape.of(6),
                List.of(new LayerSpec.Dense("squeeze", 3, Activation.RELU)),
                List.of(new LayerSpec.Dense("rebuild", 6, Activation.SIGMOID)));
        // At this rate the weights stay as they are, so 3 batches of 8 and one of 5 have the errors of all 29 samples.
        TrainOptions options = OPTIONS.withEpochs(1).withLearningRate(1e-30f);

        TrainResult result = Trainer.train(plain, TRAINING, TRAINING, options, event -> {});

        History.Epoch epoch = result.history().last();
        assertThat(epoch.loss()).isEqualTo(epoch.validationLoss(), within(1e-8));
        assertThat(epoch.mae()).isEqualTo(epoch.validationMae(), within(1e-8));
    }

    @Test
    void eachStepTakesTheRateOfTheSchedule() {
        List<Double> rates = new ArrayList<>();
        TrainResult result = Trainer.train(SPEC, TRAINING, VALIDATION, OPTIONS, event -> {
            if (event instanceof TrainEvent.StepFinished step) {
                rates.add(step.learningRate());
            }
        });

        List<Double> expected = new ArrayList<>();
        for (int step = 0; step < 3 * 4; step++) {
            expected.add((double) CosineDecay.WHOLE_TRAINING.rate(1e-3f, step, 3 * 4));
        }
        assertThat(rates).isEqualTo(expected);
        assertThat(result.history().epochs().stream().map(History.Epoch::learningRate))
                .containsExactly(expected.get(3), expected.get(7), expected.get(11));
        assertThat(result.optimizer().optimizer().learningRate())
                .isEqualTo(expected.getLast().floatValue());
    }

    @Test
    void theModelLearnsFromAugmentedImagesAndIsValidatedOnThemAsTheyAre() {
        AutoencoderSpec ends = new AutoencoderSpec(
                "ends",
                Shape.of(1, 6, 1),
                List.of(new LayerSpec.Flatten("flatten"), new LayerSpec.Dense("squeeze", 2, Activation.LINEAR)),
                List.of(
                        new LayerSpec.Dense("rebuild", 6, Activation.LINEAR),
                        new LayerSpec.Reshape("reshape", Shape.of(1, 6, 1))));
        FloatDataset bright = FloatDataset.of("left is bright", Shape.of(1, 6, 1), new float[] {1, 0, 0, 0, 0, 0});
        // At this rate the weights stay as they are.
        TrainOptions still = OPTIONS.withEpochs(20).withLearningRate(1e-30f);
        TrainOptions flipped = still.withAugmentation(new Augmentation(true, 0, 0, Augmentation.FillMode.NEAREST));

        History.Epoch plain = Trainer.train(ends, bright, bright, still, event -> {})
                .history()
                .last();
        List<History.Epoch> epochs = Trainer.train(ends, bright, bright, flipped, event -> {})
                .history()
                .epochs();

        assertThat(epochs).allMatch(epoch -> epoch.validationLoss() == plain.validationLoss());
        assertThat(epochs.stream().map(History.Epoch::loss).distinct())
                .hasSize(2)
                .contains(plain.loss());
    }

    @Test
    void imagesAloneCanBeAugmented() {
        TrainOptions options = OPTIONS.withAugmentation(new Augmentation(true, 0, 0, Augmentation.FillMode.NEAREST));

        assertThatThrownBy(() -> Trainer.train(SPEC, TRAINING, VALIDATION, options, event -> {}))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Augmentation needs images [height, width, channels], got samples of shape [6]."
                        + " Leave it out for this model.");
    }

    @Test
    void anInterruptedThreadEndsTrainingAfterTheStep() {
        assertThatThrownBy(() -> Trainer.train(SPEC, TRAINING, VALIDATION, OPTIONS, event -> {
                    if (event instanceof TrainEvent.StepFinished step && step.epoch() == 2 && step.step() == 3) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .isInstanceOf(TrainingInterruptedException.class)
                .hasMessage("Training was interrupted in epoch 2 after step 3");
        assertThat(Thread.interrupted()).isTrue();
    }
}
