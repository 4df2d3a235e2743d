package dev.hourglass.formats.keras.weights;

import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.KerasOrigin;
import dev.hourglass.formats.keras.ModelNode;
import dev.hourglass.hdf5.Attribute;
import dev.hourglass.hdf5.Group;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.tensor.CorruptFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The variables in a legacy {@code .h5} file: a group for each layer of the outermost model, with a list of the names
 * of its arrays. Keras takes them by order and not by name, and so must we: a nested model is one layer, with all that
 * it trains before all that it doesn't.
 */
public final class LegacyWeights {
    /** Where a whole model keeps them; in a file of weights alone they are all there is. */
    public static final String GROUP = "model_weights";

    /** One variable of one layer. */
    private record Slot(ModelNode.Layer layer, Variable variable) {}

    private LegacyWeights() {}

    /**
     * @param origin which Keras wrote the arrays
     * @throws CorruptFileException if the arrays are not those of the model
     */
    public static Parameters read(ModelNode.Model model, StoredArrays arrays, KerasOrigin origin) {
        EarlyWeights early = new EarlyWeights(origin, arrays);
        List<ModelNode> holders = holders(model);
        List<String> groups = new ArrayList<>();
        for (String name : names(arrays, GROUP, "layer_names")) {
            if (!names(arrays, GROUP + "/" + name, "weight_names").isEmpty()) {
                groups.add(GROUP + "/" + name);
            }
        }
        if (groups.size() != holders.size()) {
            throw arrays.wrongCount(GROUP, holders.size(), groups.size());
        }
        Map<Slot, float[]> values = new HashMap<>();
        for (int i = 0; i < holders.size(); i++) {
            List<Slot> slots = slots(holders.get(i));
            List<String> paths = names(arrays, groups.get(i), "weight_names");
            if (new HashSet<>(paths).size() != paths.size()) {
                throw arrays.wrongCount(groups.get(i) + "/@weight_names", 1, 2);
            }
            String group = groups.get(i);
            List<String> whole = paths.stream().map(path -> group + "/" + path).toList();
            boolean apart = origin.major() == 1 && paths.size() > slots.size();
            int taken = apart ? takeGates(slots, whole, early, values) : take(slots, whole, early, values);
            if (taken != paths.size()) {
                throw arrays.wrongCount(group, taken, paths.size());
            }
        }
        return parameters(model, values);
    }

    /** @return how many arrays there should be; nothing is taken if there are others */
    private static int take(List<Slot> slots, List<String> paths, EarlyWeights early, Map<Slot, float[]> values) {
        for (int j = 0; j < slots.size() && slots.size() == paths.size(); j++) {
            Slot slot = slots.get(j);
            values.put(slot, early.read(slot.layer.spec(), slot.variable, paths.get(j)));
        }
        return slots.size();
    }

    /** As {@link #take}, where the gates of recurrent layers lie apart, as in Keras 1. */
    private static int takeGates(List<Slot> slots, List<String> paths, EarlyWeights early, Map<Slot, float[]> values) {
        int next = 0;
        for (int j = 0; j < slots.size(); ) {
            Slot slot = slots.get(j);
            LayerSpec layer = slot.layer.spec();
            int ofGates = EarlyWeights.arraysOfGates(layer, slot.variable);
            if (next + Math.max(1, ofGates) > paths.size()) {
                return next + Math.max(1, ofGates);
            }
            if (ofGates == 0) {
                values.put(slot, early.read(layer, slot.variable, paths.get(next++)));
                j++;
                continue;
            }
            List<String> gates = paths.subList(next, next + ofGates);
            for (int part = 0; part < 3 && j < slots.size(); part++, j++) {
                values.put(slots.get(j), early.ofGates(layer, slots.get(j).variable, gates, part));
            }
            next += ofGates;
        }
        return next;
    }

    /** The dimensions of the first array of the first layer that has any; empty if there is none. */
    public static List<Integer> firstKernel(StoredArrays arrays) {
        for (String name : names(arrays, GROUP, "layer_names")) {
            List<String> weights = names(arrays, GROUP + "/" + name, "weight_names");
            if (!weights.isEmpty()) {
                return arrays.dimensions(GROUP + "/" + name + "/" + weights.getFirst());
            }
        }
        return List.of();
    }

    /** Adds the variables to a tree. */
    public static void write(ModelNode.Model model, Parameters parameters, Group.Builder root) {
        List<String> layerNames = new ArrayList<>();
        Group.Builder weights = root.group(GROUP);
        for (ModelNode holder : holders(model)) {
            layerNames.add(holder.kerasName());
            List<String> weightNames = new ArrayList<>();
            Group.Builder group = weights.group(holder.kerasName());
            for (Slot slot : slots(holder)) {
                Parameter parameter = parameters.get(slot.layer.spec().name(), slot.variable.name());
                weightNames.add(parameter.path());
                group.dataset(parameter.path(), WeightsFile.dataset(parameter));
            }
            group.attribute("weight_names", new Attribute.Texts(weightNames));
        }
        weights.attribute("layer_names", new Attribute.Texts(layerNames));
    }

    private static Parameters parameters(ModelNode.Model model, Map<Slot, float[]> values) {
        List<Parameter> parameters = new ArrayList<>();
        for (ModelNode.Layer layer : model.layers()) {
            for (Variable variable : layer.variables()) {
                float[] of = Objects.requireNonNull(values.get(new Slot(layer, variable)));
                parameters.add(new Parameter(
                        layer.spec().name(), variable.name(), variable.shape(), variable.trainable(), of));
            }
        }
        return Parameters.of(parameters);
    }

    /** The nodes of the outermost model that have variables. */
    private static List<ModelNode> holders(ModelNode.Model model) {
        return model.nodes().stream()
                .filter(node -> !node.isFurtherUse())
                .filter(node -> node.layers().stream()
                        .anyMatch(layer -> !layer.variables().isEmpty()))
                .toList();
    }

    private static List<Slot> slots(ModelNode node) {
        List<Slot> trained = new ArrayList<>();
        List<Slot> others = new ArrayList<>();
        sort(node, true, trained, others);
        trained.addAll(others);
        return trained;
    }

    /** @param above whether all models around the node are trained */
    private static void sort(ModelNode node, boolean above, List<Slot> trained, List<Slot> others) {
        boolean trainable = above && node.trainable();
        switch (node) {
            case ModelNode.Layer layer ->
                layer.variables()
                        .forEach(variable ->
                                (trainable && variable.trainable() ? trained : others).add(new Slot(layer, variable)));
            case ModelNode.Model model -> model.nodes().forEach(inner -> sort(inner, trainable, trained, others));
        }
    }

    /** A list of names that is an attribute of a group; Keras cuts a long one into {@code name0}, {@code name1}, … */
    static List<String> names(StoredArrays arrays, String path, String attribute) {
        if (!(arrays.root().find(path).orElse(null) instanceof Group group)) {
            throw new CorruptFileException(
                    arrays.file(), "a group " + Json.printable(path), "none", "Save the model again.");
        }
        if (group.attributes().get(attribute) instanceof Attribute.Texts names) {
            return names.values();
        }
        List<String> joined = new ArrayList<>();
        int parts = 0;
        while (group.attributes().get(attribute + parts) instanceof Attribute.Texts names) {
            joined.addAll(names.values());
            parts++;
        }
        if (parts == 0) {
            throw new CorruptFileException(
                    arrays.file(),
                    "a list of names " + Json.printable(path) + "/@" + attribute,
                    "none",
                    "Save the model again.");
        }
        return joined;
    }
}
