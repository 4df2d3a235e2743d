package dev.hourglass.formats.keras.operations;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.engine.Penalty;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.Waist;
import dev.hourglass.formats.keras.ModelNode;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Codebook;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.VariableSettings;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What {@link LayerSpec.VectorQuantizer} is in a Keras file: four of Keras's own layers, so that Keras opens and runs the file
 * without custom code. A dense layer scores the vectors by how near they are ({@link Codebook#scoreKernel}), a Rescaling drives
 * the scores so far apart that a softmax leaves 1 for the nearest and 0 for the others, and a dense layer without a bias, whose
 * kernel is the codebook, makes of that the vector. Of vectors that are as near, Keras takes the mean. No gradient passes the
 * softmax, so what Keras trains on is the decoder.
 */
public final class QuantizerLayers {
    private static final String EMBEDDINGS = "embeddings";
    private static final String KERNEL = "kernel";
    private static final String BIAS = "bias";

    /** Of scores that differ in their last bit alone, if they are above 1e-10; and scores of up to 1e18 stay finite. */
    private static final float APART = 1e20f;

    private QuantizerLayers() {}

    // --- writing ---

    /** The layers in place of each quantizer; the last has its name. */
    private record Parts(
            LayerSpec.Dense scores,
            LayerSpec.Rescaling apart,
            LayerSpec.ActivationLayer choice,
            LayerSpec.Dense vectors) {
        static Parts of(LayerSpec.VectorQuantizer quantizer, int size, Set<String> names) {
            String name = quantizer.name();
            return new Parts(
                    new LayerSpec.Dense(unique(name + "_scores", names), quantizer.vectors(), Activation.LINEAR),
                    new LayerSpec.Rescaling(unique(name + "_apart", names), APART, 0),
                    new LayerSpec.ActivationLayer(unique(name + "_choice", names), Activation.SOFTMAX),
                    new LayerSpec.Dense(name, size, Activation.LINEAR, false));
        }

        private static String unique(String name, Set<String> names) {
            String free = name;
            while (!names.add(free)) {
                free += "_";
            }
            return free;
        }
    }

    /** The model as a Keras file holds it; one without quantizers is as it was. */
    public static SavedModel spread(SavedModel model) {
        Graph graph = model.graph();
        Set<String> names = new HashSet<>();
        graph.inputs().forEach(input -> names.add(input.name()));
        graph.nodes().forEach(node -> names.add(node.name()));
        graph.layers().forEach(layer -> names.add(layer.name()));
        Map<String, Parts> parts = new HashMap<>();
        for (LayerSpec layer : graph.layers()) {
            if (layer instanceof LayerSpec.VectorQuantizer quantizer) {
                Shape codebook =
                        model.parameters().get(layer.name(), EMBEDDINGS).shape();
                parts.put(layer.name(), Parts.of(quantizer, codebook.dimension(1), names));
            }
        }
        if (parts.isEmpty()) {
            return model;
        }
        List<Graph.Node> nodes = new ArrayList<>();
        int encoderLayers = 0;
        for (int i = 0; i < graph.nodes().size(); i++) {
            spread(graph.nodes().get(i), parts, names, nodes);
            encoderLayers = i < model.waist().encoderLayers() ? nodes.size() : encoderLayers;
        }
        Graph whole = new Graph(graph.inputs(), nodes, graph.outputs(), others(graph.variables(), parts.keySet()));
        return new SavedModel(
                model.name(),
                whole,
                scored(model.parameters(), parts).ofLayers(whole.layers()),
                model.normalization(),
                model.waist().isKnown() ? new Waist(encoderLayers, model.waist().source()) : model.waist(),
                others(model.loss(), parts.keySet()),
                mapped(model.optimizer(), slot -> unscored(slot, parts)),
                model.provenance(),
                model.warnings(),
                model.detection());
    }

    private static void spread(Graph.Node node, Map<String, Parts> parts, Set<String> names, List<Graph.Node> nodes) {
        Parts of = parts.get(node.layer().name());
        if (of == null) {
            nodes.add(node);
            return;
        }
        String scores = placeOf(of.scores.name(), node, names);
        String apart = placeOf(of.apart.name(), node, names);
        String choice = placeOf(of.choice.name(), node, names);
        nodes.add(new Graph.Node(scores, of.scores, node.inputs()));
        nodes.add(new Graph.Node(apart, of.apart, List.of(scores)));
        nodes.add(new Graph.Node(choice, of.choice, List.of(apart)));
        nodes.add(new Graph.Node(node.name(), of.vectors, List.of(choice)));
    }

    /** A layer that stands at several places has a name of its own at each further one. */
    private static String placeOf(String layer, Graph.Node node, Set<String> names) {
        return node.name().equals(node.layer().name()) ? layer : Parts.unique(layer + "_" + node.name(), names);
    }

    /** What is said of a codebook has no place in Keras. */
    private static VariableSettings others(VariableSettings of, Set<String> quantizers) {
        VariableSettings others = VariableSettings.NONE;
        for (var initializer : of.initializers().entrySet()) {
            if (!quantizers.contains(initializer.getKey().layer())) {
                others = others.withInitializer(
                        initializer.getKey().layer(), initializer.getKey().variable(), initializer.getValue());
            }
        }
        for (var constraint : of.constraints().entrySet()) {
            if (!quantizers.contains(constraint.getKey().layer())) {
                others = others.withConstraint(
                        constraint.getKey().layer(), constraint.getKey().variable(), constraint.getValue());
            }
        }
        return others;
    }

    private static @Nullable Loss others(@Nullable Loss loss, Set<String> quantizers) {
        return loss == null
                ? null
                : loss.withPenalties(loss.penalties().stream()
                        .filter(penalty ->
                                !(penalty instanceof Penalty.OfVariable) || !quantizers.contains(penalty.layer()))
                        .toList());
    }

    private static Parameters scored(Parameters parameters, Map<String, Parts> parts) {
        List<Parameter> scored = new ArrayList<>();
        for (Parameter parameter : parameters.list()) {
            Parts of = parts.get(parameter.layer());
            if (of == null) {
                scored.add(parameter);
            } else {
                Codebook codebook = Codebook.of(parameter);
                add(of, codebook.scoreKernel(), codebook.scoreBias(), parameter, scored);
            }
        }
        return Parameters.of(scored);
    }

    /** What an optimizer remembers of a codebook is that of its vectors; nothing is known of the scores. */
    private static Parameters unscored(Parameters slot, Map<String, Parts> parts) {
        List<Parameter> all = new ArrayList<>();
        for (Parameter parameter : slot.list()) {
            Parts of = parts.get(parameter.layer());
            if (of == null) {
                all.add(parameter);
            } else {
                float[] none = new float[parameter.values().length];
                add(of, none, new float[parameter.shape().dimension(0)], parameter, all);
            }
        }
        return Parameters.of(all);
    }

    private static void add(Parts of, float[] kernel, float[] bias, Parameter embeddings, List<Parameter> all) {
        int count = embeddings.shape().dimension(0);
        int size = embeddings.shape().dimension(1);
        String scores = of.scores.name();
        all.add(new Parameter(scores, KERNEL, Shape.of(size, count), embeddings.trainable(), kernel));
        all.add(new Parameter(scores, BIAS, Shape.of(count), embeddings.trainable(), bias));
        all.add(new Parameter(
                of.vectors.name(), KERNEL, embeddings.shape(), embeddings.trainable(), embeddings.values()));
    }

    private static @Nullable OptimizerState mapped(@Nullable OptimizerState state, UnaryOperator<Parameters> slot) {
        if (state == null) {
            return null;
        }
        Map<String, Parameters> slots = new LinkedHashMap<>();
        state.slots().forEach((name, values) -> slots.put(name, slot.apply(values)));
        return new OptimizerState(state.optimizer(), state.steps(), slots, state.scalars());
    }

    // --- reading ---

    /**
     * A model that was read, with quantizers in place of the layers that they were written as.
     *
     * @param optimizer of what it was trained with, or null
     */
    public record Folded(
            ModelNode.Model tree,
            Parameters parameters,
            VariableSettings variables,
            @Nullable OptimizerState optimizer) {
        /** Told by the structure and by the numbers, whatever the layers are called; one without is as it was. */
        public static Folded of(
                ModelNode.Model tree,
                Parameters parameters,
                VariableSettings variables,
                @Nullable OptimizerState optimizer) {
            Finder finder = new Finder(parameters);
            finder.count(tree);
            ModelNode.Model folded = finder.fold(tree);
            return finder.scores.isEmpty()
                    ? new Folded(tree, parameters, variables, optimizer)
                    : new Folded(
                            folded,
                            finder.folded(parameters),
                            others(variables, finder.vectors),
                            mapped(optimizer, finder::folded));
        }
    }

    private static final class Finder {
        private final Parameters parameters;
        private final Map<String, Integer> reads = new HashMap<>();
        /** The layers that score. */
        private final Set<String> scores = new HashSet<>();
        /** The layers whose kernel is a codebook. */
        private final Set<String> vectors = new HashSet<>();

        Finder(Parameters parameters) {
            this.parameters = parameters;
        }

        void count(ModelNode node) {
            node.inputs().forEach(value -> reads.merge(value, 1, Integer::sum));
            if (node instanceof ModelNode.Model model) {
                model.outputs().forEach(value -> reads.merge(value, 1, Integer::sum));
                model.nodes().forEach(this::count);
            }
        }

        ModelNode.Model fold(ModelNode.Model model) {
            Map<String, ModelNode.Layer> givers = new HashMap<>();
            Set<ModelNode> gone = new HashSet<>();
            List<ModelNode> nodes = new ArrayList<>();
            for (ModelNode node : model.nodes()) {
                switch (node) {
                    case ModelNode.Model nested -> nodes.add(fold(nested));
                    case ModelNode.Layer layer -> {
                        List<ModelNode.Layer> parts = model.kind() == ModelNode.Kind.EACH_STEP || model.isRnn()
                                ? List.of()
                                : parts(layer, givers);
                        gone.addAll(parts);
                        nodes.add(parts.isEmpty() ? layer : quantizer(layer, parts.getFirst()));
                        givers.put(layer.value(), layer);
                    }
                }
            }
            nodes.removeAll(gone);
            return new ModelNode.Model(
                    model.kerasName(),
                    model.kind(),
                    model.given(),
                    nodes,
                    model.outputs(),
                    model.inputs(),
                    model.trainable(),
                    model.isFurtherUse());
        }

        /** What stands before the vectors of a quantizer: scores, what drives them apart and the choice; else nothing. */
        private List<ModelNode.Layer> parts(ModelNode.Layer last, Map<String, ModelNode.Layer> givers) {
            ModelNode.Layer choice = onlyFor(last, givers);
            ModelNode.Layer apart = choice == null ? null : onlyFor(choice, givers);
            ModelNode.Layer first = apart == null ? null : onlyFor(apart, givers);
            boolean are = choice != null
                    && apart != null
                    && first != null
                    && last.spec() instanceof LayerSpec.Dense of
                    && !of.useBias()
                    && of.activation() == Activation.LINEAR
                    && choice.spec() instanceof LayerSpec.ActivationLayer function
                    && function.activation() == Activation.SOFTMAX
                    && apart.spec() instanceof LayerSpec.Rescaling scaling
                    && scaling.scale() == APART
                    && scaling.offset() == 0
                    && first.spec() instanceof LayerSpec.Dense scoring
                    && scoring.useBias()
                    && scoring.activation() == Activation.LINEAR
                    && Codebook.of(parameters.get(of.name(), KERNEL))
                            .isScoredBy(
                                    parameters.get(scoring.name(), KERNEL).values(),
                                    parameters.get(scoring.name(), BIAS).values());
            return are ? List.of(first, apart, choice) : List.of();
        }

        /** What gives the only value that a layer reads, if nobody else reads that. */
        private ModelNode.@Nullable Layer onlyFor(ModelNode.Layer layer, Map<String, ModelNode.Layer> givers) {
            String read = layer.inputs().getFirst();
            return layer.inputs().size() == 1 && reads.getOrDefault(read, 0) == 1 ? givers.get(read) : null;
        }

        private ModelNode.Layer quantizer(ModelNode.Layer last, ModelNode.Layer first) {
            scores.add(first.spec().name());
            vectors.add(last.spec().name());
            int count = parameters.get(last.spec().name(), KERNEL).shape().dimension(0);
            LayerSpec spec = new LayerSpec.VectorQuantizer(last.spec().name(), count);
            return new ModelNode.Layer(
                    last.kerasName(),
                    LayerFacts.of(spec, last.facts().output()),
                    last.value(),
                    first.inputs(),
                    last.trainable(),
                    last.isFurtherUse());
        }

        Parameters folded(Parameters all) {
            return Parameters.of(all.list().stream()
                    .filter(parameter -> !scores.contains(parameter.layer()))
                    .map(parameter -> vectors.contains(parameter.layer())
                            ? new Parameter(
                                    parameter.layer(),
                                    EMBEDDINGS,
                                    parameter.shape(),
                                    parameter.trainable(),
                                    parameter.values())
                            : parameter)
                    .toList());
        }
    }
}
