package dev.hourglass.planted.tensor;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Makes doubles of floats, half as many. */
final class ChangesItsWidth {
    private ChangesItsWidth() {}

    static DoubleVector doubles(FloatVector floats) {
        return (DoubleVector) floats.convertShape(VectorOperators.F2D, DoubleVector.SPECIES_PREFERRED, 0);
    }
}
