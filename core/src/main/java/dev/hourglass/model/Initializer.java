package dev.hourglass.model;

/** What the values of a variable are before training; Keras's defaults. */
public enum Initializer {
    /** Uniform within {@code sqrt(6 / (inputs + outputs))} of 0 (Glorot and Bengio 2010, equation 16). */
    GLOROT_UNIFORM,
    /** Rows that are orthonormal (Saxe et al. 2014). */
    ORTHOGONAL,
    ZEROS,
    ONES,
    /** 1 in the second quarter, an LSTM's forget gate, and 0 in the others (Jozefowicz et al. 2015). */
    FORGET_GATE_ONES
}
