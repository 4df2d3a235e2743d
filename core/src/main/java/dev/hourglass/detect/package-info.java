/** Models used as detectors: anomaly scores, thresholds and how well they work; and denoising. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.detect;
