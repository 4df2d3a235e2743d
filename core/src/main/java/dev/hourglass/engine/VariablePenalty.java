package dev.hourglass.engine;

import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.Regularizer;

/** A {@link Penalty} of a variable at work. */
record VariablePenalty(Regularizer regularizer, int index, float[] values) {
    /** @throws IllegalArgumentException if the layer has no such variable, or none that is trained */
    static VariablePenalty of(Penalty.OfVariable penalty, Parameters parameters) {
        for (int i = 0; i < parameters.list().size(); i++) {
            Parameter parameter = parameters.list().get(i);
            if (parameter.layer().equals(penalty.layer())
                    && parameter.name().equals(penalty.variable())
                    && parameter.trainable()) {
                return new VariablePenalty(penalty.regularizer(), i, parameter.values());
            }
        }
        throw new IllegalArgumentException("Layer '" + penalty.layer() + "' has no variable '" + penalty.variable()
                + "' that is trained and could be kept small");
    }

    /**
     * Adds its slopes.
     *
     * @param gradients by parameter
     * @return what the variable costs
     */
    double add(float[][] gradients) {
        return regularizer.add(values, 0, gradients[index], 0, values.length, 1);
    }

    double cost() {
        return regularizer.of(values, 0, values.length);
    }
}
