package dev.hourglass.engine;

import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import java.util.List;

/**
 * What Adam remembers between steps: with it and the parameters, training goes on as if it had never stopped.
 *
 * @param adam the settings so far
 * @param steps taken, >= 0
 * @param firstMoments running means of the gradients, one for each trainable parameter, in order
 * @param secondMoments running means of their squares, likewise
 */
public record OptimizerState(Adam adam, int steps, Parameters firstMoments, Parameters secondMoments) {
    public OptimizerState {
        if (steps < 0) {
            throw new IllegalArgumentException("steps must be >= 0, got " + steps);
        }
    }

    /** Before the first step. */
    public static OptimizerState fresh(Adam adam, Parameters parameters) {
        return new OptimizerState(adam, 0, zeros(parameters), zeros(parameters));
    }

    private static Parameters zeros(Parameters parameters) {
        return Parameters.of(parameters.list().stream()
                .filter(Parameter::trainable)
                .map(like ->
                        new Parameter(like.layer(), like.name(), like.shape(), true, new float[like.values().length]))
                .toList());
    }

    /** @throws IllegalArgumentException if the moments are not those of these parameters */
    void requireFits(Parameters parameters) {
        List<Parameter> trainable =
                parameters.list().stream().filter(Parameter::trainable).toList();
        requireFits("first moments", firstMoments.list(), trainable);
        requireFits("second moments", secondMoments.list(), trainable);
    }

    private static void requireFits(String what, List<Parameter> moments, List<Parameter> trainable) {
        if (moments.size() != trainable.size()) {
            throw new IllegalArgumentException("The optimizer's " + what + " must be " + trainable.size()
                    + " arrays, one for each trainable parameter, got " + moments.size());
        }
        for (int i = 0; i < moments.size(); i++) {
            if (!moments.get(i).shape().equals(trainable.get(i).shape())) {
                throw new IllegalArgumentException("The optimizer's " + what + " of "
                        + trainable.get(i).path() + " must have shape "
                        + trainable.get(i).shape() + ", got "
                        + moments.get(i).shape());
            }
        }
    }
}
