package dev.hourglass.server.models;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.Target;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.InputParts;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** All that a model of several outputs gives; compiled when somebody first asks, then used by any number of threads. */
final class OutputValues {
    private final SavedModel model;
    private @Nullable ChainInference compiled;

    OutputValues(SavedModel model) {
        this.model = model;
    }

    /** None of a model of a single output, whose value is the reconstruction. */
    List<EvaluationTarget.Output> of(float[] sample, int index, EvaluationTarget target) {
        if (model.graph().outputs().size() == 1) {
            return List.of();
        }
        ChainInference inference = compiled();
        float[] all = new float[inference.outputSize()];
        inference.run((at, into, offset) -> System.arraycopy(sample, 0, into, offset, sample.length), 0, 1, all);
        ModelFacts facts = ModelFacts.of(model.graph());
        List<EvaluationTarget.Output> values = new ArrayList<>();
        int before = 0;
        for (String output : model.graph().outputs()) {
            Shape shape = facts.shapeOf(output);
            float[] own = Arrays.copyOfRange(all, before, before + shape.size());
            before += shape.size();
            if (!isRow(output)) {
                values.add(new EvaluationTarget.Output(
                        output, inWords(output, shape), shape, own, expected(output, shape, sample, index, target)));
            }
        }
        return values;
    }

    /** Whether it is what lays the outputs of several inputs in a row: the reconstruction as a whole, which is shown already. */
    private boolean isRow(String output) {
        boolean hasParts = terms().stream().anyMatch(term -> term.target() == Target.PART);
        return hasParts && model.reconstruction().filter(output::equals).isPresent();
    }

    private synchronized ChainInference compiled() {
        ChainInference known = compiled;
        if (known == null) {
            known = ChainInference.of(model.graph(), model.parameters(), 1);
            compiled = known;
        }
        return known;
    }

    private List<OutputTerm> terms() {
        Loss loss = model.loss();
        return loss == null ? List.of() : loss.outputTerms();
    }

    private @Nullable Target target(String output) {
        for (OutputTerm term : terms()) {
            if (term.output().equals(output)) {
                return term.target();
            }
        }
        return model.reconstruction().filter(output::equals).isPresent() ? Target.INPUT : null;
    }

    private String inWords(String output, Shape shape) {
        Target target = target(output);
        return target != null && target.misfit(shape, model.input()) == null ? target.inWords() : "";
    }

    private float @Nullable [] expected(String output, Shape shape, float[] sample, int index, EvaluationTarget of) {
        Target target = target(output);
        if (target == null) {
            return null;
        }
        boolean isWhole = shape.equals(model.input());
        return switch (target) {
            case INPUT -> isWhole ? sample : null;
            case REVERSED -> isWhole ? reversed(sample, shape) : null;
            case NEXT -> next(index, shape, of);
            case PART -> part(output, shape, sample, of);
        };
    }

    private static float[] reversed(float[] sample, Shape shape) {
        float[] reversed = new float[sample.length];
        Target.reversed((at, into, offset) -> System.arraycopy(sample, 0, into, offset, sample.length), shape)
                .copySample(0, reversed, 0);
        return reversed;
    }

    private static float @Nullable [] next(int index, Shape shape, EvaluationTarget of) {
        Optional<Dataset.Next> next = of.data().next();
        if (next.isEmpty() || !next.get().shape().equals(shape)) {
            return null;
        }
        float[] steps = new float[shape.size()];
        next.get().copy(index, steps, 0);
        return steps;
    }

    private static float @Nullable [] part(String output, Shape shape, float[] sample, EvaluationTarget of) {
        OptionalInt start = InputParts.offset(of.model().autoencoder().spec(), output);
        return start.isEmpty() ? null : Arrays.copyOfRange(sample, start.getAsInt(), start.getAsInt() + shape.size());
    }
}
