/**
 * Simple detectors that an autoencoder has to beat: fitted to training data alone, and each row of a series scored without those
 * that follow.
 */
@org.jspecify.annotations.NullMarked
package dev.hourglass.detect.rivals;
