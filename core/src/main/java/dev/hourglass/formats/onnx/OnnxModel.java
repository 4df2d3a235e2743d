package dev.hourglass.formats.onnx;

import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The part of ONNX that layers need: one graph with weights inside. Names of operators, attributes and
 * values are those of the file.
 *
 * @param name of the graph
 * @param inputs what goes in, at least one value, channels last
 * @param outputs what comes out, at least one value, channels last
 * @param nodes in the order in which they run
 * @param weights constants that nodes name as inputs
 * @param metadata free texts that runtimes hand through
 */
public record OnnxModel(
        String name,
        List<Value> inputs,
        List<Value> outputs,
        List<Node> nodes,
        List<Weights> weights,
        Map<String, String> metadata) {
    /** The set of operators whose meaning the nodes have; the oldest that has all of them, so most runtimes read it. */
    static final long OPERATOR_SET = 17;
    /** Of the file's structure; the one that came with the operator set. */
    static final long IR_VERSION = 8;

    public OnnxModel {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        nodes = List.copyOf(nodes);
        weights = List.copyOf(weights);
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /**
     * The graph's input or output.
     *
     * @param shape without the batch, which goes first and is free
     */
    record Value(String name, Shape shape) {}

    /**
     * One operation.
     *
     * @param inputs names of values or weights, in the operator's order
     * @param outputs names; an empty one is an output that is not wanted
     */
    record Node(
            String name,
            String operator,
            List<String> inputs,
            List<String> outputs,
            Map<String, Attribute> attributes) {
        Node {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            // Sorted: the same model gives the same bytes.
            attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
        }

        Node withName(String other) {
            return new Node(other, operator, inputs, outputs, attributes);
        }

        /** The same node under which the last output has another name. */
        Node withLastOutput(String output) {
            List<String> renamed = new ArrayList<>(outputs);
            renamed.set(renamed.size() - 1, output);
            return new Node(name, operator, inputs, renamed, attributes);
        }

        int[] ints(String attribute) {
            if (attributes.get(attribute) instanceof Attribute.Wholes wholes) {
                return wholes.values().stream().mapToInt(Math::toIntExact).toArray();
            }
            throw wrong(attribute);
        }

        long whole(String attribute) {
            if (attributes.get(attribute) instanceof Attribute.Whole whole) {
                return whole.value();
            }
            throw wrong(attribute);
        }

        float real(String attribute) {
            if (attributes.get(attribute) instanceof Attribute.Real real) {
                return real.value();
            }
            throw wrong(attribute);
        }

        /** The texts of a list, or those that hold where it is absent. */
        List<String> texts(String attribute, List<String> otherwise) {
            return attributes.get(attribute) instanceof Attribute.Texts texts ? texts.values() : otherwise;
        }

        /** The numbers of a list; none where it is absent. */
        List<Float> reals(String attribute) {
            return attributes.get(attribute) instanceof Attribute.Reals reals ? reals.values() : List.of();
        }

        void requireText(String attribute, String expected) {
            if (!new Attribute.Text(expected).equals(attributes.get(attribute))) {
                throw wrong(attribute);
            }
        }

        /** @param what such as the name of an attribute */
        IllegalStateException wrong(String what) {
            return new IllegalStateException("ONNX node '" + name + "' has another " + what + " than is ever written");
        }
    }

    /** A setting of a node. */
    sealed interface Attribute {
        record Whole(long value) implements Attribute {}

        record Real(float value) implements Attribute {}

        record Text(String value) implements Attribute {}

        record Reals(List<Float> values) implements Attribute {
            public Reals {
                values = List.copyOf(values);
            }
        }

        record Texts(List<String> values) implements Attribute {
            public Texts {
                values = List.copyOf(values);
            }
        }

        record Wholes(List<Long> values) implements Attribute {
            public Wholes {
                values = List.copyOf(values);
            }

            static Wholes of(long... values) {
                return new Wholes(Arrays.stream(values).boxed().toList());
            }
        }
    }

    /** A constant, row-major. */
    public sealed interface Weights {
        String name();

        List<Long> dimensions();

        /** Whether another one of the same shape holds the same numbers, whatever its name. */
        default boolean holdsTheSame(Weights other) {
            boolean areSame = switch (this) {
                case Floats floats -> other instanceof Floats that && Arrays.equals(floats.values, that.values);
                case Longs longs -> other instanceof Longs that && Arrays.equals(longs.values, that.values);
            };
            return areSame && dimensions().equals(other.dimensions());
        }

        default Weights withName(String name) {
            return switch (this) {
                case Floats floats -> new Floats(name, floats.dimensions, floats.values);
                case Longs longs -> new Longs(name, longs.dimensions, longs.values);
            };
        }

        record Floats(String name, List<Long> dimensions, float[] values) implements Weights {}

        record Longs(String name, List<Long> dimensions, long[] values) implements Weights {}
    }
}
