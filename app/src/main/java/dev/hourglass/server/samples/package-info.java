/** Samples through a model's eyes: errors, reconstructions, anomalies. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.samples;
