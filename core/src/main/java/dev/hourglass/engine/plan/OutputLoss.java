package dev.hourglass.engine.plan;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Penalty;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.OutputRange;

/**
 * What a loss is computed from: the output of layers, and what still has to be done to it to get the model's output. The
 * two differ where binary cross-entropy is to be told from the probabilities that a sigmoid makes of logits: it is told
 * from the logits, which is exact where the sigmoid rounds to 0 or 1 (so does Keras, which finds them at the tensor).
 *
 * @param graph the model's, but that the last layer may lack its sigmoid
 * @param loss of what comes out of it
 * @param summed whether it is summed over a sample's terms: beside a divergence, which is a sum as well
 * @param sigmoid whether the model's output is the sigmoid of that
 */
public record OutputLoss(Graph graph, Loss loss, boolean summed, boolean sigmoid) {
    /** @param penalized what is made small; penalties are of other tensors than the output */
    public static OutputLoss of(Graph graph, Loss penalized) {
        Loss loss = penalized.ofOutputs();
        boolean summed = penalized.isVariational();
        boolean ofLast = penalized.penalties().stream()
                .anyMatch(penalty -> penalty instanceof Penalty.OfOutput
                        && graph.uses(penalty.layer()).contains(graph.onlyOutput()));
        if (ofLast) {
            return new OutputLoss(graph, resolved(graph, loss), summed, false);
        }
        Loss own = loss instanceof Loss.Weighted weighted ? weighted.of() : loss;
        if (own instanceof Loss.BinaryCrossentropy binary && endsInSigmoid(graph)) {
            Loss ofLogits = new Loss.BinaryCrossentropy(true, binary.labelSmoothing());
            return new OutputLoss(
                    logits(graph),
                    loss instanceof Loss.Weighted weighted
                            ? new Loss.Weighted(ofLogits, weighted.weights(), weighted.maskValue())
                            : ofLogits,
                    summed,
                    true);
        }
        return new OutputLoss(graph, resolved(graph, loss), summed, false);
    }

    /** The graph whose output lacks its sigmoid. */
    private static Graph logits(Graph graph) {
        return new Graph(
                graph.inputs(),
                graph.nodes().stream()
                        .map(node -> node.name().equals(graph.onlyOutput())
                                ? new Graph.Node(node.name(), linear(node.layer()), node.inputs())
                                : node)
                        .toList(),
                graph.outputs(),
                graph.variables());
    }

    /** With the model's range where the loss takes that. */
    private static Loss resolved(Graph graph, Loss loss) {
        return loss instanceof Loss.Ssim ssim && ssim.dataRange() == null
                ? new Loss.Ssim((float) OutputRange.of(graph).width())
                : loss;
    }

    /**
     * Whether the activation of the layer that gives the output is a sigmoid. A layer after it, such as a reshaping,
     * hides that from Keras too. An output that is read by layers as well keeps its sigmoid, and so does a layer that
     * stands at other places too.
     */
    public static boolean endsInSigmoid(Graph graph) {
        String output = graph.onlyOutput();
        return graph.nodes().stream().noneMatch(node -> node.inputs().contains(output))
                && graph.nodes().stream()
                        .anyMatch(node -> node.name().equals(output)
                                && !node.layer().equals(linear(node.layer()))
                                && graph.uses(node.layer().name()).size() == 1);
    }

    /** The layer without its sigmoid; others as they are. */
    private static LayerSpec linear(LayerSpec layer) {
        Activation linear = Activation.LINEAR;
        return switch (layer) {
            case LayerSpec.Conv2d l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.Conv2dTranspose l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.Conv1d l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.Conv1dTranspose l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.DepthwiseConv2d l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.SeparableConv2d l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.DepthwiseConv1d l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.SeparableConv1d l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.Conv3d l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.Conv3dTranspose l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.Dense l -> l.activation() == Activation.SIGMOID ? l.withActivation(linear) : l;
            case LayerSpec.ActivationLayer l ->
                l.activation() == Activation.SIGMOID ? new LayerSpec.ActivationLayer(l.name(), linear) : l;
            case LayerSpec.OneDimensional l -> l;
            case LayerSpec.ChannelsFirst l -> l;
            case LayerSpec.TimeDistributed l -> l;
            case LayerSpec.Recurrent l -> l;
            case LayerSpec.Bidirectional l -> l;
            case LayerSpec.BatchNormalization l -> l;
            case LayerSpec.SampleNormalization l -> l;
            case LayerSpec.Resampling l -> l;
            case LayerSpec.Rearrangement l -> l;
            case LayerSpec.Elementwise l -> l;
            case LayerSpec.PRelu l -> l;
            case LayerSpec.Masking l -> l;
            case LayerSpec.Merge l -> l;
        };
    }
}
