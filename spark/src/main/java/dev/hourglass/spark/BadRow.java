package dev.hourglass.spark;

/** Why a model can't read a row. */
public enum BadRow {
    /** The input is null. */
    NULL,
    /** An array has a null in it. */
    NULL_NUMBER,
    /** It has more or fewer numbers than a sample of the model. */
    LENGTH,
    /** A number is NaN or infinite, or becomes so when it is normalized or rebuilt. */
    NOT_FINITE,
    /** The model reads pixels, which are whole numbers of 0 to 255, and the row has others. */
    NOT_PIXELS,
    /** In a series that is followed, a time that is not after that of the row before it. */
    ORDER,
    /** A picture or an NPY array is damaged, cut short, too large or nothing of the kind. */
    BROKEN
}
