package dev.hourglass.train;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Loss;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.OutputRange;
import java.util.ArrayList;
import java.util.List;

/** What a loss needs of a model and its data, looked at before anything is trained. */
public final class LossRequirements {
    private LossRequirements() {}

    /**
     * Cross-entropy needs targets that are probabilities, and outputs too where it is computed from these. What
     * augmentation makes of samples has no other numbers than the samples and 0.
     *
     * @param training as the model will see it, normalized; all of it is read where the loss needs a range
     * @param validation likewise
     * @throws UnsuitableTrainingException if the loss does not suit the model's last layer or the data
     */
    public static void require(AutoencoderSpec spec, Loss loss, Dataset training, Dataset validation) {
        requireOutputs(spec, loss);
        if (loss instanceof Loss.BinaryCrossentropy) {
            requireProbabilities(loss, training, "training");
            requireProbabilities(loss, validation, "validation");
        }
    }

    /**
     * What {@link #require} needs of the model alone.
     *
     * @throws UnsuitableTrainingException if the loss does not suit the model's last layer
     */
    public static void requireOutputs(AutoencoderSpec spec, Loss loss) {
        OutputRange range = OutputRange.of(spec.layers());
        boolean ofProbabilities = loss instanceof Loss.BinaryCrossentropy binary && !binary.fromLogits();
        if (ofProbabilities && !range.isWithinUnit()) {
            LayerSpec last = spec.layers().getLast();
            throw new UnsuitableTrainingException("The loss " + loss.text() + " needs outputs in [0, 1], but model '"
                    + spec.name() + "' ends in layer '" + last.name() + "' ("
                    + KerasClass.of(last).kerasName() + "), whose outputs lie in " + range + ". Give it the activation"
                    + " sigmoid, or the loss from_logits: true.");
        }
    }

    private static void requireProbabilities(Loss loss, Dataset data, String part) {
        float[] sample = new float[data.sampleShape().size()];
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < data.size(); i++) {
            data.copySample(i, sample, 0);
            for (float number : sample) {
                // Math.min and max keep NaN.
                least = Math.min(least, number);
                most = Math.max(most, number);
            }
        }
        if (!(least >= 0 && most <= 1)) {
            throw new UnsuitableTrainingException("The loss " + loss.text() + " needs data in [0, 1], but the " + part
                    + " samples of " + data.name() + " have numbers from " + least + " to " + most
                    + " as the model sees them. Bring the data to that range, or choose another loss, such as"
                    + " mean_squared_error.");
        }
    }

    /** What is allowed and still likely to be a mistake: a sentence each. */
    public static List<String> warnings(AutoencoderSpec spec, Loss loss) {
        List<String> warnings = new ArrayList<>();
        if (loss instanceof Loss.BinaryCrossentropy binary && binary.fromLogits()) {
            LayerSpec last = spec.layers().getLast();
            boolean probabilities = OutputRange.of(spec.layers()).isWithinUnit();
            warnings.add(
                    probabilities
                            ? "The loss of model '" + spec.name() + "' is computed from logits, but its last layer '"
                                    + last.name() + "' gives numbers in [0, 1], which are not logits. Leave from_logits"
                                    + " out."
                            : "Model '" + spec.name() + "' gives logits: its MSE, MAE and reconstructions compare these"
                                    + " with the data. To see probabilities, end it in a sigmoid and leave from_logits"
                                    + " out; the loss is still computed from the logits.");
        }
        return warnings;
    }
}
