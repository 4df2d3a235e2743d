package dev.hourglass.model;

/**
 * An elementwise function that a layer applies to its output. Each one's slope can be computed from its value alone.
 */
public enum Activation {
    LINEAR,
    RELU,
    SIGMOID,
    TANH
}
