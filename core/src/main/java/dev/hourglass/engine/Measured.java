package dev.hourglass.engine;

/**
 * How far outputs are from their targets: means over all numbers of all samples.
 *
 * @param loss what training minimises
 * @param mse mean squared error, whatever the loss
 * @param mae mean absolute error, whatever the loss
 */
public record Measured(double loss, double mse, double mae) {}
