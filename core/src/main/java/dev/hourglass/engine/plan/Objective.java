package dev.hourglass.engine.plan;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.Penalty;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Masks;
import dev.hourglass.model.OutputRange;
import java.util.ArrayList;
import java.util.List;

/**
 * What a loss is computed from: the outputs of layers, each with a loss, and what still has to be done to one to get the
 * model's output. The two differ where binary cross-entropy is to be told from the probabilities that a sigmoid makes of
 * logits: it is told from the logits, which is exact where the sigmoid rounds to 0 or 1 (so does Keras, which finds them at
 * the tensor).
 *
 * @param graph the model's, but that layers which give outputs may lack their sigmoid
 * @param outputs one for each of the graph's outputs, in their order
 */
public record Objective(Graph graph, List<OutputLoss> outputs) {
    public Objective {
        outputs = List.copyOf(outputs);
    }

    /**
     * @param penalized what is made small; penalties are of other tensors than the outputs
     * @throws IllegalArgumentException if it does not have just one loss for each output, or a mask leaves steps out of one
     *     of several
     */
    public static Objective of(Graph graph, Loss penalized) {
        Graph told = graph;
        List<OutputLoss> outputs = new ArrayList<>();
        for (OutputLoss given : losses(graph, penalized)) {
            OutputLoss resolved = resolved(told, penalized, given);
            if (resolved.sigmoid()) {
                told = logits(told, graph.outputs().get(given.place()));
            }
            outputs.add(resolved);
        }
        return new Objective(told, outputs);
    }

    /** As they are given: of what leaves the model. */
    private static List<OutputLoss> losses(Graph graph, Loss penalized) {
        boolean summed = penalized.isVariational();
        List<OutputTerm> terms = penalized.outputTerms();
        if (terms.isEmpty()) {
            graph.onlyOutput(); // several would need a loss each
            return List.of(new OutputLoss(0, penalized.ofOutputs(), 1, summed, false));
        }
        requireEach(graph, terms);
        List<OutputLoss> losses = new ArrayList<>();
        for (String output : graph.outputs()) {
            OutputTerm term = penalized.outputTerm(output);
            losses.add(new OutputLoss(losses.size(), term.loss(), term.weight(), summed, false));
        }
        return losses;
    }

    private static void requireEach(Graph graph, List<OutputTerm> terms) {
        List<String> named = terms.stream().map(OutputTerm::output).sorted().toList();
        if (!graph.outputs().stream().sorted().toList().equals(named)) {
            throw new IllegalArgumentException(
                    "A loss for each of the outputs " + graph.outputs() + " is needed, got losses for " + named);
        }
        Masks masks = Masks.of(graph);
        for (String output : graph.outputs()) {
            if (terms.size() > 1 && masks.ofOutput(output).isPresent()) {
                throw new IllegalArgumentException("Output '" + output
                        + "' is masked, which is not computed where there are several; end the mask with a"
                        + " RepeatVector");
            }
        }
    }

    /** Of logits where that is the same, but exact; and with the model's range where the loss takes that. */
    private static OutputLoss resolved(Graph graph, Loss penalized, OutputLoss of) {
        Loss loss = of.loss();
        String output = graph.outputs().get(of.place());
        boolean ofLast = penalized.penalties().stream()
                .anyMatch(penalty -> penalty instanceof Penalty.OfOutput
                        && graph.uses(penalty.layer()).contains(output));
        Loss own = loss instanceof Loss.Weighted weighted ? weighted.of() : loss;
        if (!ofLast && own instanceof Loss.BinaryCrossentropy binary && endsInSigmoid(graph, output)) {
            Loss ofLogits = new Loss.BinaryCrossentropy(true, binary.labelSmoothing());
            Loss weighed = loss instanceof Loss.Weighted weighted
                    ? new Loss.Weighted(ofLogits, weighted.weights(), weighted.maskValue())
                    : ofLogits;
            return new OutputLoss(of.place(), weighed, of.weight(), of.summed(), true);
        }
        return new OutputLoss(of.place(), withRange(graph, output, loss), of.weight(), of.summed(), false);
    }

    /** The graph one of whose outputs lacks its sigmoid. */
    private static Graph logits(Graph graph, String output) {
        return new Graph(
                graph.inputs(),
                graph.nodes().stream()
                        .map(node -> node.name().equals(output)
                                ? new Graph.Node(node.name(), linear(node.layer()), node.inputs())
                                : node)
                        .toList(),
                graph.outputs(),
                graph.variables());
    }

    /** With the model's range where the loss takes that, and as a plan computes it. */
    private static Loss withRange(Graph graph, String output, Loss loss) {
        if (loss instanceof Loss.SparseCategoricalCrossentropy sparse) {
            return sparse.ofRows();
        }
        return loss instanceof Loss.Ssim ssim && ssim.dataRange() == null
                ? new Loss.Ssim((float) OutputRange.of(graph, output).width())
                : loss;
    }

    /**
     * Whether the activation of the layer that gives the output is a sigmoid. A layer after it, such as a reshaping,
     * hides that from Keras too. An output that is read by layers as well keeps its sigmoid, and so does a layer that
     * stands at other places too.
     */
    private static boolean endsInSigmoid(Graph graph, String output) {
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
            case LayerSpec.State l -> l;
            case LayerSpec.Bidirectional l -> l;
            case LayerSpec.ConvolutionalLstm l -> l;
            case LayerSpec.BatchNormalization l -> l;
            case LayerSpec.SampleNormalization l -> l;
            case LayerSpec.Resampling l -> l;
            case LayerSpec.Rearrangement l -> l;
            case LayerSpec.Elementwise l -> l;
            case LayerSpec.PRelu l -> l;
            case LayerSpec.Embedding l -> l;
            case LayerSpec.Masking l -> l;
            case LayerSpec.VectorQuantizer l -> l;
            case LayerSpec.Merge l -> l;
        };
    }
}
