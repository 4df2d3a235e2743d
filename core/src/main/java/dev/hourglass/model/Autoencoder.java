package dev.hourglass.model;

import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;

/**
 * A model that can be used: what it is, its parameters and the normalization its inputs need.
 *
 * @param spec the layers
 * @param parameters the variables of all layers, in order; owned by this object
 * @param normalization what the training data went through on the way in
 */
public record Autoencoder(AutoencoderSpec spec, Parameters parameters, Normalization normalization) {
    /** A model with fresh parameters, ready to be trained. */
    public static Autoencoder initialize(AutoencoderSpec spec, Normalization normalization, RandomSource random) {
        return new Autoencoder(spec, Parameters.initialize(spec.graph(), random), normalization);
    }
}
