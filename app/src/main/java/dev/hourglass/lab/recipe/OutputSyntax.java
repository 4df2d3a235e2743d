package dev.hourglass.lab.recipe;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.SettingException;
import dev.hourglass.engine.Target;
import dev.hourglass.files.Failures;
import dev.hourglass.files.Spelling;
import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a recipe writes the outputs of a model that has several: {@code outputs: [{layer: rebuilt}, {layer: predicted, target:
 * next, loss: mae, loss_weight: 0.5}]}. The first rebuilds the input.
 */
final class OutputSyntax {
    private static final String EXAMPLE = "an output such as {layer: predicted, target: next, loss_weight: 0.5}";

    private final List<Output> outputs;

    /** @param loss null takes that of the training */
    private record Output(
            Place place,
            String layer,
            @Nullable Target target,
            @Nullable Loss loss,
            float weight) {}

    private OutputSyntax(List<Output> outputs) {
        this.outputs = outputs;
    }

    /** The outputs that a model writes, none where it writes none. */
    static OutputSyntax read(Mapping model) {
        Optional<Node> list = model.find("outputs");
        List<Output> outputs = new ArrayList<>();
        for (Node item : list.map(node -> node.asItems("a list of outputs")).orElse(List.of())) {
            Mapping of = item.asMapping(EXAMPLE).allowing("layer", "target", "loss", "loss_weight");
            outputs.add(new Output(
                    item.place(),
                    of.require("layer", "layer: predicted").asText("the name of a layer"),
                    of.find("target").map(OutputSyntax::target).orElse(null),
                    of.find("loss").map(CompileSyntax::loss).orElse(null),
                    of.find("loss_weight")
                            .map(weight -> weight.asFloat("a number >= 0", value -> value >= 0))
                            .orElse(1f)));
        }
        return new OutputSyntax(outputs);
    }

    private static Target target(Node node) {
        try {
            return Target.parse(node.asText("one of " + String.join(", ", Target.NAMES)));
        } catch (SettingException e) {
            throw node.place()
                    .error("expected " + e.expected() + ", found " + e.found() + "."
                            + Spelling.hint(node.asText("a target"), Target.NAMES));
        }
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
        for (String name : spec.graph().outputs()) {
            Optional<Output> written =
                    outputs.stream().filter(output -> output.layer.equals(name)).findFirst();
            Shape shape = spec.facts().shapeOf(name);
            Target likely = Target.likely(shape, spec.input());
            Loss shared = trained.outputTerms().isEmpty() ? trained.ofOutputs() : new Loss.MeanSquaredError();
            terms.add(new OutputTerm(
                    name,
                    written.map(Output::target).orElse(likely),
                    written.map(Output::loss).orElse(shared),
                    written.map(Output::weight).orElse(1f)));
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
