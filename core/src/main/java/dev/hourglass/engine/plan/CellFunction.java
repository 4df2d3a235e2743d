package dev.hourglass.engine.plan;

import dev.hourglass.model.Activation;
import org.jspecify.annotations.Nullable;

/**
 * A function of each number within a cell, of either kind.
 *
 * @param byOutput whose slope is told from its value; linear where byInput is given
 * @param byInput whose slope needs what goes in, or null
 */
public record CellFunction(Nonlinearity byOutput, @Nullable PointFunction byInput) {
    /** @throws IllegalArgumentException if the activation is no function of single numbers */
    public static CellFunction of(Activation activation) {
        return Nonlinearity.of(activation)
                .map(function -> new CellFunction(function, null))
                .orElseGet(() -> new CellFunction(
                        Nonlinearity.LINEAR,
                        PointFunction.of(activation)
                                .orElseThrow(() -> new IllegalArgumentException(
                                        activation.kerasName() + " is no function of single numbers"))));
    }

    boolean is(Nonlinearity.Kind kind) {
        return byInput == null && byOutput.kind() == kind;
    }
}
