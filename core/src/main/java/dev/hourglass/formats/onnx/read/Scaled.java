package dev.hourglass.formats.onnx.read;

import java.util.List;

/**
 * {@code scale * f(view) + shift}, which no layer gives yet. It goes into the weights of the layer that reads it, or is
 * part of a function that is written as several operators.
 *
 * @param function f
 */
record Scaled(View view, double scale, double shift, Function function) implements Operand {
    /** What is between the view and the scale. */
    sealed interface Function {
        Function IDENTITY = new Identity();

        record Identity() implements Function {}

        /** {@code erf(x / sqrt(2))}, of which a GELU is made. */
        record ErrorFunction() implements Function {}

        /** {@code |x|}, of which a softsign is made. */
        record Magnitude() implements Function {}

        /** The root of the sum of the squares along some axes, by which a value is divided to be of length 1. */
        record Norm(List<Integer> axes) implements Function {
            public Norm {
                axes = List.copyOf(axes);
            }
        }

        /** {@code min(x - threshold, 0)}, of which a ReLU with a slope is made. */
        record Below(double threshold) implements Function {}
    }

    boolean isPlain() {
        return function.equals(Function.IDENTITY);
    }
}
