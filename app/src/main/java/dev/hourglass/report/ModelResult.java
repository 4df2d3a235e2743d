package dev.hourglass.report;

import dev.hourglass.evaluate.ReconstructionError;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.train.History;
import java.util.List;

/**
 * One trained model of a run, measured.
 *
 * @param parameters how many numbers its variables hold, moving statistics included
 * @param test on the test set, after the last epoch
 * @param pcaMse test MSE of PCA with {@code spec.latentSize()} components, fitted on the same training data
 * @param weightsSha256 over all variables
 * @param reconstructions of the run's example samples, in their order, each row-major
 */
public record ModelResult(
        AutoencoderSpec spec,
        int parameters,
        History history,
        ReconstructionError test,
        double pcaMse,
        String weightsSha256,
        List<float[]> reconstructions) {
    public ModelResult {
        reconstructions = List.copyOf(reconstructions);
    }

    /** The mean over the epochs, validation included; NaN if there was none. */
    public double secondsPerEpoch() {
        int epochs = history.epochs().size();
        return epochs == 0 ? Double.NaN : history.totalSeconds() / epochs;
    }
}
