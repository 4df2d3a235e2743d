package dev.hourglass.report.results;

import dev.hourglass.tensor.Shape;
import java.util.List;

/**
 * How well one of a model's outputs tells what follows test samples, beside two simple rivals.
 *
 * @param output its name
 * @param shape of what follows a sample: steps and features
 * @param mse mean squared error of the model
 * @param linearMse of a linear prediction from PCA's code of as many numbers as the model's has
 * @param lastMse of the last step, taken to stay as it is
 * @param examples as many as the run shows, in their order
 */
public record Prediction(
        String output, Shape shape, double mse, double linearMse, double lastMse, List<Example> examples) {
    public Prediction {
        examples = List.copyOf(examples);
    }

    /**
     * What follows one sample, row-major each.
     *
     * @param next as it was measured
     * @param predicted by the model
     * @param linear by the linear prediction
     */
    public record Example(float[] next, float[] predicted, float[] linear) {}
}
