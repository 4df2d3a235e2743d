package dev.hourglass.evaluate.errors;

/**
 * How far reconstructions are from their originals, in the units the model sees (after normalization).
 *
 * @param mse mean of the squared differences over all numbers of all samples
 * @param mae mean of the absolute differences
 * @param samples how many were reconstructed
 * @param samplesPerSecond of the reconstruction, on the threads that were given
 */
public record ReconstructionError(double mse, double mae, int samples, double samplesPerSecond) {}
