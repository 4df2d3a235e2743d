package dev.hourglass.train;

import dev.hourglass.model.Parameters;

/**
 * The weights of the epoch that was best so far.
 *
 * @param epoch from 1
 * @param value by which it was best, such as the validation loss
 * @param weights a copy
 */
public record BestWeights(int epoch, double value, Parameters weights) {}
