package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.Attribute;
import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Normalizations that are written out as operators, as all are by exporters for earlier sets: of layers (before set 17)
 * {@code (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon)}, of groups (before set 18) the instances of x reshaped;
 * then times gamma plus beta. The activation squareplus, for which ONNX has no operator, is found in the same way.
 */
final class WrittenNormalizations {
    /** What stands for operators that are a squareplus; none of ONNX. */
    static final String SQUAREPLUS = "Squareplus";

    private final Reading reading;
    private final ConstantFolding folding;
    private final Map<String, OnnxNode> givers = new HashMap<>();
    private final Map<String, List<OnnxNode>> readers = new HashMap<>();

    WrittenNormalizations(Reading reading, ConstantFolding folding, List<OnnxNode> nodes) {
        this.reading = reading;
        this.folding = folding;
        for (OnnxNode node : nodes) {
            node.outputs().forEach(output -> givers.put(output, node));
            node.inputs()
                    .forEach(input -> readers.computeIfAbsent(input, name -> new ArrayList<>())
                            .add(node));
        }
    }

    /**
     * The nodes with one {@code LayerNormalization} or {@code GroupNormalization} in the place of the operators that it is
     * written as.
     *
     * @param outputs the names of the values that the model gives
     */
    List<OnnxNode> joined(List<OnnxNode> nodes, Set<String> outputs) {
        IdentityHashMap<OnnxNode, OnnxNode> byLast = new IdentityHashMap<>();
        Set<OnnxNode> parts = Collections.newSetFromMap(new IdentityHashMap<>());
        for (OnnxNode node : nodes) {
            matched(node).filter(found -> found.isWhole(readers, outputs)).ifPresent(found -> {
                parts.addAll(found.parts);
                byLast.put(found.parts.getLast(), found.whole);
            });
        }
        return nodes.stream()
                .filter(node -> !parts.contains(node) || byLast.containsKey(node))
                .map(node -> byLast.getOrDefault(node, node))
                .toList();
    }

    /**
     * A normalization that was found.
     *
     * @param parts the operators that it is written as, the one that gives its value last
     * @param whole what takes their place
     */
    private record Found(List<OnnxNode> parts, OnnxNode whole) {
        /** Whether nobody else reads what lies between. */
        boolean isWhole(Map<String, List<OnnxNode>> readers, Set<String> outputs) {
            return parts.subList(0, parts.size() - 1).stream()
                    .flatMap(part -> part.outputs().stream())
                    .noneMatch(value -> outputs.contains(value)
                            || !new HashSet<>(parts).containsAll(readers.getOrDefault(value, List.of())));
        }
    }

    private Optional<Found> matched(OnnxNode node) {
        return switch (node.operator()) {
            case "Div" -> node.inputs().size() == 2 ? ofLayer(node) : Optional.empty();
            case "InstanceNormalization" -> ofGroups(node);
            case "Mul" -> ofSquareplus(node);
            default -> Optional.empty();
        };
    }

    /** {@code (x + sqrt(x * x + 4)) * 0.5}. */
    private Optional<Found> ofSquareplus(OnnxNode half) {
        Optional<OnnxNode> sum = having(half, 0.5).flatMap(node -> anyGiver(node, "Add"));
        Optional<OnnxNode> root = sum.flatMap(node -> anyGiver(node, "Sqrt"));
        Optional<OnnxNode> more =
                root.flatMap(node -> giver(node.inputs().getFirst(), "Add")).flatMap(node -> having(node, 4));
        Optional<OnnxNode> square = more.flatMap(node -> anyGiver(node, "Mul")).filter(this::isSquare);
        if (square.isEmpty()) {
            return Optional.empty();
        }
        List<OnnxNode> parts = List.of(square.get(), more.orElseThrow(), root.orElseThrow(), sum.orElseThrow(), half);
        String from = square.get().inputs().getFirst();
        boolean fits = other(sum.get(), root.get().outputs().getFirst()).equals(from);
        return fits
                ? Optional.of(new Found(parts, joined(half, SQUAREPLUS, List.of(from), parts, Map.of())))
                : Optional.empty();
    }

    /** The node, where one of its two inputs is a number. */
    private Optional<OnnxNode> having(OnnxNode node, double number) {
        boolean has = node.inputs().size() == 2 && node.inputs().stream().anyMatch(input -> number(input) == number);
        return has ? Optional.of(node) : Optional.empty();
    }

    /** {@code [0, groups, -1]}, normalized by instances without weights, laid out as before, weighted by channels. */
    private Optional<Found> ofGroups(OnnxNode instances) {
        Optional<OnnxNode> before = Optional.of(instances)
                .filter(node -> node.hasInput(0))
                .flatMap(node -> giver(node.inputs().getFirst(), "Reshape"))
                .filter(node -> node.hasInput(1));
        long[] shape = before.flatMap(node -> constant(node.inputs().get(1)))
                .map(Constant::wholes)
                .orElse(new long[0]);
        List<OnnxNode> after = readers.getOrDefault(instances.outputs().getFirst(), List.of());
        boolean fits = shape.length == 3
                && shape[0] == 0
                && shape[1] > 0
                && shape[2] == -1
                && instances.inputs().size() == 3
                && isAll(instances.inputs().get(1), 1)
                && isAll(instances.inputs().get(2), 0)
                && after.size() == 1
                && isAsBefore(after.getFirst(), before.orElseThrow().inputs().getFirst());
        if (!fits) {
            return Optional.empty();
        }
        List<OnnxNode> parts = new ArrayList<>(List.of(before.orElseThrow(), instances, after.getFirst()));
        List<String> inputs = new ArrayList<>(List.of(parts.getFirst().inputs().getFirst()));
        addWeighting(parts, inputs, found -> found.rank() > 1 && found.dimensions()[0] == found.size());
        return inputs.size() < 3
                ? Optional.empty()
                : Optional.of(new Found(
                        parts,
                        joined(
                                instances,
                                "GroupNormalization",
                                inputs,
                                parts,
                                Map.of(
                                        "num_groups", new Attribute.Whole(shape[1]),
                                        "epsilon", new Attribute.Real(instances.real("epsilon", 1e-5f))))));
    }

    private static OnnxNode joined(
            OnnxNode part,
            String operator,
            List<String> inputs,
            List<OnnxNode> parts,
            Map<String, Attribute> attributes) {
        String name = part.name().replaceFirst("/" + part.operator() + "(_\\d+)?$", "/" + operator);
        return new OnnxNode(name, operator, "", inputs, parts.getLast().outputs(), attributes);
    }

    private boolean isAsBefore(OnnxNode node, String value) {
        return node.operator().equals("Reshape")
                && node.hasInput(1)
                && giver(node.inputs().get(1), "Shape")
                        .filter(shape -> shape.inputs().getFirst().equals(value)
                                && shape.attributes().isEmpty())
                        .isPresent();
    }

    private boolean isAll(String value, double number) {
        return constant(value).filter(found -> found.uniform() == number).isPresent();
    }

    private Optional<Found> ofLayer(OnnxNode division) {
        Optional<OnnxNode> difference = giver(division.inputs().getFirst(), "Sub");
        Optional<OnnxNode> root = giver(division.inputs().get(1), "Sqrt");
        Optional<OnnxNode> sum = root.flatMap(node -> giver(node.inputs().getFirst(), "Add"));
        Optional<OnnxNode> variance = sum.flatMap(node -> anyGiver(node, "ReduceMean"));
        Optional<OnnxNode> squares =
                variance.flatMap(node -> giver(node.inputs().getFirst(), "Pow", "Mul"));
        Optional<OnnxNode> mean = difference
                .filter(node -> node.hasInput(1))
                .flatMap(node -> giver(node.inputs().get(1), "ReduceMean"));
        if (squares.isEmpty() || mean.isEmpty() || difference.isEmpty() || root.isEmpty() || variance.isEmpty()) {
            return Optional.empty();
        }
        String from = difference.get().inputs().getFirst();
        Optional<OnnxNode> squared = giver(squares.get().inputs().getFirst(), "Sub")
                .filter(node -> node.inputs().equals(difference.get().inputs()));
        int axes = lastAxes(mean.get());
        double epsilon = sum.stream()
                .flatMap(node -> node.inputs().stream())
                .mapToDouble(this::number)
                .filter(number -> number > 0)
                .findFirst()
                .orElse(Double.NaN);
        boolean fits = squared.isPresent()
                && mean.get().inputs().getFirst().equals(from)
                && isSquare(squares.get())
                && axes > 0
                && axes == lastAxes(variance.get())
                && epsilon > 0;
        if (!fits) {
            return Optional.empty();
        }
        List<OnnxNode> parts = new ArrayList<>(List.of(
                mean.get(),
                difference.get(),
                squared.get(),
                squares.get(),
                variance.get(),
                sum.orElseThrow(),
                root.get(),
                division));
        List<String> inputs = new ArrayList<>(List.of(from));
        addWeighting(parts, inputs, found -> found.rank() == axes && found.size() > 1);
        return Optional.of(new Found(
                parts,
                joined(
                        division,
                        "LayerNormalization",
                        inputs,
                        parts,
                        Map.of(
                                "axis", new Attribute.Whole(-axes),
                                "epsilon", new Attribute.Real((float) epsilon)))));
    }

    /** Adds the operators that multiply by gamma and then add beta, and the names of these, where there are such. */
    private void addWeighting(List<OnnxNode> parts, List<String> inputs, Predicate<Constant> fits) {
        for (String operator : List.of("Mul", "Add")) {
            String value = parts.getLast().outputs().getFirst();
            Optional<OnnxNode> node = weighting(value, operator, fits);
            if (node.isEmpty()) {
                return;
            }
            parts.add(node.get());
            inputs.add(other(node.get(), value));
        }
    }

    private Optional<OnnxNode> giver(String value, String... operators) {
        return Optional.ofNullable(givers.get(value))
                .filter(node -> node.domain().isEmpty() && node.hasInput(0))
                .filter(node -> List.of(operators).contains(node.operator()));
    }

    private Optional<OnnxNode> anyGiver(OnnxNode reader, String operator) {
        return reader.inputs().stream()
                .flatMap(input -> giver(input, operator).stream())
                .findFirst();
    }

    /** {@code x * x} or {@code x^2}. */
    private boolean isSquare(OnnxNode node) {
        return node.inputs().size() == 2
                && (node.operator().equals("Mul")
                        ? node.inputs().getFirst().equals(node.inputs().get(1))
                        : number(node.inputs().get(1)) == 2);
    }

    /** How many axes a mean is taken over, where these are the last ones and stay; else 0. */
    private int lastAxes(OnnxNode mean) {
        long[] axes = mean.hasInput(1)
                ? constant(mean.inputs().get(1)).map(Constant::wholes).orElse(new long[0])
                : mean.wholes("axes");
        long[] sorted = axes.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length; i++) {
            if (sorted[i] != i - sorted.length) {
                return 0;
            }
        }
        return mean.whole("keepdims", 1) == 1 ? sorted.length : 0;
    }

    /** What alone reads a value, and adds or multiplies it by fitting numbers. */
    private Optional<OnnxNode> weighting(String value, String operator, Predicate<Constant> fits) {
        List<OnnxNode> all = readers.getOrDefault(value, List.of());
        return all.stream()
                .filter(node -> all.size() == 1)
                .filter(node ->
                        node.operator().equals(operator) && node.domain().isEmpty())
                .filter(node -> node.inputs().size() == 2)
                .filter(node -> constant(other(node, value)).filter(fits).isPresent())
                .findFirst();
    }

    private static String other(OnnxNode node, String value) {
        return node.inputs().getFirst().equals(value)
                ? node.inputs().get(1)
                : node.inputs().getFirst();
    }

    /** The only number of a constant; NaN where it is none, or has several. */
    private double number(String value) {
        return constant(value)
                .filter(found -> found.size() == 1)
                .map(Constant::uniform)
                .orElse(Double.NaN);
    }

    private Optional<Constant> constant(String value) {
        OnnxNode giver = givers.get(value);
        if (giver != null) {
            return giver.operator().equals("Constant") ? Optional.of(folding.constant(giver)) : Optional.empty();
        }
        return reading.initial(value);
    }
}
