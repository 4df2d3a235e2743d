package dev.hourglass.model.variables;

import dev.hourglass.model.LayerFacts;
import dev.hourglass.tensor.ShapeException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a model says of its layers' variables where Keras does something else by default: what they start from and what
 * holds of them after each step of training.
 *
 * @param initializers by variable; the others start as Keras starts them
 * @param constraints by variable, trainable ones alone; the others are free
 */
public record VariableSettings(
        NavigableMap<Place, Initializer> initializers, NavigableMap<Place, Constraint> constraints) {
    public static final VariableSettings NONE = of(Map.of(), Map.of());

    /**
     * A variable of a layer.
     *
     * @param layer its name
     * @param variable as in {@link LayerFacts#variables}, such as {@code kernel}
     */
    public record Place(String layer, String variable) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byLayer = layer.compareTo(other.layer);
            return byLayer == 0 ? variable.compareTo(other.variable) : byLayer;
        }
    }

    public VariableSettings {
        initializers = Collections.unmodifiableNavigableMap(new TreeMap<>(initializers));
        constraints = Collections.unmodifiableNavigableMap(new TreeMap<>(constraints));
    }

    public static VariableSettings of(Map<Place, Initializer> initializers, Map<Place, Constraint> constraints) {
        return new VariableSettings(new TreeMap<>(initializers), new TreeMap<>(constraints));
    }

    public boolean isEmpty() {
        return initializers.isEmpty() && constraints.isEmpty();
    }

    public VariableSettings withInitializer(String layer, String variable, Initializer initializer) {
        return new VariableSettings(with(initializers, new Place(layer, variable), initializer), constraints);
    }

    public VariableSettings withConstraint(String layer, String variable, Constraint constraint) {
        return new VariableSettings(initializers, with(constraints, new Place(layer, variable), constraint));
    }

    private static <T> NavigableMap<Place, T> with(NavigableMap<Place, T> all, Place place, T value) {
        NavigableMap<Place, T> more = new TreeMap<>(all);
        more.put(place, value);
        return more;
    }

    /** The layers of which something is said. */
    Set<String> layers() {
        Set<String> layers = new TreeSet<>();
        initializers.keySet().forEach(place -> layers.add(place.layer()));
        constraints.keySet().forEach(place -> layers.add(place.layer()));
        return layers;
    }

    /** What is said of some layers. */
    public VariableSettings ofLayers(Set<String> names) {
        return layers().stream().allMatch(names::contains) ? this : of(of(initializers, names), of(constraints, names));
    }

    /** What is said of one layer, found without a look at the others: a hostile file says something of very many. */
    private static <T> NavigableMap<Place, T> of(NavigableMap<Place, T> all, String layer) {
        return all.subMap(new Place(layer, ""), true, new Place(layer + '\0', ""), false);
    }

    private static <T> Map<Place, T> of(Map<Place, T> all, Set<String> layers) {
        return all.entrySet().stream()
                .filter(each -> layers.contains(each.getKey().layer()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * What is known of a layer, with what is said of its variables.
     *
     * @throws ShapeException if it has no such variable, or none of such a shape
     */
    public LayerFacts applied(LayerFacts facts) {
        String layer = facts.layer().name();
        NavigableMap<Place, Initializer> starts = of(initializers, layer);
        NavigableMap<Place, Constraint> holds = of(constraints, layer);
        if (starts.isEmpty() && holds.isEmpty()) {
            return facts;
        }
        starts.forEach((place, initializer) -> requireStart(facts, variable(facts, place), initializer));
        holds.forEach((place, constraint) -> requireHolds(facts, variable(facts, place), constraint));
        List<Variable> variables = facts.variables().stream()
                .map(variable -> {
                    Initializer initializer = starts.get(new Place(layer, variable.name()));
                    return initializer == null ? variable : variable.startingFrom(initializer);
                })
                .toList();
        return new LayerFacts(facts.layer(), facts.input(), facts.output(), variables, facts.operations());
    }

    private static Variable variable(LayerFacts facts, Place place) {
        return facts.variables().stream()
                .filter(variable -> variable.name().equals(place.variable()))
                .findFirst()
                .orElseThrow(() -> new ShapeException(LayerFacts.describe(facts.layer()) + " has no variable '"
                        + place.variable() + "'; it has "
                        + (facts.variables().isEmpty()
                                ? "none"
                                : facts.variables().stream().map(Variable::name).collect(Collectors.joining(", ")))));
    }

    private static void requireStart(LayerFacts facts, Variable variable, Initializer initializer) {
        int rank = variable.startingFrom(initializer).initializer() instanceof Initializer.ForgetGateOnes
                ? 1
                : variable.shape().rank();
        boolean fits = switch (initializer) {
            case Initializer.Orthogonal ignored -> rank >= 2;
            case Initializer.Identity ignored -> rank == 2;
            case Initializer.Constant ignored -> true;
            case Initializer.RandomUniform ignored -> true;
            case Initializer.RandomNormal ignored -> true;
            case Initializer.TruncatedNormal ignored -> true;
            case Initializer.VarianceScaling ignored -> true;
            case Initializer.ForgetGateOnes ignored -> true;
        };
        if (!fits) {
            throw new ShapeException(LayerFacts.describe(facts.layer()) + ": " + initializer.kerasClass()
                    + " needs a variable with " + (initializer instanceof Initializer.Identity ? "" : "at least ")
                    + "2 dimensions, got " + variable.name() + " " + variable.shape() + ". Use another initializer.");
        }
    }

    private static void requireHolds(LayerFacts facts, Variable variable, Constraint constraint) {
        if (!variable.trainable()) {
            throw new ShapeException(LayerFacts.describe(facts.layer()) + ": " + variable.name()
                    + " is not trained, so no constraint can hold it");
        }
        int rank = variable.shape().rank();
        if (constraint instanceof Constraint.OfNorm norm
                && norm.axes().stream().anyMatch(axis -> axis >= rank || axis < -rank)) {
            throw new ShapeException(LayerFacts.describe(facts.layer()) + ": " + constraint.kerasClass() + " of "
                    + variable.name() + " needs axes of " + variable.shape() + ", " + -rank + " to " + (rank - 1)
                    + ", got " + norm.axes() + ". Take others.");
        }
    }
}
