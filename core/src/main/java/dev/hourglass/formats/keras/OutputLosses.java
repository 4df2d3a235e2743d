package dev.hourglass.formats.keras;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.SettingException;
import dev.hourglass.engine.Target;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.Graph;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The losses of a model with several outputs and what each counts, as {@code compile} takes them: one for all, a list in the
 * outputs' order, or by the outputs' names. Keras does not say what an output is to become; one of the input's shape is taken
 * for a reconstruction, any other for a prediction.
 */
public record OutputLosses(Graph graph, Function<Json, @Nullable Loss> one, Consumer<String> warnings) {
    /** @return null where the file's losses belong to other outputs than the model has */
    @Nullable
    public Loss read(Json loss, @Nullable Json weights) {
        try {
            List<OutputTerm> terms = new ArrayList<>();
            ModelFacts facts = ModelFacts.of(graph);
            for (int place = 0; place < graph.outputs().size(); place++) {
                String output = graph.outputs().get(place);
                Json own = isOne(loss) ? loss : of(loss, place, output);
                Loss read = own == null ? null : one.apply(own);
                // Keras leaves an output without a loss out of the sum.
                terms.add(new OutputTerm(
                        output,
                        target(facts.shapeOf(output), read),
                        read == null ? new Loss.MeanSquaredError() : read,
                        read == null ? 0 : weight(weights, place, output)));
            }
            return new Loss.PerOutput(terms);
        } catch (IllegalArgumentException e) { // a SettingException is one
            String why = e instanceof SettingException setting ? "expected " + setting.expected() : e.getMessage();
            warnings.accept("The losses of its outputs, " + loss.excerpt() + ", were left out: " + why + ".");
            return null;
        }
    }

    /** Classes are told of the input's numbers. */
    private Target target(Shape output, @Nullable Loss loss) {
        Shape input = graph.inputs().getFirst().shape();
        return loss != null && loss.ofClasses() != null && Target.tellsClasses(output, input)
                ? Target.INPUT
                : Target.likely(output, input);
    }

    /** A name, or the object of a function or a class. */
    private static boolean isOne(Json loss) {
        return loss instanceof Json.Text || (loss instanceof Json.Mapping object && object.find("class_name") != null);
    }

    /** What belongs to an output; null if nothing does. */
    private @Nullable Json of(Json all, int place, String output) {
        Json found = switch (all) {
            case Json.Sequence list -> {
                requireAll(list.items().size());
                yield list.items().get(place);
            }
            case Json.Mapping byName -> {
                requireOutputs(byName);
                yield byName.find(output);
            }
            default -> throw new IllegalArgumentException("they are neither a list nor by name");
        };
        return found instanceof Json.Nothing ? null : found;
    }

    private void requireAll(int count) {
        if (count != graph.outputs().size()) {
            throw new IllegalArgumentException(
                    "the model has " + graph.outputs().size() + " outputs, the list " + count + " entries");
        }
    }

    private void requireOutputs(Json.Mapping byName) {
        for (String name : byName.members().keySet()) {
            if (!graph.outputs().contains(name)) {
                throw new IllegalArgumentException(
                        "'" + Json.printable(name) + "' is none of the outputs " + String.join(", ", graph.outputs()));
            }
        }
    }

    private float weight(@Nullable Json weights, int place, String output) {
        if (weights == null || weights instanceof Json.Nothing) {
            return 1;
        }
        Json own = of(weights, place, output);
        return own == null ? 1 : (float) own.asNumber();
    }

    /** The names of losses or objects, in the outputs' order; null where Keras lacks one. */
    public static @Nullable Object losses(Loss all, Graph graph, Function<Loss, @Nullable Object> one) {
        List<Object> losses = new ArrayList<>();
        for (String output : graph.outputs()) {
            Object loss = one.apply(all.outputTerm(output).loss());
            if (loss == null) {
                return null;
            }
            losses.add(loss);
        }
        return losses;
    }

    /** In the outputs' order; null where all count once. */
    static @Nullable List<Float> weights(Loss all, Graph graph) {
        return all.outputTerms().isEmpty()
                ? null
                : graph.outputs().stream()
                        .map(output -> all.outputTerm(output).weight())
                        .toList();
    }
}
