package dev.hourglass.engine;

/**
 * How far outputs are from their targets: means over all numbers of all samples, but that the loss of a variational model is
 * summed over a sample's.
 *
 * @param loss what training minimises
 * @param reconstruction what outputs and targets alone make of the loss, without penalties and divergences
 * @param divergence the Kullback-Leibler divergence of a variational model's codes from the prior, in nats, as the mean
 *     over samples, whatever it counts for in the loss; 0 where nothing is sampled
 * @param mse mean squared error, whatever the loss
 * @param mae mean absolute error, whatever the loss
 */
public record Measured(double loss, double reconstruction, double divergence, double mse, double mae) {
    /** Of a loss without penalties and divergences. */
    public Measured(double loss, double mse, double mae) {
        this(loss, loss, 0, mse, mae);
    }
}
