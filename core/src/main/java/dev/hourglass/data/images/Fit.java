package dev.hourglass.data.images;

/** How a picture of another size is brought to the one that is wanted. Each pixel is the mean of what it covers. */
public enum Fit {
    /** Scaled until it covers all of it; what stands over on two sides is cut off. */
    CROP,
    /** Scaled until all of it is inside; two sides are filled with the {@link Background}. */
    PAD,
    /** Both sides are scaled as they need be, so that a circle may become an ellipse. */
    STRETCH
}
