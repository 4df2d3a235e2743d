/** Samples and their reconstructions, errors and anomaly scores. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.samples;
