package dev.hourglass.report.results;

import dev.hourglass.evaluate.errors.ErrorReport;
import dev.hourglass.evaluate.errors.ReconstructionError;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.train.History;
import java.util.List;

/**
 * One trained model of a run and its measurements.
 *
 * @param data it was trained and tested on; its samples have the size of the model's input
 * @param parameters how many numbers its variables hold, moving statistics included
 * @param test on the test set, after the last epoch
 * @param pcaMse test MSE of PCA with {@code spec.keptSize()} components, fitted on the same training data
 * @param weightsSha256 over all variables
 * @param reconstructions of the data's examples, in their order, each row-major
 * @param evaluation what else was found out
 */
public record ModelResult(
        AutoencoderSpec spec,
        RunData data,
        int parameters,
        History history,
        ReconstructionError test,
        double pcaMse,
        String weightsSha256,
        List<float[]> reconstructions,
        ModelEvaluation evaluation) {
    public ModelResult {
        reconstructions = List.copyOf(reconstructions);
        int count = data.examples().size();
        if (reconstructions.size() != count) {
            throw new IllegalArgumentException("Model '" + spec.name() + "' needs one reconstruction for each of the "
                    + count + " examples, got " + reconstructions.size());
        }
        int size = spec.input().size();
        for (int i = 0; i < count; i++) {
            int original = data.examples().get(i).sample().length;
            int reconstructed = reconstructions.get(i).length;
            if (original != size || reconstructed != size) {
                throw new IllegalArgumentException("Example " + i + " and its reconstruction by model '" + spec.name()
                        + "' need " + size + " numbers, got " + original + " and " + reconstructed);
            }
        }
    }

    /** The mean over the epochs, validation included; NaN if there was none. */
    public double secondsPerEpoch() {
        int epochs = history.epochs().size();
        return epochs == 0 ? Double.NaN : history.totalSeconds() / epochs;
    }

    /** Test MAE of the same PCA; NaN if not measured. */
    public double pcaMae() {
        ErrorReport pca = evaluation.pca();
        return pca == null ? Double.NaN : pca.mae();
    }

    public ModelResult withEvaluation(ModelEvaluation value) {
        return new ModelResult(spec, data, parameters, history, test, pcaMse, weightsSha256, reconstructions, value);
    }
}
