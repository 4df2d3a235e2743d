package dev.hourglass.model;

import dev.hourglass.model.variables.InitialValues;
import dev.hourglass.model.variables.Initializer;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * All variables of a model in Keras's order ({@code model.weights}): layer by layer, each layer's trainable ones
 * first. The arrays are owned by this object; training writes them, {@link #copy} keeps a state.
 */
public final class Parameters {
    private final List<Parameter> list;

    private Parameters(List<Parameter> list) {
        this.list = List.copyOf(list);
    }

    /**
     * Fresh parameters as Keras starts them, each variable by its {@link Initializer}.
     */
    public static Parameters initialize(Shape input, List<LayerSpec> layers, RandomSource random) {
        return initialize(Graph.chain(input, layers), random);
    }

    /** Of a graph's layers, each once, in the order of its nodes. */
    public static Parameters initialize(Graph graph, RandomSource random) {
        List<Parameter> all = new ArrayList<>();
        for (LayerFacts facts : ModelFacts.of(graph).distinct()) {
            for (Variable variable : facts.variables()) {
                all.add(initial(facts.layer().name(), variable, random));
            }
        }
        return new Parameters(all);
    }

    /** Parameters with given values, in the order and of the shapes that {@link #initialize} gives for the same layers. */
    public static Parameters of(List<Parameter> list) {
        return new Parameters(list);
    }

    private static Parameter initial(String layer, Variable variable, RandomSource random) {
        Shape shape = variable.shape();
        RandomGenerator generator = random.stream("initialize/" + layer + "/" + variable.name(), 0);
        float[] values = InitialValues.of(variable.initializer(), shape, generator);
        return new Parameter(layer, variable.name(), shape, variable.trainable(), values);
    }

    /** Those of some layers, in the order of these layers; layers that have none are passed over. */
    public Parameters ofLayers(List<LayerSpec> layers) {
        Map<String, List<Parameter>> byLayer = list.stream().collect(Collectors.groupingBy(Parameter::layer));
        return new Parameters(layers.stream()
                .flatMap(layer -> byLayer.getOrDefault(layer.name(), List.of()).stream())
                .toList());
    }

    /** Every variable, in Keras's order. */
    public List<Parameter> list() {
        return list;
    }

    /** @throws IllegalArgumentException if the layer has no such variable */
    public Parameter get(String layer, String name) {
        for (Parameter parameter : list) {
            if (parameter.layer().equals(layer) && parameter.name().equals(name)) {
                return parameter;
            }
        }
        throw new IllegalArgumentException("No parameter " + layer + "/" + name);
    }

    /** How many numbers all variables hold together, moving statistics included, as Keras counts. */
    public int count() {
        return list.stream().mapToInt(p -> p.shape().size()).sum();
    }

    public int trainableCount() {
        return list.stream()
                .filter(Parameter::trainable)
                .mapToInt(p -> p.shape().size())
                .sum();
    }

    /** A deep copy. */
    public Parameters copy() {
        return new Parameters(list.stream()
                .map(p -> new Parameter(
                        p.layer(),
                        p.name(),
                        p.shape(),
                        p.trainable(),
                        p.values().clone()))
                .toList());
    }

    /** SHA-256 in hex over all variables in order, float32 little-endian: two models are equal when this is. */
    public String sha256() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Parameter parameter : list) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(4 * parameter.values().length).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(parameter.values());
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
