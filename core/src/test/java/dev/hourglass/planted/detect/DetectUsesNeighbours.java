package dev.hourglass.planted.detect;

import dev.hourglass.evaluate.neighbours.SquaredDistances;

/** Uses what only evaluate may. */
public record DetectUsesNeighbours(SquaredDistances forbidden) {}
