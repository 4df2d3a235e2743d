package dev.hourglass.train;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.LearningRateSchedule.CosineDecay;
import java.util.List;
import java.util.random.RandomGenerator;

/** A training that takes milliseconds: a model of six numbers, with batch normalization and dropout. */
public final class TinyTraining {
    public static final AutoencoderSpec SPEC = new AutoencoderSpec(
            "small",
            Shape.of(6),
            List.of(
                    new LayerSpec.Dense("squeeze", 3, Activation.RELU),
                    new LayerSpec.BatchNormalization("norm", 0.9f, 1e-3f)),
            List.of(new LayerSpec.Dropout("drop", 0.3f), new LayerSpec.Dense("rebuild", 6, Activation.SIGMOID)));
    public static final TrainOptions OPTIONS = TrainOptions.defaults()
            .withEpochs(3)
            .withBatchSize(8)
            .withSchedule(CosineDecay.WHOLE_TRAINING)
            .withThreads(1);
    public static final FloatDataset TRAINING = samples("training", 29);
    public static final FloatDataset VALIDATION = samples("validation", 9);

    public static FloatDataset samples(String name, int count) {
        RandomGenerator random = new RandomSource(3).stream(name, 0);
        float[] values = new float[count * 6];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return FloatDataset.of(name, Shape.of(6), values);
    }

    public static TrainResult train(TrainingState from, TrainingWatch watch) {
        TrainingState copy = new TrainingState(
                new Autoencoder(
                        SPEC, from.model().parameters().copy(), from.model().normalization()),
                from.optimizer(),
                from.place(),
                from.history(),
                from.weightDigests(),
                from.callbacks(),
                from.trimming());
        return Trainer.train(copy, TRAINING, VALIDATION, OPTIONS, watch, event -> {});
    }

    private TinyTraining() {}
}
