/** Whole benchmarks of anomaly detection, each under its own protocol: the autoencoder beside simple rivals. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab.board;
