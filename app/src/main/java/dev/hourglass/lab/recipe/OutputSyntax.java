package dev.hourglass.lab.recipe;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.SettingException;
import dev.hourglass.engine.Target;
import dev.hourglass.files.Failures;
import dev.hourglass.files.Spelling;
import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.InputParts;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a recipe writes the outputs of a model that has several: {@code outputs: [{layer: rebuilt}, {layer: predicted, target:
 * next, loss: mae, loss_weight: 0.5}]}. The first rebuilds the input; of a model with several inputs each rebuilds the one that
 * its target names.
 */
final class OutputSyntax {
    private static final String EXAMPLE = "an output such as {layer: predicted, target: next, loss_weight: 0.5}";

    private final List<Output> outputs;

    /**
     * @param part the name of the input that it rebuilds, where the target is such a name
     * @param loss null takes that of the training
     */
    private record Output(
            Place place,
            String layer,
            @Nullable Target target,
            @Nullable String part,
            @Nullable Loss loss,
            float weight) {}

    private OutputSyntax(List<Output> outputs) {
        this.outputs = outputs;
    }

    /**
     * The outputs that a model writes, none where it writes none.
     *
     * @param parts the names of the inputs of a model that has several
     */
    static OutputSyntax read(Mapping model, Set<String> parts) {
        Optional<Node> list = model.find("outputs");
        List<Output> outputs = new ArrayList<>();
        for (Node item : list.map(node -> node.asItems("a list of outputs")).orElse(List.of())) {
            Mapping of = item.asMapping(EXAMPLE).allowing("layer", "target", "loss", "loss_weight");
            Node target = of.find("target").orElse(null);
            String part = target == null || parts.isEmpty() ? null : target.asText("the name of an input");
            boolean isPart = part != null && parts.contains(part);
            outputs.add(new Output(
                    item.place(),
                    of.require("layer", "layer: predicted").asText("the name of a layer"),
                    isPart ? Target.PART : target == null ? null : target(target, parts),
                    isPart ? part : null,
                    of.find("loss").map(CompileSyntax::loss).orElse(null),
                    of.find("loss_weight")
                            .map(weight -> weight.asFloat("a number >= 0", value -> value >= 0))
                            .orElse(1f)));
        }
        return new OutputSyntax(outputs);
    }

    private static Target target(Node node, Set<String> parts) {
        try {
            return Target.parse(node.asText("one of " + String.join(", ", Target.NAMES)));
        } catch (SettingException e) {
            List<String> names = new ArrayList<>(parts);
            names.addAll(Target.NAMES);
            throw node.place()
                    .error("expected " + (parts.isEmpty() ? e.expected() : String.join(", ", names)) + ", found "
                            + e.found() + "."
                            + Spelling.hint(node.asText("a target"), names));
        }
    }

    /**
     * For each of several inputs the output that rebuilds it: the one whose target it is, else the next of its shape that is
     * nothing else's.
     *
     * @param outputs names of the graph's outputs
     * @param place of the inputs, for errors
     */
    List<String> rebuilding(List<Graph.Input> inputs, Map<String, Shape> outputs, Place place) {
        Set<String> left = new LinkedHashSet<>(outputs.keySet());
        this.outputs.stream().filter(output -> output.target != null).forEach(output -> left.remove(output.layer));
        List<String> rebuilding = new ArrayList<>();
        for (Graph.Input input : inputs) {
            String output = this.outputs.stream()
                    .filter(written -> input.name().equals(written.part))
                    .map(Output::layer)
                    .findFirst()
                    .or(() -> left.stream()
                            .filter(name -> Objects.equals(outputs.get(name), input.shape()))
                            .findFirst())
                    .orElseThrow(() -> place.error("expected an output for each input, found none that rebuilds '"
                            + input.name() + "' " + input.shape()
                            + ". Name it, such as 'outputs: [{layer: LAYER, target: "
                            + input.name() + "}]'."));
            left.remove(output);
            rebuilding.add(output);
        }
        return rebuilding;
    }

    /** The layers that give the outputs, in order; the last layer where none are written. */
    List<String> layers(List<String> all) {
        if (outputs.isEmpty()) {
            return List.of(all.getLast());
        }
        for (Output output : outputs) {
            if (!all.contains(output.layer)) {
                throw output.place.error("expected a layer of the model, found '" + output.layer + "'."
                        + Spelling.hint(output.layer, all));
            }
        }
        return outputs.stream().map(Output::layer).toList();
    }

    /**
     * What is made small: of a model with several outputs the loss of each, which is that of the training where it says none.
     *
     * @param trained what the training says
     */
    Loss loss(AutoencoderSpec spec, Loss trained) {
        if (outputs.isEmpty() && (!spec.isComposite() || !trained.outputTerms().isEmpty())) {
            return trained;
        }
        List<OutputTerm> terms = new ArrayList<>();
        boolean parts = spec.graph().outputs().stream()
                .anyMatch(name -> InputParts.offset(spec, name).isPresent());
        for (String name : spec.graph().outputs()) {
            Optional<Output> written =
                    outputs.stream().filter(output -> output.layer.equals(name)).findFirst();
            Shape shape = spec.facts().shapeOf(name);
            boolean isPart = InputParts.offset(spec, name).isPresent();
            Target likely = isPart ? Target.PART : Target.likely(shape, spec.input());
            // What consists of parts is made small by them.
            boolean isWhole = parts && name.equals(spec.reconstruction());
            Loss shared =
                    trained.outputTerms().isEmpty() && !isWhole ? trained.ofOutputs() : new Loss.MeanSquaredError();
            Loss own = written.map(Output::loss).orElse(shared);
            Target usual = own.ofClasses() != null && Target.tellsClasses(shape, spec.input()) ? Target.INPUT : likely;
            terms.add(new OutputTerm(
                    name,
                    written.map(Output::target).orElse(usual),
                    own,
                    written.map(Output::weight).orElse(isWhole ? 0f : 1f)));
        }
        for (Output output : outputs) {
            if (!spec.graph().outputs().contains(output.layer)) {
                throw output.place.error("expected one of the preset's outputs, found '" + output.layer + "'."
                        + Spelling.hint(output.layer, spec.graph().outputs()));
            }
        }
        try {
            return new Loss.PerOutput(terms).withPenalties(trained.penalties());
        } catch (SettingException e) {
            String reason = Failures.reason(e) + ".";
            throw outputs.isEmpty()
                    ? new RecipeException(reason, e)
                    : outputs.getFirst().place.error(reason, e);
        }
    }

    /** As {@link #read} reads it, in the model's order. */
    static List<Map<String, Object>> write(AutoencoderSpec spec, Loss loss) {
        List<String> order = spec.graph().outputs();
        return loss.outputTerms().stream()
                .sorted(Comparator.comparingInt(term -> order.indexOf(term.output())))
                .map(OutputSyntax::write)
                .toList();
    }

    private static Map<String, Object> write(OutputTerm term) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("layer", term.output());
        tree.put("target", term.target().text());
        tree.put("loss", term.loss().text());
        tree.put("loss_weight", term.weight());
        return tree;
    }
}
