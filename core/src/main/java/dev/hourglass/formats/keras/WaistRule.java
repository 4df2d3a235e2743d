package dev.hourglass.formats.keras;

import dev.hourglass.files.Spelling;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.Waist;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the waist of a model whose file doesn't say where it is. */
final class WaistRule {
    private final ModelNode.Model model;
    private final List<LayerSpec> layers;

    WaistRule(ModelNode.Model model) {
        this.model = model;
        this.layers = model.layers().stream().map(ModelNode.Layer::spec).toList();
    }

    /**
     * After the smallest layer output, where a nested model ends if there are nested ones; of equals the first. What
     * follows it and only changes its values (an activation, a normalization) or lays them in a row belongs to the code.
     */
    Waist byRule() {
        List<LayerFacts> facts = ModelFacts.of(model.input(), layers).layers();
        List<Integer> candidates = nestedEnds();
        if (candidates.isEmpty()) {
            for (int i = 1; i <= layers.size(); i++) {
                candidates.add(i);
            }
        }
        int best = candidates.getFirst();
        for (int candidate : candidates) {
            if (facts.get(candidate - 1).output().size()
                    < facts.get(best - 1).output().size()) {
                best = candidate;
            }
        }
        if (nestedEnds().isEmpty()) {
            while (best < layers.size() && facts.get(best).keepsNumbers()) {
                best++;
            }
        }
        return new Waist(best, Waist.Source.BY_RULE);
    }

    /** How many layers lie before the end of each nested model but the last; empty if none is followed by anything. */
    private List<Integer> nestedEnds() {
        List<Integer> ends = new ArrayList<>();
        int end = 0;
        for (ModelNode node : model.nodes().subList(0, model.nodes().size() - 1)) {
            end += node.layers().size();
            if (node instanceof ModelNode.Model) {
                ends.add(end);
            }
        }
        return ends;
    }

    /**
     * After a layer, or after a nested model, by the name it has in Keras or here.
     *
     * @throws UnsupportedModelException if there is none of that name
     */
    Waist named(String name, Path file) {
        Map<String, Integer> ends = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            ends.put(layers.get(i).name(), i + 1);
        }
        addKerasNames(model, 0, ends);
        Integer end = ends.get(name);
        if (end == null) {
            throw new UnsupportedModelException(file + ": there is no layer '" + Json.printable(name)
                    + "' whose output could be the code." + Spelling.hint(name, ends.keySet()));
        }
        return new Waist(end, Waist.Source.NAMED);
    }

    private static int addKerasNames(ModelNode.Model model, int before, Map<String, Integer> ends) {
        int end = before;
        for (ModelNode node : model.nodes()) {
            end = switch (node) {
                case ModelNode.Layer ignored -> end + 1;
                case ModelNode.Model nested -> addKerasNames(nested, end, ends);
            };
            ends.putIfAbsent(node.kerasName(), end);
        }
        return end;
    }
}
