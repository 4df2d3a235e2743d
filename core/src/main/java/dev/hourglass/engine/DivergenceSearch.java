package dev.hourglass.engine;

import dev.hourglass.model.Graph;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Workers;
import java.util.List;
import java.util.Optional;

/** Finds where in a batch's way through the layers numbers stop being finite. It is slow: training is over by then. */
record DivergenceSearch(Graph graph, Parameters parameters, Kernels kernels, Workers workers) {
    /** What a batch ran into, such as {@code layer 'enc_conv1' is the first whose output is not finite}. */
    Optional<String> inOutputs(List<Samples> inputs, int[] order, int from, int count) {
        for (int input = 0; input < inputs.size(); input++) {
            float[] sample = new float[graph.inputs().get(input).shape().size()];
            for (int i = 0; i < count; i++) {
                inputs.get(input).copySample(order[from + i], sample, 0);
                if (!isFinite(sample)) {
                    return Optional.of("sample " + order[from + i] + " of the data holds a number that is not finite");
                }
            }
        }
        ModelFacts facts = ModelFacts.of(graph);
        for (Graph.Node node : graph.nodes()) {
            String name = node.name();
            Graph upTo = graph.upTo(List.of(name));
            ChainInference part = new ChainInference(upTo, parameters, kernels, workers);
            List<Samples> read = ChainInference.inputsOf(upTo, graph, inputs);
            float[] output = new float[facts.shapeOf(name).size()];
            for (int i = 0; i < count; i++) {
                part.run(read, order[from + i], 1, output);
                if (!isFinite(output)) {
                    return Optional.of("layer '" + name + "' is the first whose output is not finite");
                }
            }
        }
        return Optional.empty();
    }

    /**
     * What the way back ran into. It begins at the last layer, so the last gradient that is not finite was the first.
     *
     * @param gradients by parameter; empty where it is not trainable
     */
    Optional<String> inGradients(float[][] gradients) {
        for (int i = gradients.length - 1; i >= 0; i--) {
            if (!isFinite(gradients[i])) {
                return Optional.of("layer '" + parameters.list().get(i).layer()
                        + "' is the first, on the way back from the loss, whose gradient is not finite");
            }
        }
        return Optional.empty();
    }

    static boolean isFinite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
