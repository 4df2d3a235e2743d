package dev.hourglass.model;

/** How windows are placed at the border, as in Keras. */
public enum Padding {
    /** The window stays inside: {@code out = ceil((in - window + 1) / stride)}. */
    VALID,
    /** Zeros are added so that {@code out = ceil(in / stride)}; an odd one goes below and to the right. */
    SAME,
    /** As many zeros before the first as the window needs to see nothing later: {@code out = ceil(in / stride)}. */
    CAUSAL
}
