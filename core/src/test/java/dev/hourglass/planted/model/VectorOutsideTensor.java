package dev.hourglass.planted.model;

import jdk.incubator.vector.VectorOperators;

/** Touches the vector module outside tensor. */
final class VectorOutsideTensor {
    private static final VectorOperators.Associative SUM = VectorOperators.ADD;

    private VectorOutsideTensor() {}

    static String name() {
        return SUM.name();
    }
}
