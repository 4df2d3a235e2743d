package dev.hourglass.train;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Loss;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.Graph;
import dev.hourglass.tensor.Outliers;
import java.util.Arrays;
import java.util.Locale;

/**
 * Training on data of which some are not what they should be: samples that stay worst over the epochs are left out (iteratively
 * trimmed loss: Shen and Sanghavi 2019). After each epoch the squared error of each sample, also of those that are left out, is
 * divided by that of the median sample; its logarithms are averaged over the epochs. Once a quarter of the epochs is over, the next
 * one leaves out what are {@link Outliers} by these means, the worst ones first and never more than a share. Of data without outliers
 * hardly any are.
 *
 * @param share of the samples that may be left out at most, at least 0 and at most 0.5; 0 for all are trained on
 */
public record Trimming(double share) {
    /** All samples are trained on. */
    public static final Trimming NONE = new Trimming(0);

    /** At most a tenth is left out. */
    public static final Trimming TENTH = new Trimming(0.1);

    /** What is known of each sample is part of a checkpoint. */
    static final int MOST_SAMPLES = 4_000_000;

    private static final int BATCH = 256;

    public Trimming {
        TrainOptions.require(
                share >= 0 && share <= 0.5,
                "the share that may be left out must be at least 0 and at most 0.5, got " + share);
    }

    /** Whether anything may be left out. */
    public boolean trims() {
        return share > 0;
    }

    /** @throws UnsuitableTrainingException if there is no error by sample to compare, or there are too many samples */
    void requireSuits(String name, Loss loss, Dataset training) {
        if (!trims()) {
            return;
        }
        boolean logits = loss.ofOutputs() instanceof Loss.BinaryCrossentropy entropy && entropy.fromLogits();
        if (logits || !loss.outputTerms().isEmpty()) {
            throw new UnsuitableTrainingException("Training of '" + name + "' can't leave samples out by their errors:"
                    + " it needs one output that rebuilds the input, not "
                    + (logits ? "logits" : "outputs with losses of their own") + ". Leave out 'robust'.");
        }
        if (training.size() > MOST_SAMPLES) {
            throw new UnsuitableTrainingException(String.format(
                    Locale.ROOT,
                    "Training of '%s' can leave samples out of %,d at most, got %,d. Take a larger stride, or leave out"
                            + " 'robust'.",
                    name,
                    MOST_SAMPLES,
                    training.size()));
        }
    }

    /** An epoch's order without what is left out of it. */
    int[] kept(int[] order, int epoch, int epochs, TrimmingState state) {
        if (!trims() || epoch <= Math.ceilDiv(epochs, 4) || state.epochs() == 0) {
            return order;
        }
        boolean[] kept = outliers(state).kept();
        return Arrays.stream(order).filter(sample -> kept[sample]).toArray();
    }

    /** With the errors after an epoch. */
    TrimmingState after(TrimmingState state, Autoencoder model, Dataset training, int threads) {
        return trims() ? state.plus(Outliers.logarithms(errors(model, training, threads))) : state;
    }

    /** What is left out by what is known. */
    Outliers outliers(TrimmingState state) {
        return trims() ? Outliers.ofLogarithms(state.means(), share) : Outliers.NONE;
    }

    /** Mean squared ones, one a sample. */
    private static double[] errors(Autoencoder model, Dataset data, int threads) {
        Graph graph = model.spec().reconstructing();
        int size = data.sampleShape().size();
        float[] rebuilt = new float[BATCH * size];
        float[] original = new float[size];
        double[] errors = new double[data.size()];
        Dataset seen = data.noisy().orElse(data);
        try (ChainInference inference =
                ChainInference.of(graph, model.parameters().ofLayers(graph.layers()), threads)) {
            for (int from = 0; from < errors.length; from += BATCH) {
                int count = Math.min(BATCH, errors.length - from);
                inference.run(seen::copySample, from, count, rebuilt);
                for (int i = 0; i < count; i++) {
                    data.copySample(from + i, original, 0);
                    double sum = 0;
                    for (int j = 0; j < size; j++) {
                        double error = (double) rebuilt[i * size + j] - original[j];
                        sum += error * error;
                    }
                    errors[from + i] = sum / size;
                }
            }
        }
        return errors;
    }
}
