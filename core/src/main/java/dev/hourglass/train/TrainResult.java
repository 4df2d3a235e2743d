package dev.hourglass.train;

import dev.hourglass.engine.OptimizerState;
import dev.hourglass.model.Autoencoder;

/**
 * A trained model and how it came about.
 *
 * @param model its own parameters, not shared
 * @param optimizer what further training would go on from
 */
public record TrainResult(Autoencoder model, OptimizerState optimizer, History history) {}
