package dev.hourglass.formats.keras;

import dev.hourglass.engine.OptimizerState;
import dev.hourglass.engine.Penalty;
import dev.hourglass.files.FreeHeap;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.Waist;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.operations.QuantizerLayers;
import dev.hourglass.formats.keras.weights.StoredTraining;
import dev.hourglass.hdf5.BoundedInput;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.VariableSettings;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A model file as it was read, before it is settled where the waist is.
 *
 * @param trainedWith loss and optimizer
 * @param variables what layers say of their variables
 * @param note what Hourglass added, or null
 * @param warnings a sentence each
 */
public record LoadedModel(
        Path file,
        ModelNode.Model tree,
        Parameters parameters,
        StoredTraining.TrainedWith trainedWith,
        VariableSettings variables,
        @Nullable HourglassNote note,
        List<String> warnings) {

    /**
     * A model of a file that is not Keras's.
     *
     * @param foreignNames what the file calls layers whose name it is not, by the layer
     * @param note what Hourglass wrote into the file, or null
     */
    public static LoadedModel of(
            Path file,
            String name,
            Graph graph,
            Map<String, String> foreignNames,
            Parameters parameters,
            @Nullable HourglassNote note) {
        List<String> given = ModelNode.inputs(graph.inputs().size());
        Map<String, String> named = new HashMap<>();
        for (int i = 0; i < given.size(); i++) {
            named.put(graph.inputs().get(i).name(), given.get(i));
        }
        List<ModelNode> nodes = new ArrayList<>();
        List<LayerFacts> facts = ModelFacts.of(graph).layers();
        for (int i = 0; i < graph.nodes().size(); i++) {
            Graph.Node node = graph.nodes().get(i);
            List<String> inputs = node.inputs().stream()
                    .map(read -> named.getOrDefault(read, read))
                    .toList();
            nodes.add(new ModelNode.Layer(
                    foreignNames.getOrDefault(node.name(), node.name()),
                    facts.get(i),
                    node.name(),
                    inputs,
                    true,
                    node.isFurtherUse()));
        }
        ModelNode.Model tree = new ModelNode.Model(
                name, ModelNode.Kind.FUNCTIONAL, graph.inputs(), nodes, graph.outputs(), given, true, false);
        LoadedModel plain = new Builder(file).build(tree, parameters, ignored -> StoredTraining.TrainedWith.NOTHING);
        return new LoadedModel(file, tree, parameters, plain.trainedWith, graph.variables(), note, plain.warnings);
    }

    /** The same with a sentence more for whoever opens it. */
    public LoadedModel warned(String warning) {
        List<String> all = new ArrayList<>(warnings);
        all.add(warning);
        return new LoadedModel(file, tree, parameters, trainedWith, variables, note, all);
    }

    /** @param waistLayer the layer whose output is the code, or null to find it */
    public SavedModel settle(@Nullable String waistLayer) {
        WaistRule rule = new WaistRule(tree);
        Waist waist;
        if (waistLayer != null) {
            waist = rule.named(waistLayer, file);
        } else if (note != null && note.encoderLayers() != null) {
            waist = new Waist(note.encoderLayers(), Waist.Source.STORED);
        } else {
            waist = rule.byRule();
        }
        Graph graph = tree.graph().with(variables);
        Graph sorted = sorted(graph, waist);
        OptimizerState optimizer = trainedWith.optimizer();
        return new SavedModel(
                note == null ? LayerNames.plain(tree.kerasName()) : note.name(),
                sorted,
                parameters.ofLayers(sorted.layers()),
                note == null ? Normalization.NONE : note.normalization(),
                waist.isKnown() ? new Waist(encoderLayers(graph, waist), waist.source()) : waist,
                note == null || note.loss() == null ? trainedWith.loss() : note.loss(),
                optimizer == null ? null : optimizer.ofLayers(sorted.layers()),
                note == null ? Map.of() : note.provenance(),
                warnings,
                note == null ? null : note.detection());
    }

    /** With the layers first that the code is computed by. */
    private static Graph sorted(Graph graph, Waist waist) {
        return isHalf(graph, waist)
                ? graph
                : graph.encoderFirst(
                        graph.nodes().get(waist.encoderLayers() - 1).name());
    }

    private static boolean isHalf(Graph graph, Waist waist) {
        return waist.encoderLayers() == 0
                || waist.encoderLayers() == graph.nodes().size();
    }

    private static int encoderLayers(Graph graph, Waist waist) {
        return isHalf(graph, waist)
                ? waist.encoderLayers()
                : graph.upTo(List.of(
                                graph.nodes().get(waist.encoderLayers() - 1).name()))
                        .nodes()
                        .size();
    }

    /** Gathers what a file holds, in the order in which it is found. */
    static final class Builder {
        private final Path file;
        private final List<String> warnings = new ArrayList<>();
        private @Nullable Json note;
        private List<Penalty> penalties = List.of();
        private VariableSettings variables = VariableSettings.NONE;

        Builder(Path file) {
            this.file = file;
        }

        void warn(String warning) {
            warnings.add(warning);
        }

        void note(@Nullable Json found) {
            note = found;
        }

        /** What layers say that training keeps small. */
        void penalties(List<Penalty> found) {
            penalties = found;
        }

        /** What layers say that their variables start from, and what holds of them. */
        void variables(VariableSettings found) {
            variables = found;
        }

        LoadedModel build(
                ModelNode.Model tree,
                Parameters parameters,
                Function<Parameters, StoredTraining.TrainedWith> readTraining) {
            warnOfNumbers(parameters);
            requireRoom(tree.layers());
            UsedModel used = UsedModel.of(tree);
            used.warning().ifPresent(this::warn);
            Set<String> names = used.specs().stream().map(LayerSpec::name).collect(Collectors.toSet());
            StoredTraining.TrainedWith trainedWith = readTraining
                    .apply(parameters)
                    .with(penalties.stream()
                            .filter(penalty -> names.contains(penalty.layer()))
                            .toList());
            AdaptedModel adapted = AdaptedModel.of(file, used.tree(), parameters.ofLayers(used.specs()));
            QuantizerLayers.Folded folded =
                    QuantizerLayers.Folded.of(adapted.tree(), adapted.parameters(), variables, trainedWith.optimizer());
            HourglassNote read =
                    note == null ? null : HourglassNote.read(note, folded.tree().graph());
            return new LoadedModel(
                    file,
                    folded.tree(),
                    folded.parameters(),
                    new StoredTraining.TrainedWith(trainedWith.loss(), folded.optimizer()),
                    folded.variables(),
                    read,
                    List.copyOf(warnings));
        }

        /** A few bytes can ask for an upsampling by thousands; whoever runs the model must have room for it. */
        private void requireRoom(List<ModelNode.Layer> layers) {
            long bytes = 0;
            LayerFacts largest = layers.getFirst().facts();
            for (ModelNode.Layer layer : layers) {
                LayerFacts facts = layer.facts();
                bytes += (long) Float.BYTES * facts.output().size();
                largest = facts.output().size() > largest.output().size() ? facts : largest;
            }
            if (!FreeHeap.holds(bytes, FreeHeap::freeBytes)) {
                throw new CorruptFileException(
                        file,
                        "layers whose outputs for a sample fit into memory (" + BoundedInput.count(FreeHeap.freeBytes())
                                + " bytes are free)",
                        BoundedInput.count(bytes) + " bytes, most of them " + largest.output() + " of layer '"
                                + largest.layer().name() + "'",
                        "Give the JVM more memory with -Xmx, or a smaller model.");
            }
        }

        private void warnOfNumbers(Parameters parameters) {
            for (Parameter parameter : parameters.list()) {
                int bad = 0;
                for (float value : parameter.values()) {
                    bad += Float.isFinite(value) ? 0 : 1;
                }
                if (bad > 0) {
                    warn(parameter.path() + " holds " + bad + " numbers that are NaN or infinite; so will be the"
                            + " model's outputs.");
                }
            }
        }
    }
}
