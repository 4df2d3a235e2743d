package dev.hourglass.formats.onnx.read.graph;

import dev.hourglass.files.Excerpt;
import java.util.List;
import java.util.Map;

/**
 * One operation of a graph.
 *
 * @param name may be empty
 * @param operator such as {@code Conv}
 * @param domain who defines the operator; empty for ONNX itself
 * @param inputs names of values; an empty one is an input that is not given
 * @param outputs likewise
 */
public record OnnxNode(
        String name,
        String operator,
        String domain,
        List<String> inputs,
        List<String> outputs,
        Map<String, Attribute> attributes) {
    public OnnxNode {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Map.copyOf(attributes);
    }

    public boolean hasInput(int index) {
        return index < inputs.size() && !inputs.get(index).isEmpty();
    }

    public boolean hasOutput(int index) {
        return index < outputs.size() && !outputs.get(index).isEmpty();
    }

    public long whole(String attribute, long otherwise) {
        return attributes.get(attribute) instanceof Attribute.Whole whole ? whole.value() : otherwise;
    }

    public float real(String attribute, float otherwise) {
        return attributes.get(attribute) instanceof Attribute.Real real ? real.value() : otherwise;
    }

    public String text(String attribute, String otherwise) {
        return attributes.get(attribute) instanceof Attribute.Text text ? text.value() : otherwise;
    }

    /** The numbers of a list, or those that hold where it is absent. */
    public long[] wholes(String attribute, long... otherwise) {
        return attributes.get(attribute) instanceof Attribute.Wholes wholes
                ? wholes.values().stream().mapToLong(Long::longValue).toArray()
                : otherwise;
    }

    public List<Float> reals(String attribute) {
        return attributes.get(attribute) instanceof Attribute.Reals reals ? reals.values() : List.of();
    }

    public List<String> texts(String attribute, List<String> otherwise) {
        return attributes.get(attribute) instanceof Attribute.Texts texts ? texts.values() : otherwise;
    }

    /** What the node is called, or what it gives where it has no name. */
    public String label() {
        if (!name.isEmpty()) {
            return name;
        }
        return outputs.isEmpty() ? operator : outputs.getFirst();
    }

    /** For errors: {@code node '/encoder/0/Conv' (Conv)}. */
    public String describe() {
        return "node '" + Excerpt.of(label(), 80) + "' (" + Excerpt.of(operator) + ")";
    }
}
