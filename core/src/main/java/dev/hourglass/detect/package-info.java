/** Models used as detectors: scores, thresholds and how well they find anomalies; and models that take noise away. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.detect;
