package dev.hourglass.engine;

import java.util.List;

/**
 * How far outputs are from their targets: means over all numbers of all samples, but that the loss of a variational model is
 * summed over a sample's.
 *
 * @param loss what training minimises
 * @param reconstruction what outputs and targets alone make of the loss, without penalties and divergences
 * @param divergence the Kullback-Leibler divergence of a variational model's codes from the prior, in nats, as the mean
 *     over samples, whatever it counts for in the loss; 0 where nothing is sampled
 * @param mse mean squared error, whatever the loss; of several outputs that of the first
 * @param mae mean absolute error, likewise
 * @param outputs each of several outputs by itself, in the model's order; empty where there is one
 */
public record Measured(
        double loss, double reconstruction, double divergence, double mse, double mae, List<OfOutput> outputs) {
    public Measured {
        outputs = List.copyOf(outputs);
    }

    /** Of a single output. */
    public Measured(double loss, double reconstruction, double divergence, double mse, double mae) {
        this(loss, reconstruction, divergence, mse, mae, List.of());
    }

    /** Of a loss without penalties and divergences. */
    public Measured(double loss, double mse, double mae) {
        this(loss, loss, 0, mse, mae);
    }

    /**
     * One output of several.
     *
     * @param output its name
     * @param loss its own, before it is weighed
     * @param mse mean squared error, whatever the loss
     * @param mae mean absolute error, likewise
     */
    public record OfOutput(String output, double loss, double mse, double mae) {}
}
