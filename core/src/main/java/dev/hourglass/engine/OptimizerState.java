package dev.hourglass.engine;

import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What an optimizer remembers between steps: with it and the parameters, training goes on as if it had never stopped.
 *
 * @param optimizer with the settings so far
 * @param steps taken, >= 0
 * @param slots for each of the {@linkplain Optimizer#slots optimizer's}, in its order, one array for each trainable
 *     parameter, in order
 * @param scalars for each of the {@linkplain Optimizer#scalars optimizer's}
 */
public record OptimizerState(
        Optimizer optimizer, int steps, Map<String, Parameters> slots, Map<String, Float> scalars) {
    /** @throws IllegalArgumentException if the optimizer has other slots or scalars */
    public OptimizerState {
        if (steps < 0) {
            throw new IllegalArgumentException("steps must be >= 0, got " + steps);
        }
        Map<String, Parameters> ordered = new LinkedHashMap<>();
        for (Optimizer.Slot slot : optimizer.slots()) {
            ordered.put(slot.name(), required(optimizer, slot.name(), slots));
        }
        requireNoOther(optimizer, slots, ordered);
        Map<String, Float> numbers = new LinkedHashMap<>();
        for (String name : optimizer.scalars().keySet()) {
            numbers.put(name, required(optimizer, name, scalars));
        }
        requireNoOther(optimizer, scalars, numbers);
        slots = Collections.unmodifiableMap(ordered);
        scalars = Collections.unmodifiableMap(numbers);
    }

    private static <T> T required(Optimizer optimizer, String name, Map<String, T> found) {
        T value = found.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    optimizer.kerasClass() + " remembers a " + name + ", got " + found.keySet());
        }
        return value;
    }

    private static void requireNoOther(Optimizer optimizer, Map<String, ?> found, Map<String, ?> expected) {
        if (found.size() != expected.size()) {
            throw new IllegalArgumentException(
                    optimizer.kerasClass() + " remembers " + expected.keySet() + ", got " + found.keySet());
        }
    }

    /** Before the first step. */
    public static OptimizerState fresh(Optimizer optimizer, Parameters parameters) {
        Map<String, Parameters> slots = new LinkedHashMap<>();
        for (Optimizer.Slot slot : optimizer.slots()) {
            slots.put(slot.name(), filled(parameters, slot.initial()));
        }
        return new OptimizerState(optimizer, 0, slots, optimizer.scalars());
    }

    private static Parameters filled(Parameters parameters, float value) {
        return Parameters.of(parameters.list().stream()
                .filter(Parameter::trainable)
                .map(like -> {
                    float[] values = new float[like.values().length];
                    Arrays.fill(values, value);
                    return new Parameter(like.layer(), like.name(), like.shape(), true, values);
                })
                .toList());
    }

    /**
     * One slot, by Keras's name, such as {@code momentum}.
     *
     * @throws IllegalArgumentException if the optimizer has no such slot
     */
    public Parameters slot(String name) {
        return required(optimizer, name, slots);
    }

    /** The same with the arrays in the order of these layers. */
    public OptimizerState ofLayers(List<LayerSpec> layers) {
        Map<String, Parameters> ordered = new LinkedHashMap<>();
        slots.forEach((name, slot) -> ordered.put(name, slot.ofLayers(layers)));
        return new OptimizerState(optimizer, steps, ordered, scalars);
    }

    /** Whether another optimizer could go on from here: one that remembers the same, whatever its rates. */
    public boolean suits(Optimizer other) {
        return optimizer.kerasClass().equals(other.kerasClass())
                && optimizer.slots().equals(other.slots());
    }

    /** @throws IllegalArgumentException if the slots are not those of these parameters */
    void requireFits(Parameters parameters) {
        List<Parameter> trainable =
                parameters.list().stream().filter(Parameter::trainable).toList();
        slots.forEach((name, slot) -> requireFits(name, slot.list(), trainable));
    }

    private static void requireFits(String name, List<Parameter> slot, List<Parameter> trainable) {
        if (slot.size() != trainable.size()) {
            throw new IllegalArgumentException("The optimizer's " + name + " must be " + trainable.size()
                    + " arrays, one for each trainable parameter, got " + slot.size());
        }
        for (int i = 0; i < slot.size(); i++) {
            Shape expected = trainable.get(i).shape();
            if (!Objects.equals(slot.get(i).shape(), expected)) {
                throw new IllegalArgumentException("The optimizer's " + name + " of "
                        + trainable.get(i).path() + " must have shape " + expected + ", got "
                        + slot.get(i).shape());
            }
        }
    }
}
