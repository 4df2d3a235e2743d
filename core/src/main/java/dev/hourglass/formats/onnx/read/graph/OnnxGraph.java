package dev.hourglass.formats.onnx.read.graph;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an ONNX file holds of a model.
 *
 * @param operatorSet the version of ONNX's operators
 * @param nodes each after all whose values it reads, as ONNX demands
 * @param constants by the name of the value
 * @param inputs that are no constants
 */
public record OnnxGraph(
        String name,
        long operatorSet,
        List<OnnxNode> nodes,
        Map<String, StoredTensor> constants,
        List<Port> inputs,
        List<Port> outputs,
        Map<String, String> metadata) {
    /**
     * What goes in or comes out.
     *
     * @param dimensions null where one is open; null for all of them where nothing is said
     */
    public record Port(String name, @Nullable List<@Nullable Long> dimensions) {}
}
