package dev.hourglass.engine.cpu;

import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Workers;

/**
 * What computes.
 *
 * @param stopwatch sees each operation when it is bound
 */
public record Processor(Kernels kernels, Workers workers, Stopwatch stopwatch) {}
