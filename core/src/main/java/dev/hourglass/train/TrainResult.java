package dev.hourglass.train;

import dev.hourglass.model.Autoencoder;

/**
 * A trained model and how it came about.
 *
 * @param model its own parameters, not shared
 */
public record TrainResult(Autoencoder model, History history) {}
